// SPDX-License-Identifier: GPL-2.0-only
// The questions that the review leaves open and that a run can answer, with the positions on
// record. A driver has to take one position in each; of the firmware's answers a right driver
// relies on none. A position other than the posted one is a profile of the reference.
// Leaves out: open entries that no run can tell apart (catalogue, `no_case`), and the names of the
// flags, which only a header shows.
// Source: each position names its mail.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "gpu-model/vocab/machine_config.h"
#include "sut-adapters/contract/capability.h"

namespace protm::differential {

/// Who answers it: the candidate's driver, or the firmware, which is the machine's.
enum class AskedOf : std::uint8_t { driver, firmware };

struct Position {
  std::string_view profile;  ///< empty = the posted one, which is the base
  std::string_view words;    ///< what it does, for the report
  std::string_view source;   ///< mail or patch
};

struct Question {
  std::string_view id;     ///< in words, for reports: "vm-op"
  std::string_view entry;  ///< of the catalogue
  std::string_view title;
  AskedOf of{};
  /// Of a driver: what one of the first position has, and one of the second has not. Cases that
  /// require it hold under the first position only.
  contract::Capability capability{};
  vocab::Switch answer = vocab::Switch::count;  ///< of the firmware; `count` = of a driver
  std::array<Position, 2> positions;            ///< the posted one first
};

[[nodiscard]] std::span<const Question> questions();

}  // namespace protm::differential
