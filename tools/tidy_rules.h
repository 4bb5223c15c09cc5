// SPDX-License-Identifier: GPL-2.0-only
// The rules of the house style that a program can hold a file against. Each finding says what
// to use instead, so that nobody has to look the rule up.
// Not modelled: two side effects in one call's arguments, a `///` sentence for each public
// declaration, and whether a comment says why: a reader checks these. That a register names its
// source is a static_assert in gpu-model/vocab; that a rule has a case, a test of the suites.
// Source: docs/contributing.md, "Style".
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/tree.h"

namespace protm::tools {

/// Rules that look at one file of code or one script.
std::vector<Finding> check_file(const File& file);

/// Rules that look at the whole tree: a README in each box, and the files that READMEs name.
/// Only the content of README.md files is read; of all others the path is enough.
std::vector<Finding> check_readmes(std::span<const File> files);

}  // namespace protm::tools
