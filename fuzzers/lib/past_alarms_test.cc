// SPDX-License-Identifier: GPL-2.0-only
// Programs that were false alarms once, each followed to its cause: the oracle is right on them,
// and the corrected series-v1 agrees. The first line of each file says what it showed.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/format/case_reader.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"

using namespace protm;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFolder = "corpus/past-alarms";

std::vector<fs::path> programs() {
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("past alarms: neither the oracle nor the corrected series-v1 gives one again") {
  const std::vector<fs::path> files = programs();
  REQUIRE(files.size() >= 10);
  for (const std::string name : {"reference", "series-v1:none"}) {
    auto candidate = differential::default_registry().parse(name);
    REQUIRE(candidate.has_value());
    differential::Differential differential(std::move(*candidate));
    for (const fs::path& file : files) {
      CAPTURE(file.string());
      const auto program = format::read_case_file(file.string());
      REQUIRE(program.has_value());
      const judge::Verdict verdict = differential.compare(*program).verdict;
      INFO(name << ": " << verdict.detail);
      CHECK(verdict.outcome != judge::Outcome::oracle_wrong);
      CHECK(verdict.outcome != judge::Outcome::diverged);
    }
  }
}

TEST_CASE("past alarms: what hangs on timing is a difference in a case of the suites") {
  auto candidate = differential::default_registry().parse("series-v1:none");
  REQUIRE(candidate.has_value());
  differential::Differential differential(std::move(*candidate));
  auto program =
      format::read_case_file(std::string(kFolder) + "/turn-that-hangs-on-timing.yaml");
  REQUIRE(program.has_value());
  const judge::Verdict generated = differential.compare(*program).verdict;
  CHECK(generated.outcome == judge::Outcome::agreed);
  CHECK(generated.by_chance > 0);
  program->id = "sched/turn-that-hangs-on-timing";
  const judge::Verdict written = differential.compare(*program).verdict;
  CHECK(written.outcome == judge::Outcome::diverged);
  CHECK(written.rule == "slots");
}
