// SPDX-License-Identifier: GPL-2.0-only
// At quiesce the heaps have no more buffers out than somebody can still want: one per protected
// firmware section while the device is bound, one per living group with the flag, and those that
// the Program itself allocated and did not give back. What is out is what the heaps count; where
// nobody tells, the records are counted, on top of what a probe before T = 0 may have taken.
// Not modelled: which of two buffers leaked; references that keep no buffer alive.
#include <numeric>
#include <optional>
#include <set>
#include <vector>

#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

namespace {

// What may still hold a buffer, an upper bound that grows and shrinks with the steps.
class Holders {
 public:
  explicit Holders(const Program& program)
      : program_(program),
        sections_(program.devices,
                  program.boot == Boot::probed && program.heap_param_set &&
                          !program.heap_param.empty() && program.heap_present
                      ? program.firmware.prot_sections
                      : 0) {}

  void take(std::uint32_t step, std::int64_t result) {
    const Node* const op = step_op(program_, step);
    if (op == nullptr) return;
    const bool ok = result >= 0;
    switch (static_cast<NodeType>(op->type)) {
      case NodeType::load:  // returns 0 also when the probe behind it was deferred
      case NodeType::probe:
        // A device that waited for its heap may come with another one's probe.
        if (ok) sections_.assign(sections_.size(), program_.firmware.prot_sections);
        break;
      case NodeType::unload:
        if (ok) sections_.assign(sections_.size(), 0);
        break;
      case NodeType::unplug:
      case NodeType::unbind:
        if (ok) sections_[program_.steps[step].device] = 0;
        break;
      case NodeType::heap_alloc:
      case NodeType::heap_ioctl:
      // A descriptor more, or an object that may keep its buffer until its file is closed.
      case NodeType::prime_export:
      case NodeType::prime_import: own_ += ok ? 1 : 0; break;
      case NodeType::buffer_put:
      case NodeType::buffer_close:
        own_ -= ok && names_its_kind_of_buffer(program_, *op) && ends(*op, "buffer") ? 1 : 0;
        break;
      case NodeType::group_create: groups_ += ok && flagged(*op) ? 1 : 0; break;
      case NodeType::group_destroy: groups_ -= ok && destroys_flagged(*op) ? 1 : 0; break;
      default: break;
    }
  }
  [[nodiscard]] std::int64_t most() const {
    return own_ + groups_ + std::accumulate(sections_.begin(), sections_.end(), std::int64_t{0});
  }

 private:
  static bool flagged(const Node& op) { return (field_number(op, "flags") & 1) != 0; }
  /// Whether it gives back what another step made, as the first one to do so: descriptors and
  /// handles come again, so a second one ends what somebody else has made since.
  bool ends(const Node& op, std::string_view field) {
    const std::uint32_t made = field_step(op, field);
    return made != kNoStep && ended_.insert(made).second;
  }
  bool destroys_flagged(const Node& op) {
    const Node* const made = step_op(program_, field_step(op, "group"));
    return made != nullptr && static_cast<NodeType>(made->type) == NodeType::group_create &&
           flagged(*made) && ends(op, "group");
  }

  const Program& program_;
  std::vector<std::int64_t> sections_;   ///< per device
  std::int64_t own_ = 0;
  std::int64_t groups_ = 0;
  std::set<std::uint32_t> ended_;   ///< steps whose object was given back
};

// What the first block of rest_state records, from `begin` on, says about the heaps.
std::optional<std::int64_t> counted_by_heaps(const Trace& trace, std::size_t begin) {
  for (std::size_t i = begin; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::rest_state) break;
    if (trace.text(r.text) == "live_heap_buffers") return static_cast<std::int64_t>(r.c);
  }
  return std::nullopt;
}

}  // namespace

RuleResult heap_buffers_return(const Program& program, const Trace& trace) {
  RuleResult out;
  // Which sections an image has whose words are others nobody knows.
  if (program.firmware.patched != 0) return out;
  Holders holders(program);
  std::int64_t live = holders.most();
  std::size_t last_alloc = kNoRecord;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::heap_alloc && r.sub == 0) {
      ++live;
      ++out.armed;
      last_alloc = i;
    } else if (r.kind == RecordKind::heap_buffer_freed) {
      --live;
    } else if (r.kind == RecordKind::step_returned) {
      holders.take(r.b, static_cast<std::int64_t>(r.c));
    } else if (r.kind == RecordKind::rest_state) {
      live = counted_by_heaps(trace, i).value_or(live);
      if (live > holders.most() && last_alloc != kNoRecord) {
        out.violation = Violation{i, r.time_ns, "live_buffers",
                                  "the heap has more buffers out than firmware sections, groups "
                                  "and steps can hold"};
      }
      break;  // the first one marks quiesce; what the runner tears down later is judged as leak
    }
  }
  return out;
}

}  // namespace protm::rules
