// SPDX-License-Identifier: GPL-2.0-only
// Files that only grow, a line for each result, so that a run that is killed loses one at most.
// Leaves out: what stands in a line; files that are written as a whole (whole_file.h).
// Source: write(2) with O_APPEND, fsync(2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace protm::fuzz {

/// Whole lines, without their ends: a last one that was torn is left out. None where there is no
/// file that can be read.
[[nodiscard]] std::vector<std::string> read_lines(const std::string& path);
/// Adds a line, which must not have an end of its own, and has it on disk when it returns. A torn
/// line before it stays a line by itself. False when it cannot.
[[nodiscard]] bool append_line(const std::string& path, std::string_view line);

}  // namespace protm::fuzz
