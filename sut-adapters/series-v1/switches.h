// SPDX-License-Identifier: GPL-2.0-only
// The defects of the series as posted that this implementation can show or not: one switch each.
// On = as posted. A second table names the defects that are written as the review asks and have no
// switch yet, so that nobody takes `none` and "as posted" for the only two states; a third one
// those that no Program can show.
// Source: catalogue ids; decisions.md 2, 5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace protm::v1 {

/// Defects with a switch, in the catalogue's order; the value is the bit number in a SwitchMask.
enum class Switch : std::uint8_t {
  heap_2,
  heap_3,
  heap_4,
  heap_14,
  heap_30,
  heap_32,
  kbo_8,
  kbo_9,
  fw_8,
  fw_9,
  fw_18,
  fw_25,
  fw_27,
  mmu_15,
  mmu_24,
  mmu_25,
  sched_3,
  sched_8,
  sched_12,
  sched_13,
  sched_20,
  sched_34,
  sched_37,
  sched_39,
  sched_43,
  sched_46,
  sched_47,
  sched_48,
  sched_69,
  sched_81,
  sched_82,
  rst_3,
  rst_14,
  rst_15,
  rst_16,
  rst_24,
  rst_29,
  uapi_5,
};
inline constexpr std::size_t kSwitchCount = static_cast<std::size_t>(Switch::uapi_5) + 1;
static_assert(kSwitchCount < 64);

/// Bit n = Switch n is on.
using SwitchMask = std::uint64_t;
inline constexpr SwitchMask kAllSwitches = (SwitchMask{1} << kSwitchCount) - 1;

/// Bit of a switch in a SwitchMask.
[[nodiscard]] constexpr SwitchMask switch_bit(Switch s) {
  return SwitchMask{1} << static_cast<unsigned>(s);
}

struct SwitchInfo {
  Switch value;
  std::string_view id;      ///< name on the command line, the catalogue id
  std::string_view patch;   ///< patch of the series that brings the defect
  std::string_view mail;    ///< who raised it; "own reading" when nobody did
  std::string_view what;    ///< one sentence: what happens while the switch is on
};

/// All switches, in the order of their bits.
[[nodiscard]] std::span<const SwitchInfo, kSwitchCount> switch_table();

struct UnmodelledDefect {
  std::string_view id;
  std::string_view what;    ///< what v1 as posted does and this code does not
};

/// Defects of v1 that are written as corrected, without a switch.
[[nodiscard]] std::span<const UnmodelledDefect> not_yet_modelled();

struct HiddenDefect {
  std::string_view id;
  std::string_view what;    ///< what v1 as posted does
  std::string_view why;     ///< why no Program can tell it from what the review asks
};

/// Defects of v1 that have no switch because nothing would ever show it.
[[nodiscard]] std::span<const HiddenDefect> cannot_show();

/// Patches of the series.
inline constexpr std::uint32_t kPatchCount = 8;
/// Switches of the defects that the first `patches` patches bring.
[[nodiscard]] SwitchMask switches_of_patches(std::uint32_t patches);

/// What make_driver takes.
struct Options {
  SwitchMask switches = kAllSwitches;
  std::uint32_t patches = kPatchCount;   ///< the first so many are applied; at least 1
};

/// Parses the part of `--sut=series-v1:TEXT` behind the colon.
/// Accepted: "" (all on), "none", "only=A,B", "without=A,B"; in front of each, and alone,
/// "patches=1-N" with a colon behind it.
/// Errors: a complete message with what was expected and, where near, "did you mean".
[[nodiscard]] tl::expected<Options, std::string> parse_options(std::string_view text);

/// The shortest text that parses to these options ("" for all on).
[[nodiscard]] std::string options_text(const Options& options);

}  // namespace protm::v1
