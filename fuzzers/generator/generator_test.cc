// SPDX-License-Identifier: GPL-2.0-only
// What holds for the text of generated Programs, without running one.
#include <doctest/doctest.h>
#include <xxhash.h>

#include <set>
#include <string>

#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/program_order.h"
#include "fuzzers/generator/generate.h"
#include "fuzzers/generator/random.h"
#include "fuzzers/generator/set_piece.h"
#include "fuzzers/generator/shares.h"
#include "gpu-model/vocab/observation.h"

using namespace protm;
using contract::EventKind;
using contract::Program;
using contract::Record;
using contract::RecordKind;
using contract::Trace;
using fuzz::Scope;

namespace {

constexpr std::uint64_t kSeeds = 500;

}  // namespace

TEST_CASE("Random: splitmix64, the published numbers of seed 1234567") {
  fuzz::Random random(1234567);
  CHECK(random.next() == 6457827717110365317u);
  CHECK(random.next() == 3203168211198807973u);
}

TEST_CASE("generate: the same seed gives the same Program, other seeds give others") {
  std::set<std::string> texts;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Program program = fuzz::generate(seed, Scope::driver);
    CHECK(format::equal(program, fuzz::generate(seed, Scope::driver)));
    texts.insert(format::write_case(program));
  }
  CHECK(texts.size() == kSeeds);
}

// docs/agreement.md and the runs of real drivers speak of these seeds.
TEST_CASE("generate: Programs of Scope::driver stay what they were") {
  struct Known {
    std::uint64_t seed, digest;
  };
  constexpr Known kKnown[] = {{1, 17766220243292461752u},
                              {2, 15373062565805481665u},
                              {41, 1257353773725592939u},
                              {918, 1620741788413231313u},
                              {1000, 2950356726234915360u}};
  for (const Known& known : kKnown) {
    CAPTURE(known.seed);
    const std::string text = format::write_case(fuzz::generate(known.seed, Scope::driver));
    CHECK(XXH64(text.data(), text.size(), 0) == known.digest);
  }
}

TEST_CASE("generate: a Program is written as YAML and reads back the same") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Program program = fuzz::generate(seed, Scope::driver);
    CHECK(program.steps.size() <= contract::kMaxSteps);
    const std::string text = format::write_case(program);
    const auto back = format::read_case("generated.yaml", text);
    if (!back) {
      FAIL_CHECK(format::diagnostics_text(back.error()) << "\n" << text);
      continue;
    }
    CHECK_MESSAGE(format::equal(program, *back), text);
  }
}

TEST_CASE("generate: a Program of the full scope is written as YAML and reads back the same") {
  std::set<std::string> texts;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Program program = fuzz::generate(seed, Scope::full);
    CHECK(format::equal(program, fuzz::generate(seed, Scope::full)));
    CHECK(program.steps.size() <= contract::kMaxSteps);
    const std::string text = format::write_case(program);
    texts.insert(text);
    const auto back = format::read_case("generated.yaml", text);
    if (!back) {
      FAIL_CHECK(format::diagnostics_text(back.error()) << "\n" << text);
      continue;
    }
    CHECK_MESSAGE(format::equal(program, *back), text);
  }
  CHECK(texts.size() == kSeeds);
}

TEST_CASE("set_piece: each is drawn, by few seeds, and is what the title says") {
  std::set<std::string_view> names;
  std::uint64_t pieces = 0;
  constexpr std::uint64_t kMany = 4 * kSeeds;
  for (std::uint64_t seed = 0; seed < kMany; ++seed) {
    CAPTURE(seed);
    const fuzz::SetPiece* const piece = fuzz::set_piece_of(seed);
    if (piece == nullptr) continue;
    ++pieces;
    names.insert(piece->name);
    const std::string title = "seed " + std::to_string(seed) + ": " + std::string(piece->name);
    CHECK(fuzz::generate(seed, Scope::full).title == title);
  }
  CHECK(names.size() == fuzz::set_pieces().size());
  CHECK(pieces > kMany / 15);
  CHECK(pieces < kMany / 10);
  CHECK(fuzz::set_piece_of(fuzz::next_set_piece(0)) != nullptr);
}

TEST_CASE("look: a group that comes back has rotated, but not when the GPU slept in between") {
  const Program program = fuzz::generate(1, Scope::driver);
  const auto event = [](EventKind kind) {
    return Record{.kind = RecordKind::event, .sub = static_cast<std::uint16_t>(kind), .a = 3};
  };
  const auto l2 = [](std::uint64_t ready) {
    return Record{.kind = RecordKind::machine,
                  .sub = static_cast<std::uint16_t>(vocab::ObservationKind::power_changed),
                  .a = 2,
                  .c = ready};
  };
  Trace trace;
  const auto saw = [&](fuzz::Seen what) {
    return fuzz::look(program, trace)[static_cast<std::size_t>(what)];
  };
  trace.records = {event(EventKind::group_on_slot), event(EventKind::group_off_slot)};
  CHECK_FALSE(saw(fuzz::Seen::rotation));
  trace.records.push_back(event(EventKind::group_on_slot));
  CHECK(saw(fuzz::Seen::rotation));
  trace.records.insert(trace.records.end() - 1, {l2(0), l2(1)});
  CHECK_FALSE(saw(fuzz::Seen::rotation));
  CHECK(saw(fuzz::Seen::resume));
}
