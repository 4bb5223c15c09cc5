// SPDX-License-Identifier: GPL-2.0-only
// What a run of a Program showed, out of its Trace: not what the Program was meant to do, but what
// happened. Counted over many runs these are the shares that a generator is measured by.
// Leaves out: right and wrong.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "fuzzers/generator/generate.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::fuzz {

enum class Seen : std::uint8_t {
  compared_job,    ///< a job ended well that stored into a buffer whose bytes were read at the end
  rotation,        ///< a group lost its slot and got one again, without suspend or reset
  timeout,         ///< a job's fence says ETIMEDOUT, or the GPU was reset
  resume,          ///< the GPU was switched off and on again
  busy_unbind,     ///< an unbind began while a job ran
  late_bind,       ///< a VM_BIND began while a job of the same VM ran, or was asynchronous
  fault,           ///< a job's fence says another error than ETIMEDOUT and ECANCELED
  busy_destroy,    ///< a group was destroyed, or its file closed, while its job ran
  refused_call,    ///< a call failed
  boot,            ///< the device was probed: a call of its node was done
  window,          ///< the GPU was in protected mode
  bind_inside,     ///< a VM operation began while it was
  reset_inside,    ///< a reset began while it was
  suspend,         ///< a system suspend succeeded
  count
};
inline constexpr std::size_t kSeenCount = static_cast<std::size_t>(Seen::count);

struct SeenInfo {
  Seen id;
  std::string_view what;
  std::uint32_t least_driver_percent;  ///< what Scope::driver promises; 0 = nothing
  std::uint32_t least_full_percent;    ///< and Scope::full
  [[nodiscard]] std::uint32_t least_percent(Scope scope) const {
    return scope == Scope::full ? least_full_percent : least_driver_percent;
  }
};
[[nodiscard]] std::span<const SeenInfo> seen_table();

using SeenSet = std::array<bool, kSeenCount>;
[[nodiscard]] SeenSet look(const contract::Program& program, const contract::Trace& trace);

}  // namespace protm::fuzz
