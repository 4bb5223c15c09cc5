// SPDX-License-Identifier: GPL-2.0-only
// Set pieces: small Programs about one meeting that topics, drawn apart from each other, hardly
// ever bring about, because two things have to happen in one call or within milliseconds. What
// meets is fixed, all numbers around it are drawn.
// Leaves out: everything else; a Program of a set piece has no topics.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace protm::fuzz {

struct Scene;

struct SetPiece {
  std::string_view name;
  std::uint32_t weight;
  void (*play)(Scene& scene);
};

[[nodiscard]] std::span<const SetPiece> set_pieces();

/// The set piece of a seed, null for most. It is drawn from a stream of its own, so that a new one
/// leaves the Programs of other seeds as they were.
[[nodiscard]] const SetPiece* set_piece_of(std::uint64_t seed);

/// The next seed from there on that is a set piece: who mutates Programs wants more of them.
[[nodiscard]] std::uint64_t next_set_piece(std::uint64_t seed);

}  // namespace protm::fuzz
