// SPDX-License-Identifier: GPL-2.0-only
// A probe that failed or was deferred leaves the device's runtime-PM usage as it was, and a driver
// that goes gives back what it held. Seen while no driver is bound (at quiesce, and in the second
// rest state, which follows the runner's unbind): the device is not held active (rest_state
// "rpm_active").
// Needs Host: the real kernel shows the count in sysfs, which no adapter reads yet.
#include <vector>

#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

RuleResult failed_probe_powers_down(const Program& program, const Trace& trace) {
  RuleResult out;
  std::vector<bool> bound(program.devices, program.boot == Boot::probed);
  std::vector<std::uint32_t> rests(program.devices);
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_returned) {
      const bool ok = static_cast<std::int64_t>(r.c) >= 0;
      const NodeType type = step_type(program, r.b);
      const std::uint32_t device = device_of_step(program, r.b);
      if (type == NodeType::unload && ok) bound.assign(bound.size(), false);
      if (removes_device(type) && ok) bound[device] = false;
      // Whether the probe behind a load worked shows in the second rest state at the latest.
      if (type == NodeType::load && ok) bound.assign(bound.size(), true);
      if (type == NodeType::probe && ok) bound[device] = true;
    } else if (r.kind == RecordKind::rest_state && trace.text(r.text) == "rpm_active") {
      const std::uint32_t device = r.a == 0 ? 0 : r.a - 1;
      const bool unbound = !bound.at(device) || rests.at(device)++ > 0;
      if (!unbound) continue;
      ++out.armed;
      if (r.c != 0 && !out.violation) {
        out.violation = Violation{i, r.time_ns, "rpm_active",
                                  "a device without a driver is powered and in use"};
      }
    }
  }
  return out;
}

}  // namespace protm::rules
