// SPDX-License-Identifier: GPL-2.0-only
// Drivers with one planted bug each: the reference with one method replaced. They test the suites:
// a case that no mutant and no defect switch makes diverge tests nothing.
// One bug per file; each file says which case or rule catches it.
// Leaves out: defects that the series as posted has, those are switches of series-v1.
// Source: decisions.md 22, style.md 2.9.
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>

#include "sut-adapters/contract/driver.h"

namespace protm::mutants {

struct Mutant {
  std::string_view name;  ///< words with dashes, for `--sut=mutant:NAME`
  std::string_view what;  ///< the planted bug, in one sentence
  contract::Driver* (*make_driver)(contract::Kernel& kernel, contract::Drm& drm,
                                   std::pmr::memory_resource* memory,
                                   const void* options) = nullptr;
  std::string_view profile = {};   ///< of a mutant of a design: which one
};

/// All mutants of the base, in the order of their names.
[[nodiscard]] std::span<const Mutant> table();
/// Those of a design that is not the posted one: `options` of theirs has to be its profile.
[[nodiscard]] std::span<const Mutant> table_of_designs();

}  // namespace protm::mutants
