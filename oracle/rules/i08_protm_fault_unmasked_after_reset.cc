// SPDX-License-Identifier: GPL-2.0-only
// The part of "clean after every completed reset" that a trace shows: GPU_IRQ_MASK has PROTM_FAULT
// again. Judged on the last mask that is not zero (handlers and suspend write zero) between the
// reset and the next fault, reset or the end, as seen in a full trace's register writes, or
// whenever the GPU line rises for something other than the reset, once the firmware runs again: a
// cache flush of somebody else may come before the driver is done. Rests where the fault line stays
// up beyond a reset, and where the device goes behind it. Not modelled: request bits and the
// driver's own flags (I1 and I4 see their effects).
#include <algorithm>

#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

// How long a driver may take from the firmware's boot to the end of its reset. Assumption: it polls
// for the boot and sends its settings, which takes microseconds.
constexpr std::uint64_t kBootToEndNs = vocab::kMs;

// The record in which the fault at record `fault` itself raises the GPU line; kNoRecord: it does
// not, or only later.
std::size_t raised_by_fault(const Trace& trace, std::size_t fault) {
  const std::uint64_t at_ns = trace.records[fault].time_ns;
  for (std::size_t i = fault + 1; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.time_ns != at_ns) break;
    if (!is(r, K::irq_line) || r.a != 2 || r.b == 0) continue;
    return (r.d & vocab::GpuIrq::protm_fault.mask) != 0 ? i : kNoRecord;
  }
  return kNoRecord;
}

}  // namespace

RuleResult protm_fault_unmasked_after_reset(const Program& program, const Trace& trace) {
  RuleResult out;
  const bool held = std::any_of(
      program.faults.begin(), program.faults.end(), [](const Fault& f) {
        return !f.host && f.machine.kind == vocab::FaultKind::protected_fault &&
               f.machine.hold_ns != 0;
      });
  if (held) return out;
  std::size_t last_mask = kNoRecord;
  std::uint64_t settled_ns = vocab::kNever;
  bool watching = false;
  const auto close = [&] {
    if (!watching || last_mask == kNoRecord) return;
    ++out.armed;
    const Record& r = trace.records[last_mask];
    const std::uint64_t mask = is(r, K::register_write) ? r.b : r.d;
    if ((mask & vocab::GpuIrq::protm_fault.mask) == 0 && !out.violation) {
      out.violation = Violation{last_mask, r.time_ns, "mask",
                                "after the reset GPU_IRQ_MASK is left without the protected fault"};
    }
  };
  const auto shows_mask = [&](const Record& r) {
    if (is(r, K::register_write)) return r.a == vocab::kGpuIrqMask.offset && r.b != 0;
    return is(r, K::irq_line) && r.a == 2 && r.b != 0 && r.d != 0 && r.time_ns >= settled_ns &&
           (r.c & vocab::GpuIrq::reset_completed.mask) == 0;
  };
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, K::reset_started) || (is(r, K::protm_fault) && r.a != 0)) {
      if (is(r, K::protm_fault)) {
        // The next fault itself proves the mask when it raises the line.
        const std::size_t raised = raised_by_fault(trace, i);
        if (raised != kNoRecord) last_mask = raised;
      }
      close();
      watching = false;
    } else if (r.kind == RecordKind::step_started && removes_device(step_type(program, r.b))) {
      // A driver on its way out need not get to the end of the reset.
      watching = false;
    } else if (is(r, K::reset_completed)) {
      watching = true;
      last_mask = kNoRecord;
      settled_ns = vocab::kNever;
    } else if (is(r, K::mcu_boot)) {
      settled_ns = r.time_ns + kBootToEndNs;
    } else if (r.kind == RecordKind::rest_state && settled_ns != vocab::kNever) {
      settled_ns = std::min(settled_ns, r.time_ns);
    } else if (watching && shows_mask(r)) {
      last_mask = i;
    }
  }
  close();
  return out;
}

}  // namespace protm::rules
