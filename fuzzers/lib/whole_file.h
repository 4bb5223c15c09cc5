// SPDX-License-Identifier: GPL-2.0-only
// Files that are there whole or not at all: written beside their place under a name with a dot in
// front, then renamed. Leaves out: what a power failure does to a file system; a campaign's state
// of record is its database.
// Source: rename(2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace protm::fuzz {

/// False when the file could not be written; what was there before is there still.
[[nodiscard]] bool write_whole(const std::string& path, std::string_view bytes);
/// Nothing when it cannot be read.
[[nodiscard]] std::optional<std::string> read_whole(const std::string& path);

}  // namespace protm::fuzz
