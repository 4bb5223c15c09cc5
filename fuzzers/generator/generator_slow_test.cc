// SPDX-License-Identifier: GPL-2.0-only
// What generated Programs do when they run: the shares that the generator promises, and that the
// oracle is right on each of them.
#include <doctest/doctest.h>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "fuzzers/generator/agreement.h"
#include "fuzzers/generator/set_piece.h"
#include "oracle/differential/candidates.h"

using namespace protm;

namespace {

/// How many of `seeds` this build runs.
constexpr std::uint64_t some_of(std::uint64_t seeds) {
  return PROTM_ALL_OF_IT ? seeds : seeds / 10;
}

/// Few seeds have other shares.
void check_shares(const fuzz::AgreementTotals& totals, fuzz::Scope scope) {
  for (const fuzz::SeenInfo& info : fuzz::seen_table()) {
    if (!PROTM_ALL_OF_IT) break;
    const std::uint32_t share = totals.per_mille(info.id);
    std::printf("%4u per mille %.*s\n", share, static_cast<int>(info.what.size()),
                info.what.data());
    CHECK_MESSAGE(share >= 10 * info.least_percent(scope), info.what);
  }
}

}  // namespace

TEST_CASE("300 seeds on the reference: all agree, and the promised shares are met") {
  fuzz::AgreementRun run(differential::reference());
  fuzz::AgreementTotals totals;
  for (std::uint64_t seed = 1; seed <= some_of(300); ++seed) {
    const fuzz::AgreementRow row = run.run(seed);
    INFO("seed " << seed << ": " << row.verdict.detail);
    CHECK(row.outcome == fuzz::Agreed::yes);
    totals.add(row);
  }
  check_shares(totals, fuzz::Scope::driver);
}

TEST_CASE("500 seeds of everything on the reference: no alarm, and the promised shares are met") {
  fuzz::AgreementRun run(differential::reference(), fuzz::Scope::full);
  fuzz::AgreementTotals totals;
  for (std::uint64_t seed = 1; seed <= some_of(500); ++seed) {
    const fuzz::AgreementRow row = run.run(seed);
    INFO("seed " << seed << ": " << row.verdict.detail);
    CHECK((row.outcome == fuzz::Agreed::yes || row.outcome == fuzz::Agreed::inconclusive));
    totals.add(row);
  }
  // A job interrupt that is lost for good leaves what follows to chance: poisoned, one in 500.
  if (PROTM_ALL_OF_IT) CHECK(totals.of(fuzz::Agreed::yes) >= 495);
  check_shares(totals, fuzz::Scope::full);
}

TEST_CASE("600 seeds of everything on the corrected series-v1: no alarm") {
  auto candidate = differential::default_registry().parse("series-v1:none");
  REQUIRE(candidate.has_value());
  fuzz::AgreementRun run(std::move(*candidate), fuzz::Scope::full);
  fuzz::AgreementTotals totals;
  for (std::uint64_t seed = 1; seed <= some_of(600); ++seed) {
    const fuzz::AgreementRow row = run.run(seed);
    INFO("seed " << seed << ": " << row.verdict.detail);
    CHECK(row.outcome != fuzz::Agreed::oracle_wrong);
    CHECK(row.outcome != fuzz::Agreed::diverged);
    totals.add(row);
  }
  // The rest: a step or a machine fault came in one of the two runs only.
  if (PROTM_ALL_OF_IT) CHECK(totals.of(fuzz::Agreed::yes) >= 580);
}

TEST_CASE("set pieces: each finds the defect that it was made for") {
  struct Row {
    std::string_view piece, defect;
  };
  constexpr Row kRows[] = {{"heaps-meet", "HEAP-4"},
                           {"heaps-meet", "HEAP-14"},
                           {"heap-of-the-driver", "HEAP-32"},
                           {"operation-meets-exit", "MMU-15"},
                           {"operation-meets-exit", "RST-15"},
                           {"work-meets-session", "SCHED-69"},
                           {"groups-meet-reset", "RST-16"},
                           {"odd-start", "HEAP-30"},
                           {"odd-start", "FW-8"},
                           {"odd-start", "FW-9"},
                           {"odd-start", "UAPI-5"},
                           {"long-sessions", "FW-25"},
                           {"asks-and-loses-slot", "SCHED-34"},
                           {"asks-and-loses-slot", "SCHED-39"},
                           {"queues-ask", "SCHED-46"},
                           {"queues-ask", "SCHED-47"},
                           {"queues-ask", "SCHED-48"},
                           {"doorbells-inside", "SCHED-82"},
                           {"binds-of-two", "MMU-24"},
                           {"entry-fails", "SCHED-43"},
                           {"entry-meets-reset", "SCHED-81"},
                           {"faults-in-a-row", "RST-3"},
                           {"device-meets-session", "RST-24"},
                           {"device-meets-session", "RST-29"},
                           {"heaps-meet", "mutant:heap-find-revives"},
                           {"cut-blocks", "mutant:block-not-locked"},
                           {"cut-blocks", "mutant:wider-lock-unchecked"},
                           {"memory-pressure", "mutant:evicted-stay-away"},
                           {"memory-pressure", "mutant:eviction-waits"},
                           {"memory-pressure", "mutant:imports-reclaimed"},
                           {"memory-pressure", "mutant:mmapped-goes-first"},
                           {"user-page", "mutant:flush-id-zero-asleep"},
                           {"user-page", "mutant:user-page-outlives-gpu"},
                           {"user-page", "mutant:user-page-writable"},
                           {"labels", "mutant:label-too-long"},
                           {"odd-heap-calls", "mutant:heap-answer-unchecked"},
                           {"odd-heap-calls", "mutant:heap-newline-ignored"},
                           {"odd-tilers", "mutant:heap-grows-at-once"},
                           {"odd-tilers", "mutant:heap-of-nobody"},
                           {"odd-tilers", "mutant:heap-outlives-vm"},
                           {"short-sessions", "mutant:short-session-missed"},
                           {"no-progress", "mutant:progress-timer-ignored"},
                           {"silent-at-grant", "mutant:failed-update-blames-protm"},
                           {"slow-exits", "mutant:late-exit-given-up"}};
  constexpr std::uint32_t kPrograms = 500;
  for (const Row& row : kRows) {
    CAPTURE(row.defect);
    const std::string name(row.defect);
    auto candidate = differential::default_registry().parse(
        name.starts_with("mutant:") ? name : "series-v1:only=" + name);
    REQUIRE(candidate.has_value());
    fuzz::AgreementRun run(std::move(*candidate), fuzz::Scope::full);
    bool found = false;
    std::uint64_t seed = 0;
    std::uint32_t tried = 0;
    for (; tried < kPrograms && !found; ++seed) {
      const fuzz::SetPiece* const piece = fuzz::set_piece_of(seed);
      if (piece == nullptr || piece->name != row.piece) continue;
      ++tried;
      found = run.run(seed).outcome == fuzz::Agreed::diverged;
    }
    CHECK_MESSAGE(found, row.piece);
    MESSAGE(row.defect << ": seed " << seed - 1 << ", Program " << tried << " of the piece");
  }
}

TEST_CASE("set pieces: the corrected series-v1 agrees on each of them") {
  auto candidate = differential::default_registry().parse("series-v1:none");
  REQUIRE(candidate.has_value());
  fuzz::AgreementRun run(std::move(*candidate), fuzz::Scope::full);
  std::map<std::string_view, std::uint32_t> left;
  for (const fuzz::SetPiece& piece : fuzz::set_pieces()) {
    left[piece.name] = static_cast<std::uint32_t>(some_of(40));
  }
  for (std::uint64_t seed = 0; !left.empty(); ++seed) {
    const fuzz::SetPiece* const piece = fuzz::set_piece_of(seed);
    if (piece == nullptr || left.count(piece->name) == 0) continue;
    if (--left[piece->name] == 0) left.erase(piece->name);
    const fuzz::AgreementRow row = run.run(seed);
    INFO(piece->name << ", seed " << seed << ": " << row.verdict.detail);
    CHECK(row.outcome != fuzz::Agreed::oracle_wrong);
    CHECK(row.outcome != fuzz::Agreed::diverged);
  }
}

TEST_CASE("1,000 seeds on the corrected series-v1: two drivers, the same turns on the slots") {
  auto candidate = differential::default_registry().parse("series-v1:none");
  REQUIRE(candidate.has_value());
  fuzz::AgreementRun run(std::move(*candidate));
  fuzz::AgreementTotals totals;
  for (std::uint64_t seed = 1; seed <= some_of(1'000); ++seed) {
    const fuzz::AgreementRow row = run.run(seed);
    INFO("seed " << seed << ": " << row.verdict.detail);
    CHECK(row.outcome != fuzz::Agreed::oracle_wrong);
    totals.add(row);
  }
  for (const fuzz::SignatureCount& s : totals.signatures) MESSAGE(s.signature << ": " << s.example);
  // Nothing orders clients that set themselves up at once.
  if (PROTM_ALL_OF_IT) CHECK(totals.of(fuzz::Agreed::yes) >= 998);
}
