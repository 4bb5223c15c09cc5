// SPDX-License-Identifier: GPL-2.0-only
// Firmware answers a PING in normal mode only, so a watchdog PING ends the session. Broken by a
// PING that is sampled in a protected window while no other request was pending and nothing that
// needs normal mode is in sight (forced_exit.h says what counts). Armed by each window.
#include "oracle/rules/forced_exit.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult ping_ends_session(const Program& program, const Trace& trace) {
  return unneeded_exits(
      program, trace,
      [](const Record& r) { return is(r, K::ping_sampled) && r.a != 0 && r.b == 0; }, "other_cause",
      "GLB_REQ.PING threw the GPU out of protected mode, "
      "and nothing needed it outside");
}

}  // namespace protm::rules
