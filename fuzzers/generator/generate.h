// SPDX-License-Identifier: GPL-2.0-only
// A meaningful Program out of a seed: clients with a VM, buffers and groups submit jobs whose bytes
// are compared, and one or two themes (more groups than slots, a job without end, sleep ...) say
// what befalls them. A few calls are wrong. The scope says which candidates can run it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// What a generated Program is about.
enum class Theme : std::uint8_t {
  plain,      ///< jobs of several queues, with fences and sync objects between them
  rotation,   ///< more groups than slots, for several ticks
  hang,       ///< a job that outlasts its time-out
  fault,      ///< a job that ends in a fault
  sleep,      ///< pauses longer than the autosuspend delay
  unbind,     ///< the device goes while jobs run
  late_bind,  ///< VM_BIND while jobs of that VM run
  destroy,    ///< groups, VMs and files go while jobs run
  machine,    ///< firmware or hardware answers late or never
  count
};
struct ThemeInfo {
  Theme id;
  std::string_view name;
  std::uint32_t weight;  ///< how often it is the first theme, relative to the others
};
[[nodiscard]] std::span<const ThemeInfo> theme_table();

/// What Programs may hold.
enum class Scope : std::uint8_t {
  driver,  ///< what a driver without protected mode runs; docs/agreement.md speaks of these seeds
  full,    ///< all that a Program can hold
};

/// The Program of a seed: the same one in every build. Never longer than contract::kMaxSteps.
[[nodiscard]] contract::Program generate(std::uint64_t seed, Scope scope);

}  // namespace protm::fuzz
