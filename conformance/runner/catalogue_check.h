// SPDX-License-Identifier: GPL-2.0-only
// Whether catalogue and suites fit together: cases name entries that exist, entries name rules that
// exist and have a case, or stand with one that has, or say why there is none or
// that it is due; ids are unique and say where a case lies.
// Leaves out: whether a case can fail; only runs with defects and mutants can tell.
// Source: design.md section 8, decisions.md 10.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/suite.h"

namespace protm::runner {

/// One sentence for each thing that does not fit; `suite` is the whole one, `rules` are the ids of
/// all rules.
[[nodiscard]] std::vector<std::string> check_catalogue(
    std::span<const format::CatalogueEntry> entries, const Suite& suite,
    std::span<const std::string> rules);

/// Whether an entry's `pattern` can match anything: a rule, a comparison, `then`, `sut/<kind>`.
[[nodiscard]] bool is_known_rule(const std::string& pattern, std::span<const std::string> rules);

}  // namespace protm::runner
