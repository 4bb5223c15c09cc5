// SPDX-License-Identifier: GPL-2.0-only
// Register offsets and bit masks live in gpu-model/vocab, by name, and nowhere else.
// A heuristic on literals: of 0x with three digits or more, these are allowed elsewhere: all
// ones (0xffff, 0x7fffffff), more than eight digits (hash multipliers, addresses), whole
// 64 KiB multiples in a named constant (a layout that the code chooses), and everything in
// tests, the frozen C header and tools.
// Source: docs/contributing.md, "Style".
#pragma once

#include <vector>

#include "tools/tree.h"

namespace protm::tools {

/// Finds bare hexadecimal numbers in one file.
std::vector<Finding> check_hex(const File& file);

}  // namespace protm::tools
