// SPDX-License-Identifier: GPL-2.0-only
// For the suites' own proof: of each case a change of the reference that it notices, through a rule
// of each of its entries. What few cases come to is tried first: it is what the case is about.
// Leaves out: the score, which asks of each change whether any case notices it (score.h).
// Source: conformance/suites/mutants.golden, which this writes.
#pragma once

#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/mutation/mutant.h"
#include "bench/mutation/unit.h"
#include "conformance/format/catalogue_reader.h"

namespace protm::mutation {

struct Noticed {
  std::string case_id;
  std::string rule;   ///< of the divergence
  const Mutant* mutant = nullptr;
};

struct EachCase {
  std::vector<Noticed> noticed;       ///< in the order of the cases
  std::vector<std::string> unshown;   ///< cases that nothing which was tried breaks so
};

struct Effort {
  std::uint64_t jobs = 1;   ///< processes at a time
  std::size_t tries = 1;    ///< mutants for a case
};
/// Mutants in `proofs` are equivalent and not tried.
/// Nothing when a process was given up or `interrupted` got set.
[[nodiscard]] std::optional<EachCase> notice_each_case(
    const std::vector<Unit>& units, const MutantTable& table,
    const std::map<std::uint32_t, std::string>& proofs,
    const std::vector<format::CatalogueEntry>& catalogue, Effort effort,
    const volatile std::sig_atomic_t& interrupted);

/// Case, rule, file, line of the reference and key of the mutant, separated by tabs.
[[nodiscard]] std::string golden_line(const Noticed& noticed);

}  // namespace protm::mutation
