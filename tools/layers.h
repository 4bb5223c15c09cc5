// SPDX-License-Identifier: GPL-2.0-only
// Which box may include which, and who alone may use a foreign library: the table of the
// design, once, in code. A box may include itself and what its row lists, nothing else.
// A *_test.cc beside a box may also include the executor and the rig; a test of a machine's
// user (layer 2) may look into the machine.
// Not modelled: links between targets; an include without a link fails to build anyway.
// Source: docs/contributing.md, "Layers".
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/tree.h"

namespace protm::tools {

/// One box: its folder, its layer, and the boxes that it may include.
struct Box {
  std::string_view folder;
  int layer;
  std::vector<std::string_view> may_include;
};

/// The table, lowest layer first.
std::span<const Box> boxes();

/// The box that a path belongs to, or nullptr (cmake/, docs/).
const Box* box_of(std::string_view path);

/// Holds every include of `files` against the table.
std::vector<Finding> check_layers(std::span<const File> files);

}  // namespace protm::tools
