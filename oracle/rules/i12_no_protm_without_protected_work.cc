// SPDX-License-Identifier: GPL-2.0-only
// A Program without a protected region (and without words that could be one) asks nothing of
// protected mode: no PROTM_ENTER, no PROTM_PEND acknowledged, no exit forced. That slots and
// priorities are those of the base is the comparison `slots`.
#include <algorithm>

#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

bool may_be_protected(const Node& op) {
  return uses_instruction(op, NodeType::i_prot_region) ||
         uses_instruction(op, NodeType::i_raw) || uses_instruction(op, NodeType::i_call) ||
         (static_cast<NodeType>(op.type) == NodeType::group_submit &&
          field_number(op, "stream_addr") != UINT64_MAX);
}

}  // namespace

RuleResult no_protm_without_protected_work(const Program& program, const Trace& trace) {
  RuleResult out;
  for (const Step& step : program.steps) {
    if (may_be_protected(step.op)) return out;
  }
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, EventKind::job_started)) ++out.armed;
    const bool asked = is(r, K::enter_sampled) || is(r, K::protm_pend_acked) ||
                       is(r, K::exit_cause) || is(r, K::protm_active);
    if (!asked) continue;
    ++out.armed;
    out.violation = Violation{i, r.time_ns, "request",
                              "protected mode was asked for, and nobody has protected work"};
    break;
  }
  return out;
}

}  // namespace protm::rules
