// SPDX-License-Identifier: GPL-2.0-only
// The machine half of a generated Program: a configuration, a few latencies, and faults that real
// firmware or hardware may show a driver without protected mode.
// Leaves out: the firmware's answers inside protected mode, and machines that no driver boots on.
#pragma once

#include <cstdint>

#include "fuzzers/generator/random.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

enum class Slots : std::uint8_t { few, any };

/// An ack as faults name it.
[[nodiscard]] constexpr std::uint32_t target(vocab::AckTarget ack) {
  return static_cast<std::uint32_t>(ack);
}

/// Draws configuration and latencies; returns the number of CSG slots.
std::uint32_t draw_machine(Random& random, contract::Program& program, Slots slots);
/// Adds one or two faults.
void draw_faults(Random& random, contract::Program& program);
/// A word of the image's header or table of sections.
[[nodiscard]] vocab::fw_image::OddWord draw_patch(Random& random);
/// A word of the firmware's control blocks.
[[nodiscard]] vocab::fw_image::OddWord draw_said(Random& random);

}  // namespace protm::fuzz
