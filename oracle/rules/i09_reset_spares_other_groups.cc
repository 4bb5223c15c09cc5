// SPDX-License-Identifier: GPL-2.0-only
// A reset that finds a protected session (or ended one in the second before) kills at most the
// protected group, groups with a fault or an error of their own before it, and those that are
// destroyed, or go with their file or the device. A
// group counts as killed by the reset when it is unusable at quiesce and its first fence error
// comes within one second of the reset. A page fault is that of all groups of its VM. Rests where
// the Program loses or delays CSG acks: firmware that does not suspend a slot in time costs that
// group, in a right driver too.
#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/ids.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

constexpr std::uint64_t kNearNs = vocab::kSec;
/// A job that has had so long since the driver has it has timed out by itself: its clock runs while
/// the group is on a slot, also when the GPU does not come to it for protected sessions of others.
/// Source: panthor_sched.c JOB_TIMEOUT_MS, queue_run_job(), queue_timeout_work().
constexpr std::uint64_t kJobTimeoutNs = 5 * vocab::kSec;
/// How much a jiffy's rounding may take off that.
constexpr std::uint64_t kJiffyNs = 20 * vocab::kMs;

bool slots_may_not_answer(const Program& program) {
  return std::any_of(program.faults.begin(), program.faults.end(), [](const Fault& f) {
    using enum vocab::FaultKind;
    return !f.host && (f.machine.kind == late_ack || f.machine.kind == lose_ack) &&
           f.machine.target >= static_cast<std::uint32_t>(vocab::AckTarget::csg_state);
  });
}

bool accepted_job(const Program& program, const Record& r) {
  return r.kind == RecordKind::step_returned && r.c == 0 &&
         step_type(program, r.b) == NodeType::group_submit;
}

/// Which groups a step ends that starts: all with the device, those of a file with its close. The
/// number of a file that was closed before may be that of any other by now.
class Leavers {
 public:
  explicit Leavers(const Program& program) : program_(program) {}
  void take(const Record& r, std::set<std::uint32_t>& out) {
    if (r.kind != RecordKind::step_started) return;
    const NodeType type = step_type(program_, r.b);
    if (!removes_device(type) && type != NodeType::close) return;
    const std::uint64_t file = field_number(program_.steps[r.b].op, "file");
    const bool all = removes_device(type) || !closed_.insert(file).second;
    for (std::uint32_t s = 0; s < program_.steps.size(); ++s) {
      if (step_type(program_, s) != NodeType::group_create) continue;
      if (all || field_number(program_.steps[s].op, "file") == file) out.insert(s);
    }
  }

 private:
  const Program& program_;
  std::set<std::uint64_t> closed_;
};

/// Heaps that the Program takes away, by VM and address: who needs a chunk of one then is ended.
class GoneHeaps {
 public:
  explicit GoneHeaps(const Program& program) : program_(program) {}
  void take(const Record& r) {
    if (r.kind == RecordKind::user_write && r.c == 1 &&
        step_type(program_, r.b) == NodeType::tiler_heap_create) {
      va_of_[r.b] = r.d;
      gone_.erase(heap_at(r.b));   // the address is another heap's now
    }
    const bool destroys = r.kind == RecordKind::step_started &&
                          step_type(program_, r.b) == NodeType::tiler_heap_destroy;
    if (!destroys) return;
    const auto heap = va_of_.find(
        static_cast<std::uint32_t>(field_number(program_.steps[r.b].op, "heap")));
    if (heap != va_of_.end()) gone_.insert(heap_at(heap->first));
  }
  [[nodiscard]] bool has(std::uint32_t group, std::uint64_t va) const {
    return group != kNoStep && gone_.contains({field_number(program_.steps[group].op, "vm"), va});
  }

 private:
  using Heap = std::pair<std::uint64_t, std::uint64_t>;   // VM, address
  [[nodiscard]] Heap heap_at(std::uint32_t create) const {
    return {field_number(program_.steps[create].op, "vm"), va_of_.at(create)};
  }

  const Program& program_;
  std::map<std::uint32_t, std::uint64_t> va_of_;   ///< by tiler_heap_create step
  std::set<Heap> gone_;
};

/// Groups of one file that got the same handle, one after the other: whose a later job is that
/// names one of them is not in the trace.
std::set<std::uint32_t> with_one_handle(const Program& program, const Trace& trace) {
  std::set<std::uint32_t> out;
  for (const auto& [handle, groups] : steps_by_handle(program, trace, NodeType::group_create)) {
    if (groups.size() > 1) out.insert(groups.begin(), groups.end());
  }
  return out;
}

constexpr std::uint64_t kStart = static_cast<std::uint64_t>(vocab::fw::CsgState::start);
constexpr std::uint64_t kResume = static_cast<std::uint64_t>(vocab::fw::CsgState::resume);

/// Who was in a slot when something went wrong there. A group is seen with its first CALL; one
/// whose ring is gone (VM_DESTROY) faults before it, and could be any that was not seen yet.
class Tenants {
 public:
  explicit Tenants(const Program& program) : slots_(program) {
    for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
      if (step_type(program, s) == NodeType::group_create) never_seen_.insert(s);
    }
  }
  void take(const Record& r) {
    slots_.take(r);
    if (is(r, EventKind::group_on_slot) || is(r, EventKind::job_started)) {
      unknown_.erase(r.b);
      never_seen_.erase(slots_.group_at(r.b));
    } else if (is(r, K::csg_state_acked)) {
      const bool runs = r.c == kStart || r.c == kResume;
      if (runs) unknown_.insert(r.a);
      if (!runs) unknown_.erase(r.a);
    }
  }
  [[nodiscard]] std::uint32_t in(std::uint32_t slot) const { return slots_.group_at(slot); }
  void blame(std::uint32_t slot, std::set<std::uint32_t>& out) const {
    out.insert(slots_.group_at(slot));
    if (unknown_.contains(slot)) out.insert(never_seen_.begin(), never_seen_.end());
  }
  /// The groups of the VM of who was seen there last: a driver ends those with it after a page
  /// fault, also who comes onto a slot later. Source: panthor_sched.c (7.3) tick_ctx_init().
  void blame_vm(const Program& program, std::uint32_t slot, std::set<std::uint32_t>& out) const {
    const std::uint32_t seen = slots_.group_at(slot);
    if (seen == kNoStep) return;
    for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
      if (step_type(program, s) == NodeType::group_create &&
          field_number(program.steps[s].op, "vm") ==
              field_number(program.steps[seen].op, "vm")) {
        out.insert(s);
      }
    }
  }

 private:
  SlotMap slots_;
  std::set<std::uint32_t> unknown_;     ///< slots that run somebody who was not seen there yet
  std::set<std::uint32_t> never_seen_;  ///< group_create steps
};

// First errors of groups that had not earned one by then: group -> record. A session behind the
// reset counts as a cause too: who enters has survived it; so does a heap that is full behind it.
std::map<std::uint32_t, std::size_t> unearned_errors(const Program& program, const Trace& trace) {
  std::map<std::uint32_t, std::size_t> out;
  std::set<std::uint32_t> earned = with_one_handle(program, trace);
  Tenants tenants(program);
  Leavers leavers(program);
  GoneHeaps gone_heaps(program);
  std::map<std::uint32_t, std::uint64_t> accepted_ns;
  std::map<std::uint32_t, std::uint32_t> as_of_slot;
  bool was_reset = false;
  bool page_fault = false;
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = trace.records[i];
    tenants.take(r);
    const bool asks_in_vain = is(r, K::protm_pend) && r.c == 0;  // no buffer: fatal (I7)
    if (is(r, K::stream_call)) as_of_slot[r.a] = static_cast<std::uint32_t>(r.d);
    was_reset = was_reset || is(r, K::reset_started);
    gone_heaps.take(r);
    const bool oom = is(r, K::tiler_oom) &&
                     (was_reset || gone_heaps.has(tenants.in(r.a), r.c));
    // Not only the first group inside: firmware may let others in on requests of before.
    const bool inside = is(r, K::protm_active) || is(r, K::region_started);
    leavers.take(r, earned);
    if (inside || is(r, K::cs_fault) || is(r, K::cs_fatal) || asks_in_vain || oom) {
      tenants.blame(r.a, earned);
      const bool faulted = is(r, K::cs_fault) || is(r, K::cs_fatal);
      if (faulted && page_fault) tenants.blame_vm(program, r.a, earned);
    } else if (accepted_job(program, r)) {
      accepted_ns.try_emplace(r.b, r.time_ns);
    } else if (r.kind == RecordKind::fence_signalled && r.d == 0) {
      accepted_ns.erase(r.a);
    } else if (r.kind == RecordKind::fence_signalled) {
      const std::uint32_t group = group_of_job(program, r.a);
      // Any of its jobs may be the late one: it takes those of the other queues along.
      const bool timed_out =
          (r.d == ETIMEDOUT || r.d == ECANCELED) &&
          std::any_of(accepted_ns.begin(), accepted_ns.end(), [&](const auto& job) {
            return group_of_job(program, job.first) == group &&
                   r.time_ns - job.second + kJiffyNs >= kJobTimeoutNs;
          });
      if (timed_out) earned.insert(group);
      if (earned.insert(group).second) out.emplace(group, i);  // later ones follow from it
    } else if (is(r, K::mmu_fault)) {
      page_fault = true;
      for (std::uint32_t slot = 0; slot < vocab::kMaxCsgSlots; ++slot) {
        tenants.blame(slot, earned);  // which group used the AS is not in the record
        // Its VM is that of the groups whose streams ran there.
        const auto as = as_of_slot.find(slot);
        if (as != as_of_slot.end() && as->second == r.a) tenants.blame_vm(program, slot, earned);
      }
    }
  }
  return out;
}

}  // namespace

RuleResult reset_spares_other_groups(const Program& program, const Trace& trace) {
  RuleResult out;
  if (slots_may_not_answer(program)) return out;
  const auto errors = unearned_errors(program, trace);
  std::set<std::uint32_t> dead;
  for (const Record& r : trace.records) {
    if (r.kind == RecordKind::group_state && (r.b != 0 || r.c != 0)) dead.insert(r.a);
  }
  bool near_session = false;
  bool active = false;
  std::uint64_t left_ns = 0;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, K::protm_active)) active = true;
    if (is(r, K::protm_exit_raised)) {
      active = false;
      near_session = true;
      left_ns = r.time_ns;
    }
    if (!is(r, K::reset_started)) continue;
    const bool concerned = active || (near_session && r.time_ns - left_ns < kNearNs);
    active = near_session = false;
    if (!concerned) continue;
    ++out.armed;
    if (out.violation) continue;
    for (const auto& [group, record] : errors) {
      const std::uint64_t at_ns = trace.records[record].time_ns;
      if (record < i || at_ns - r.time_ns > kNearNs || !dead.contains(group)) continue;
      out.violation = Violation{record, at_ns, "group",
                                "a reset during protected mode cost a group that had no part in "
                                "it"};
      break;
    }
  }
  return out;
}

}  // namespace protm::rules
