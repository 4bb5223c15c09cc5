// SPDX-License-Identifier: GPL-2.0-only
// Whether catalogue and suites fit together: cases name entries that exist, entries name rules that
// exist and have a case, or stand with one that has, or say why there is none or
// that it is due; ids are unique and say where a case lies; each id of the plain list has an entry.
// Leaves out: whether a case can fail; only runs with defects and mutants can tell.
// Source: design.md section 8, decisions.md 10.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/suite.h"

namespace protm::runner {

/// One sentence for each thing that does not fit; `suite` is the whole one, `rules` are the ids of
/// all rules.
[[nodiscard]] std::vector<std::string> check_catalogue(
    std::span<const format::CatalogueEntry> entries, const Suite& suite,
    std::span<const std::string> rules);

/// The ids of a list as conformance/catalogue-ids.txt is one: one a line, `#` begins a comment.
[[nodiscard]] std::vector<std::string> ids_of_list(std::string_view text);

/// One sentence for each id of `listed` that is out of order or has no entry, and for each entry
/// that the list does not have, but for BASE-n and LIFE-n. `missing` are ids that may still lack
/// an entry: one that has one is said too, so that the exception cannot outlive its reason.
[[nodiscard]] std::vector<std::string> check_ids(std::span<const format::CatalogueEntry> entries,
                                                 std::span<const std::string> listed,
                                                 std::span<const std::string> missing);

/// Whether an entry's `pattern` can match anything: a rule, a comparison, `then`, `sut/<kind>`.
[[nodiscard]] bool is_known_rule(const std::string& pattern, std::span<const std::string> rules);

}  // namespace protm::runner
