// SPDX-License-Identifier: GPL-2.0-only
// `list --entries`: each point of the series and its review, what shows it (cases, another entry's
// cases, or why nothing can) and which switches of series-v1 are that point.
// Leaves out: what came of the cases; `conform` says that.
#pragma once

#include <span>
#include <string>

#include "cli/text_table.h"
#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/suite.h"

namespace protm::cli {

[[nodiscard]] TextTable entry_table(std::span<const format::CatalogueEntry> entries,
                                    const runner::Suite& suite);
/// A list of objects: id, status, cases, switches, and what the catalogue says.
[[nodiscard]] std::string entry_json(std::span<const format::CatalogueEntry> entries,
                                     const runner::Suite& suite);

}  // namespace protm::cli
