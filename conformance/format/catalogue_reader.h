// SPDX-License-Identifier: GPL-2.0-only
// conformance/catalogue.yaml -> entries: one for each point that patches and review raise. Same
// diagnostics as for cases.
// Leaves out: whether rules and cases that an entry names exist (conformance/runner).
// Source: design.md section 8, decisions.md 4 and 10.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/format/diagnostic.h"

namespace protm::format {

enum class EntryStatus : std::uint8_t { decided, open, style_only, announced, own };
/// The status as in the file: "style-only".
[[nodiscard]] std::string_view status_word(EntryStatus status);

struct CatalogueEntry {
  std::string id;                   ///< "SCHED-20"
  std::string title;                ///< empty when the file has none
  std::string source;               ///< patch or mail; several joined with "; "
  std::string right;                ///< what a right driver does
  std::string v1;                   ///< what the series as posted does
  EntryStatus status = EntryStatus::decided;
  std::vector<std::string> needs;   ///< what a case needs: plain, IL, FI ...
  std::vector<std::string> rules;   ///< rule ids and comparison slugs that show a violation
  std::string kernel_symbol;        ///< where the base kernel does it; for BASE entries
  std::string same_as;              ///< the entry that has the cases of this point too
  std::string no_case;              ///< why no case can show it
  std::string due;                  ///< what is still to be written for it
  std::uint32_t line = 0;
};

[[nodiscard]] tl::expected<std::vector<CatalogueEntry>, std::vector<Diagnostic>> read_catalogue(
    const std::string& file, std::string_view text);
/// Errors: as above, and a file that cannot be read.
[[nodiscard]] tl::expected<std::vector<CatalogueEntry>, std::vector<Diagnostic>>
read_catalogue_file(const std::string& file);

}  // namespace protm::format
