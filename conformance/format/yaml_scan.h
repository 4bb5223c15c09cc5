// SPDX-License-Identifier: GPL-2.0-only
// What is refused before yaml-cpp sees a text: size, encoding, tabs, control characters, anchors,
// aliases, tags, directives, a second document and deep nesting.
// A token scan, not a parser: it knows quotes, comments, block scalars and flow brackets.
// Leaves out: well-formedness, which yaml-cpp checks. Source: design.md section 11.
#pragma once

#include <string_view>

#include "conformance/format/diagnostic.h"

namespace protm::format {

/// Adds an error for each thing that is refused.
void scan_yaml(std::string_view text, Diagnostics& errors);

}  // namespace protm::format
