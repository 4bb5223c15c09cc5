// SPDX-License-Identifier: GPL-2.0-only
// A tick that asks every slot for a STATUS_UPDATE ends the session, whose group asks again: ping-
// pong with little progress. Broken by a STATUS_UPDATE that is sampled in a protected window
// without any sign that normal mode was needed (forced_exit.h says what counts). Armed by each
// window.
#include "oracle/rules/forced_exit.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult status_update_ends_session(const Program& program, const Trace& trace) {
  return unneeded_exits(
      program, trace,
      [](const Record& r) { return is(r, K::status_update_sampled) && r.b != 0; }, "slot",
      "CSG_REQ.STATUS_UPDATE threw the GPU out of protected mode, "
      "and nothing needed it outside");
}

}  // namespace protm::rules
