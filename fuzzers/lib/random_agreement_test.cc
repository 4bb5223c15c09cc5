// SPDX-License-Identifier: GPL-2.0-only
// Random strings through the whole differential run: the oracle is never in the wrong on them, and
// the corrected series-v1 agrees on all but a few. What is left over are mostly choices of a
// scheduler that no rerun of the oracle hits; the test prints them. Source: decisions.md 24.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "conformance/format/binary.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/random_programs.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"

using namespace protm;

namespace {

// clang names the sanitizer in a feature, gcc in a macro.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::uint32_t kStrings = 300;
#else
constexpr std::uint32_t kStrings = 2'000;
#endif
#else
constexpr std::uint32_t kStrings = 2'000;
#endif
/// One in so many may end in another legal choice.
constexpr std::uint32_t kRare = 100;

}  // namespace

TEST_CASE("random strings: the oracle is right on each, the corrected series-v1 agrees on 99 %") {
  auto candidate = differential::default_registry().parse("series-v1:none");
  REQUIRE(candidate.has_value());
  differential::Differential differential(std::move(*candidate));
  format::RandomBytes random(1);
  std::map<std::string, std::uint32_t> seen;
  std::uint32_t diverged = 0;
  for (std::uint32_t i = 0; i < kStrings; ++i) {
    const contract::Program program = format::decode(random.string());
    const judge::Verdict verdict = differential.compare(program).verdict;
    if (verdict.outcome == judge::Outcome::oracle_wrong) {
      FAIL_CHECK("string " << i << ": " << verdict.detail << "\n" << format::write_case(program));
    }
    const bool differs = verdict.outcome == judge::Outcome::diverged;
    diverged += differs ? 1 : 0;
    ++seen[differs ? verdict.signature : std::string(judge::outcome_name(verdict.outcome))];
  }
  for (const auto& [what, count] : seen) MESSAGE(count << " " << what);
  CHECK(diverged * kRare <= kStrings);
  CHECK(seen["agreed"] > kStrings / 2);
}
