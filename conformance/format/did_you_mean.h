// SPDX-License-Identifier: GPL-2.0-only
// The nearest known word to a mistyped one, for "did you mean" in every message of the project.
// Edit distance with insertion, deletion, substitution and swap of neighbours, each 1.
// Leaves out: phonetics, case folding. Source: style.md 2.12.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace protm::format {

/// Number of single edits that turn `a` into `b`.
[[nodiscard]] std::uint32_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `words` when it is near enough to be a typing error; the first one at a tie.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> words);

/// "expected one of: a, b, c; did you mean 'b'?" with the part that applies. A long list is cut
/// short when a near word is known.
[[nodiscard]] std::string expected_words(std::string_view word,
                                         std::span<const std::string_view> words);

}  // namespace protm::format
