// SPDX-License-Identifier: GPL-2.0-only
// The mutants of the reference as data: what each changes, in words that survive edits elsewhere,
// which of them are proven to change nothing, and which a sample takes.
// Leaves out: how they are found and written (sites.py, mutate.py) and run (unit.h).
// Source: mutants.json of mutate.py; equivalent.yaml.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/format/diagnostic.h"

namespace protm::mutation {

struct Mutant {
  std::uint32_t number = 0;   ///< in this build; 0 is none
  std::string file;           ///< of oracle/reference: an area of the score
  std::uint32_t line = 0;
  std::string function;
  std::string op;             ///< compare, logic, negate, delete, constant, lock or return
  std::string before, after;  ///< source text; empty after: it is left out
  std::string at;             ///< text of the line
  std::uint32_t ordinal = 1;  ///< among those that are alike in all of these words

  /// What names it in files that outlive a build.
  [[nodiscard]] std::string key() const;
};

struct MutantTable {
  std::vector<Mutant> mutants;                     ///< by number
  std::map<std::string, std::uint64_t> left_out;   ///< places without a mutant, by reason
};

/// Errors: a sentence with the file.
[[nodiscard]] tl::expected<MutantTable, std::string> read_mutants(const std::string& file);

/// A mutant that no run can tell from the original.
struct Equivalent {
  std::uint32_t number = 0;
  std::string proof;
};
/// Which mutants equivalent.yaml names. An entry gives some of file, function, operator, before,
/// after, at and ordinal; `count` says how many mutants it means when that is not one.
/// Errors: as for cases; an entry that does not mean as many mutants as it says.
[[nodiscard]] tl::expected<std::vector<Equivalent>, std::vector<format::Diagnostic>>
read_equivalents(const std::string& file, std::string_view text,
                 const std::vector<Mutant>& mutants);

/// `count` mutants whose key holds `filter` (all of them when empty), drawn by `seed`, in the order
/// of their numbers. The same seed draws the same ones of the same table.
[[nodiscard]] std::vector<const Mutant*> sample(const std::vector<Mutant>& mutants,
                                                std::string_view filter, std::uint64_t count,
                                                std::uint64_t seed);

}  // namespace protm::mutation
