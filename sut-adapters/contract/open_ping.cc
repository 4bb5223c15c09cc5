// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/open_ping.h"

#include "sut-adapters/contract/trace_reading.h"

namespace protm::contract {

using K = vocab::ObservationKind;

void OpenPing::take(const Record& r) {
  if (is(r, K::ping_acked) || is(r, K::reset_completed)) open_ = false;
  if (!is(r, K::fault_applied) || r.a >= program_.faults.size()) return;
  using enum vocab::FaultKind;
  const auto kind = static_cast<vocab::FaultKind>(r.b);
  const bool of_ping = program_.faults[r.a].machine.target ==
                       static_cast<std::uint32_t>(vocab::AckTarget::glb_ping);
  if ((kind == lose_ack || kind == late_ack) && of_ping) open_ = true;
}

}  // namespace protm::contract
