// SPDX-License-Identifier: GPL-2.0-only
// No CPU access reaches protected memory: not at firmware load, not at a reload, not through a
// group's protm suspend buffer. Counts accesses that reach the bus, not mappings; the exporter's
// own accesses do not pass the machine.
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult cpu_keeps_off_protected_memory(const Program& program, const Trace& trace) {
  RuleResult out;
  if (!program.heap_protected) return out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::heap_alloc && r.sub == 0) ++out.armed;
    if (!is(r, K::cpu_protected_access)) continue;
    ++out.armed;
    if (!out.violation) {
      out.violation =
          Violation{i, r.time_ns, r.a != 0 ? "write" : "read", "the CPU touched protected memory"};
    }
  }
  return out;
}

}  // namespace protm::rules
