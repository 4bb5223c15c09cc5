// SPDX-License-Identifier: GPL-2.0-only
// Timers of the global interface: progress of the groups on slots, power of idle cores.
// Assumptions: progress is a RUN instruction that starts or ends; the progress timer counts core
// cycles and stands still in protected mode; cores switch at once; work never ends where the host
// enabled no core for it.
// Source: facts-fw.md 3, 4 and 6; panthor_fw.c panthor_fw_init_global_iface() (7.3).
#include <algorithm>

#include "gpu-model/src/firmware.h"

namespace protm::gpu {

namespace fw = vocab::fw;
using vocab::ObservationKind;

std::uint64_t Firmware::timer_ns(std::uint32_t field, std::uint64_t hz) {
  const std::uint32_t timer = load32(glb_in(field));
  if ((timer & fw::kTimerGpuCounter) != 0) hz = core_.config.core_hz;
  const std::uint64_t cycles = std::uint64_t{timer & fw::kTimerValueMask} * 1024;
  return cycles / hz * vocab::kSec + cycles % hz * vocab::kSec / hz;
}

void Firmware::read_timers(std::uint32_t bits) {
  constexpr std::uint32_t kSetup =
      fw::kGlbCfgProgressTimer | fw::kGlbCfgPwroffTimer | fw::kGlbCfgAllocEn;
  if ((bits & kSetup) == 0) return;
  if ((bits & fw::kGlbCfgProgressTimer) != 0) {
    progress_ns_ = timer_ns(fw::glb_input::kProgressTimer, core_.config.core_hz);
  }
  if ((bits & fw::kGlbCfgPwroffTimer) != 0) {
    pwroff_ns_ = timer_ns(fw::glb_input::kPoweroffTimer, core_.config.timestamp_hz);
  }
  const std::uint64_t idle_ns = timer_ns(fw::glb_input::kIdleTimer, core_.config.timestamp_hz);
  const auto word = [](std::uint64_t v) { return std::min<std::uint64_t>(v, UINT32_MAX); };
  core_.observe(ObservationKind::glb_configured, load32(glb_in(fw::glb_input::kAckIrqMask)),
                static_cast<std::uint32_t>(word(progress_ns_ / vocab::kUs)), enabled_cores_,
                word(pwroff_ns_) << 32 | word(idle_ns));
}

bool Firmware::any_run(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if (cs_of(slot, cs).at.run_count != 0) return true;
  }
  return false;
}

void Firmware::note_progress(std::uint32_t slot) {
  Slot& s = slots_[slot];
  if (progress_ns_ == 0) return;
  s.progress_at = core_.now.ns + progress_ns_;
  if (s.progress_armed != 0) return;  // one event per slot; it looks whether it came too early
  s.progress_armed = 1;
  core_.after(progress_ns_, {.kind = EventKind::progress_timer,
                             .generation = mcu_generation_,
                             .a = slot,
                             .c = s.generation});
}

void Firmware::progress_timeout(std::uint32_t slot) {
  Slot& s = slots_[slot];
  s.progress_armed = 0;
  if (s.progress_at == 0) return;
  if (entry_.frozen != 0) return note_progress(slot);
  if (core_.now.ns < s.progress_at) {
    s.progress_armed = 1;
    core_.after(s.progress_at - core_.now.ns, {.kind = EventKind::progress_timer,
                                               .generation = mcu_generation_,
                                               .a = slot,
                                               .c = s.generation});
    return;
  }
  s.progress_at = 0;
  csg_event(slot, fw::kCsgProgressTimerEvent);
}

bool Firmware::cores_on() {
  if (gpu_.ready(PowerDomain::shader) == 0) gpu_.set_cores(enabled_cores_, ~0ull);
  return gpu_.ready(PowerDomain::shader) != 0;
}

void Firmware::cores_idle() {
  if (cores_armed_ != 0) return;
  cores_armed_ = 1;
  core_.after(pwroff_ns_, {.kind = EventKind::cores_off, .generation = mcu_generation_});
}

void Firmware::cores_off() {
  cores_armed_ = 0;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].active != 0 && any_run(slot)) return;  // its end comes back here
  }
  gpu_.set_cores(0, 0);
}

}  // namespace protm::gpu
