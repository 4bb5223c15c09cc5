// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/job_line.h"

#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

constexpr std::uint32_t kJob = static_cast<std::uint32_t>(IrqLine::job);
constexpr std::uint32_t kLoss = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq);

std::uint32_t line_of_fault(const Program& program, std::uint32_t fault) {
  return fault < program.faults.size() ? program.faults[fault].machine.target : UINT32_MAX;
}

}  // namespace

bool JobLine::take(const Record& r) {
  if (is(r, K::fault_applied) && r.b == kLoss && line_of_fault(program_, r.a) == kJob) {
    deaf_ = true;
    return false;
  }
  const bool heard = deaf_ && is(r, K::irq_line) && r.a == kJob && r.b != 0;
  if (heard) deaf_ = false;
  return heard;
}

}  // namespace protm::rules
