// SPDX-License-Identifier: GPL-2.0-only
// Finds code that two folders share: runs of equal tokens inside function bodies, after every
// identifier is folded into one, so that renaming hides nothing. Two drivers that are meant to
// keep each other honest must not share behaviour.
// Not modelled: code that was reordered, or rewritten with other operators.
// Source: docs/contributing.md, "Two drivers".
#pragma once

#include <span>
#include <vector>

#include "tools/tree.h"

namespace protm::tools {

/// Reports each run of at least `min_tokens` that a function under `folder_a` shares with one
/// under `folder_b`, at most one per function of `folder_a`. Tests are left out.
std::vector<Finding> check_shared_tokens(std::span<const File> files, std::string_view folder_a,
                                         std::string_view folder_b, std::size_t min_tokens);

}  // namespace protm::tools
