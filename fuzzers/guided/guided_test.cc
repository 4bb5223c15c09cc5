// SPDX-License-Identifier: GPL-2.0-only
// The loop, on an in-process candidate with made-up coverage. The real driver is run by a slow test
// of sut-adapters/linux-uml.
#include "fuzzers/guided/guided.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "conformance/format/binary.h"
#include "oracle/differential/candidates.h"

using namespace protm;

namespace {

constexpr std::uint32_t kRuns = 60;

/// Every third run goes over an edge that no run before did.
class MadeUp final : public contract::Coverage {
 public:
  MadeUp() {
    for (std::size_t i = 0; i < hits_.size(); ++i) {
      edges_[i] = {.file = "a.c", .line = 1, .function = "f" + std::string(i, 'x')};
    }
  }
  [[nodiscard]] std::span<const contract::Edge> edges() const override { return edges_; }
  [[nodiscard]] std::span<const std::uint8_t> hits() const override {
    hits_.fill(0);
    hits_[asked_++ / 3 % hits_.size()] = 1;
    return hits_;
  }

 private:
  std::array<contract::Edge, 64> edges_;
  mutable std::array<std::uint8_t, 64> hits_{};
  mutable std::size_t asked_ = 0;
};

exec::Candidate candidate() {
  exec::Candidate who = differential::default_registry().parse("series-v1:none").value();
  who.coverage = std::make_shared<MadeUp>();
  // As a kernel that can do less than others.
  who.cannot = [](const contract::Program& p) {
    return std::string(p.machine.coherent != 0 ? "has no coherent machine" : "");
  };
  return who;
}

struct Run {
  std::vector<std::vector<std::uint8_t>> programs;
  std::vector<std::string> names;
  std::array<std::uint32_t, static_cast<std::size_t>(fuzz::Origin::count)> origins{};
  std::uint64_t passed_over = 0;
  std::size_t corpus = 0;
};

Run run(std::uint64_t seed) {
  fuzz::GuidedRun guided(candidate(), seed);
  Run out;
  for (std::uint32_t i = 0; i < kRuns; ++i) {
    const fuzz::GuidedRow row = guided.next();
    out.programs.push_back(format::encode(row.row.program));
    ++out.origins[static_cast<std::size_t>(row.origin)];
    CHECK(row.kept == row.gain.any());
    if (row.kept) out.names.push_back(row.name);
  }
  for (const fuzz::PassedOver& p : guided.passed_over()) {
    CHECK(p.why == "has no coherent machine");
    out.passed_over += p.n;
  }
  out.corpus = guided.corpus_size();
  return out;
}

}  // namespace

TEST_CASE("guided: what covers something new is kept, and others are made of it") {
  const Run seen = run(1);
  REQUIRE(!seen.names.empty());
  CHECK(seen.names.front().starts_with("seed1-"));
  CHECK(seen.names.front().ends_with("-f"));
  CHECK(seen.corpus == seen.names.size());
  CHECK(seen.corpus < kRuns);
  const auto of = [&](fuzz::Origin o) { return seen.origins[static_cast<std::size_t>(o)]; };
  CHECK(of(fuzz::Origin::generated) >= 20);
  CHECK(of(fuzz::Origin::mutated) > 0);
  CHECK(of(fuzz::Origin::crossed) > 0);
  CHECK(of(fuzz::Origin::corpus) == 0);
}

TEST_CASE("guided: the same seed makes the same Programs and keeps the same, another others") {
  const Run one = run(7);
  const Run two = run(7);
  CHECK(one.programs == two.programs);
  CHECK(one.names == two.names);
  CHECK(one.passed_over == two.passed_over);
  CHECK(run(8).programs != one.programs);
}

TEST_CASE("guided: an earlier corpus is run first and stays") {
  fuzz::GuidedRun guided(candidate(), 1);
  const fuzz::GuidedRow row = guided.take(format::decode({}));
  CHECK(row.origin == fuzz::Origin::corpus);
  CHECK(!row.kept);
  CHECK(guided.corpus_size() == 1);
  CHECK(guided.cover().covered() == 1);
}
