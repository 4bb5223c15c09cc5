// SPDX-License-Identifier: GPL-2.0-only
// What firmware knows of the host's wishes when a group starts: all cores, timers of the lengths
// that panthor asks for, and acks that raise an interrupt wherever the host waits for one; when
// protected mode starts, those of protected mode too.
// Nothing that runs shows a timer that is ten times too long.
// Leaves out: a setup whose ack is late or lost; how a timer rounds, up to a twentieth of it.
#include "gpu-model/vocab/fw_interface.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using namespace vocab;
using K = ObservationKind;

namespace {

constexpr std::uint64_t kProgressCycles = 5ull * 500 * 1024 * 1024;
constexpr std::uint64_t kPoweroffNs = 10 * kMs;
constexpr std::uint64_t kIdleNs = 800 * kUs;
constexpr std::uint32_t kEvents = fw::kGlbCfgProgressTimer | fw::kGlbCfgAllocEn |
                                  fw::kGlbCfgPwroffTimer | fw::kGlbPing | fw::kGlbIdleEn |
                                  fw::kGlbIdle;
constexpr std::uint32_t kProtmEvents = fw::kGlbProtmEnter | fw::kGlbProtmExit;

/// As little longer than asked for as the unit of a timer forces it to be. Shorter where it counts
/// cycles of a clock that ran slower when the driver asked for its rate (devfreq), by half at most.
bool about(std::uint64_t got, std::uint64_t want) {
  return got >= want / 2 && got <= want + want / 20;
}

/// What a driver reads: an image may say another version than the machine's firmware has.
std::uint32_t version_said(const Program& program) {
  std::uint32_t version = program.machine.fw_version;
  for (std::uint32_t i = 0; i < program.firmware.said; ++i) {
    const fw_image::OddWord& word = program.firmware.says[i];
    if (word.at == fw::glb_control::kVersion) version = word.value;
  }
  return version;
}

std::string_view wrong_word(const Program& program, const Record& r, std::uint32_t events) {
  const MachineConfig& machine = program.machine;
  if (r.c != machine.shader_present) return "CORE_EN_MASK";
  if (version_said(program) >= fw::kVersionGlbState) events |= fw::kGlbStateMask;
  if ((r.a & events) != events) return "ACK_IRQ_MASK";
  if (!about(r.b, kProgressCycles * (kSec / kUs) / machine.core_hz)) return "PROGRESS_TIMER";
  if (!about(r.d >> 32, kPoweroffNs)) return "POWEROFF_TIMER";
  if (!about(r.d & UINT32_MAX, kIdleNs)) return "IDLE_TIMER";
  return {};
}

}  // namespace

RuleResult firmware_setup(const Program& program, const Trace& trace) {
  RuleResult out;
  const Record* told = nullptr;   // the last word since the boot
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, K::mcu_boot)) told = nullptr;
    if (is(r, K::glb_configured)) told = &r;
    const bool enters = is(r, K::enter_sampled);
    if ((!enters && !is(r, K::csg_state_sampled)) || told == nullptr) continue;
    ++out.armed;
    const std::uint32_t events = enters ? kEvents | kProtmEvents : kEvents;
    const std::string_view word = wrong_word(program, *told, events);
    if (word.empty() || out.violation) continue;
    out.violation = Violation{i, r.time_ns, word,
                              "the global setup of firmware is not panthor's when a group or "
                              "protected mode starts: GLB_" + std::string(word)};
  }
  return out;
}

}  // namespace protm::rules
