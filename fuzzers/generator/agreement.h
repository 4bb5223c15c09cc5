// SPDX-License-Identifier: GPL-2.0-only
// Generated Programs on oracle and candidate: one row per seed, with what the run showed, and the
// counts of many rows. What a candidate cannot run is skipped, never agreed.
// Leaves out: how it is printed (cli), and any search for small Programs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzzers/generator/generate.h"
#include "fuzzers/generator/shares.h"
#include "oracle/differential/differential.h"

namespace protm::fuzz {

enum class Agreed : std::uint8_t {
  yes,
  by_profile,    ///< with the profile of the candidate's release, not with the 7.x base
  diverged,
  known,         ///< diverged, and all of it by defects of this driver that are understood
  inconclusive,  ///< also: poisoned
  skipped,
  oracle_wrong,  ///< the oracle broke a rule: nothing can be said of the candidate
  count
};
inline constexpr std::size_t kAgreedCount = static_cast<std::size_t>(Agreed::count);

struct AgreementRow {
  std::uint64_t seed = 0;
  Agreed outcome = Agreed::yes;
  contract::Program program;
  judge::Verdict verdict;
  bool timing = false;  ///< agreed with the oracle in another order, or under other latencies
  SeenSet seen{};       ///< by the candidate's trace
  std::vector<std::string_view> defects;  ///< of a known one: ids of differential::known_defects()
  std::string why;      ///< of a skip
};

class AgreementRun {
 public:
  explicit AgreementRun(exec::Candidate candidate, Scope scope = Scope::driver)
      : differential_(std::move(candidate)), scope_(scope) {}
  /// Generates the Program of a seed and compares. What is inconclusive is tried twice.
  [[nodiscard]] AgreementRow run(std::uint64_t seed);
  /// Compares on a Program from elsewhere.
  [[nodiscard]] AgreementRow run_program(contract::Program program);
  /// Why the candidate cannot run it; empty when it can.
  [[nodiscard]] std::string skip_reason(const contract::Program& program) const;
  [[nodiscard]] differential::Differential& differential() { return differential_; }

 private:
  differential::Differential differential_;
  Scope scope_;
};

/// Disagreements in which the same things were found.
struct SignatureCount {
  std::string signature;
  std::string example;               ///< the first one's detail
  std::vector<std::uint64_t> seeds;
};

/// Programs that one known defect struck.
struct DefectCount {
  std::string_view id;
  std::vector<std::uint64_t> seeds;
};

/// What many rows come to.
struct AgreementTotals {
  std::array<std::uint32_t, kAgreedCount> outcomes{};
  std::uint32_t timing = 0;
  std::uint32_t chance = 0;          ///< left differences to chance (judge::Verdict::by_chance)
  std::uint32_t ran = 0;             ///< neither skipped nor inconclusive before it began
  std::array<std::uint32_t, kSeenCount> seen{};
  std::vector<SignatureCount> signatures;   ///< most frequent first
  std::vector<DefectCount> defects;         ///< in the order of their first Programs

  void add(const AgreementRow& row);
  [[nodiscard]] std::uint32_t of(Agreed outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
  [[nodiscard]] std::uint32_t total() const;
  /// Per mille of the Programs that ran.
  [[nodiscard]] std::uint32_t per_mille(Seen what) const;
};

}  // namespace protm::fuzz
