// SPDX-License-Identifier: GPL-2.0-only
// A whole file as text, for the readers of this box.
// Leaves out: writing.
// Source: style.md 2.12 (a file that cannot be read is an error like others).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/format/diagnostic.h"

namespace protm::format {

/// The bytes of a file; nothing when it cannot be read.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& file);
/// The error that says so.
[[nodiscard]] std::vector<Diagnostic> unreadable_file(const std::string& file);

}  // namespace protm::format
