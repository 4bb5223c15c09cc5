// SPDX-License-Identifier: GPL-2.0-only
// What the driver allocates from a heap while it creates a group has one of the three access modes
// of open(2). Leaves out what user space allocates: dma-heap hands its flags on as they are, and
// the mask that they are checked with lets a mode pass that does not exist. Said at rest: the mode
// matters less than what goes wrong later in the same run, which it would hide.
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

namespace {

/// How many calls of these types are under way.
class Running {
 public:
  Running(const Program& program, std::initializer_list<NodeType> types)
      : program_(program), types_(types) {}
  void take(const Record& r) {
    const bool starts = r.kind == RecordKind::step_started;
    if (!starts && r.kind != RecordKind::step_returned) return;
    const NodeType type = step_type(program_, r.b);
    for (const NodeType t : types_) count_ += t != type ? 0 : starts ? 1 : -1;
  }
  [[nodiscard]] bool any() const { return count_ > 0; }

 private:
  const Program& program_;
  std::vector<NodeType> types_;
  int count_ = 0;
};

}  // namespace

RuleResult heap_access_mode(const Program& program, const Trace& trace) {
  constexpr std::uint32_t kAccessMode = 3;   // O_ACCMODE; as a mode it is none
  RuleResult out;
  Running drivers(program, {NodeType::group_create});
  Running users(program, {NodeType::heap_ioctl, NodeType::heap_alloc});
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    drivers.take(r);
    users.take(r);
    if (r.kind != RecordKind::heap_alloc || !drivers.any() || users.any()) continue;
    ++out.armed;
    if ((r.b & kAccessMode) != kAccessMode || out.violation) continue;
    out.violation = Violation{i, quiesce_ns(trace), "fd_flags",
                              "a heap buffer was asked for with O_ACCMODE as its access mode"};
  }
  return out;
}

}  // namespace protm::rules
