// SPDX-License-Identifier: GPL-2.0-only
// Firmware saves an interrupted protected group to its protm suspend buffer; address zero is a real
// address to it. A heap that hands out normal memory is not the driver's doing: then the rule
// rests.
#include <algorithm>

#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

bool registers_plain_heap(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(), [](const Step& s) {
    return static_cast<NodeType>(s.op.type) == NodeType::heap_register &&
           field_number(s.op, "protected") == 0;
  });
}

}  // namespace

contract::RuleResult protm_buffer_missing(const contract::Program& program,
                                          const contract::Trace& trace) {
  if (!program.heap_protected || registers_plain_heap(program)) return {};
  return hit_rule(trace, K::rule_protm_buffer_missing, {K::enter_sampled}, "protm_suspend_buf",
                  "a group was allowed into protected mode without a protm suspend buffer in "
                  "protected memory");
}

}  // namespace protm::rules
