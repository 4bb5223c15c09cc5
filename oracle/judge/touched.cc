// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/touched.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <optional>

#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/protm_waits.h"
#include "gpu-model/vocab/uapi.h"
#include "oracle/judge/gpu_views.h"
#include "oracle/judge/lost_time.h"
#include "oracle/judge/seats.h"
#include "sut-adapters/contract/open_ping.h"

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;
using F = vocab::FaultKind;

namespace {

enum class Reach : std::uint8_t { nobody, slot, inside, everybody };

/// Whom a machine fault touches.
Reach reach_of(F kind) {
  switch (kind) {
    case F::late_ack:
    case F::lose_ack: return Reach::slot;
    case F::refuse_exit:
    case F::protected_fault:
    case F::as_fault_inside: return Reach::inside;
    case F::stuck_as_command:
    case F::lose_irq:
    case F::late_boot:
    case F::fail_boot:
    case F::refuse_halt:
    case F::stuck_reset:
    case F::stuck_flush:
    case F::stuck_power: return Reach::everybody;
    default: return Reach::nobody;
  }
}

/// Whether the Program itself may make the GPU fault inside: by a fault of the machine, a machine
/// that faults at writes to normal memory, memory that is not protected, or a mapping that it takes
/// away. Else it is the driver's doing, and touches nobody.
bool faults_inside(const Program& program) {
  using enum vocab::Switch;
  const auto fault = static_cast<std::uint32_t>(vocab::NormalWrite::protected_fault);
  if (!program.heap_protected || program.machine.word(gpu_normal_write_inside) == fault ||
      program.machine.word(sync_normal_write_inside) == fault) {
    return true;
  }
  const bool machine = std::any_of(
      program.faults.begin(), program.faults.end(), [](const contract::Fault& f) {
        return !f.host && (f.machine.kind == F::protected_fault ||
                           f.machine.kind == F::as_fault_inside);
      });
  return machine || std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) {
           const auto type = static_cast<NodeType>(step.op.type);
           return type == NodeType::vm_destroy || type == NodeType::tiler_heap_destroy ||
                  uses_instruction(step.op, NodeType::bind_unmap);
         });
}

class Reader {
 public:
  Reader(const Program& program, const Trace& trace)
      : program_(program), trace_(trace), lost_time_(program, trace), ping_(program),
        seats_(program, trace) {
    std::map<std::uint32_t, std::set<std::uint32_t>> users;  // of tiler heaps
    for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
      if (step_type(program, s) == NodeType::group_create) groups_.insert(s);
      if (step_type(program, s) != NodeType::group_submit) continue;
      std::set<std::uint32_t> heaps;
      collect_heaps(program.steps[s].op, heaps);
      for (const std::uint32_t heap : heaps) users[heap].insert(group_of_job(program, s));
    }
    for (const auto& [heap, groups] : users) {
      if (groups.size() > 1) share_heaps_.insert(groups.begin(), groups.end());
    }
    faults_inside_ = faults_inside(program);
    progress_saved_ = program.machine.word(vocab::Switch::region_progress_saved) ==
                      static_cast<std::uint32_t>(vocab::YesNo::yes);
  }

  Fates read() {
    const std::size_t end = quiesce_index(trace_);
    for (std::size_t i = 0; i < end; ++i) take(i);
    for (const auto& [vm, record] : faulted_) touch_vm(vm, record);
    // A group without a job may die too: the next submission tells.
    for (const auto& [group, record] : refused_) {
      const auto touched = fates_.touched.find(group);
      if (touched == fates_.touched.end() || touched->second > record) continue;
      fates_.died.try_emplace(group, record);
    }
    for (std::size_t i = end; i < trace_.records.size(); ++i) {
      const Record& r = trace_.records[i];
      if (r.kind != RecordKind::group_state || !groups_.contains(r.a)) continue;
      const bool bad = r.b != 0 || r.c != 0;
      // Its job may be through all the same, in the time that the end of the group takes.
      const bool late = bad && (r.b & vocab::uapi::kGroupStateTimedout) != 0 &&
                        !fates_.died.contains(r.a) &&
                        lost_time_.crowded_out(r.a, last_fence_ns_[r.a]);
      if (late) touch(r.a, i);
      // One of its jobs was refused beside the time-out of another, which was through by then.
      const auto refused = crowded_refusals_.find(r.a);
      if (refused != crowded_refusals_.end() && (r.b & vocab::uapi::kGroupStateTimedout) != 0) {
        touch(r.a, refused->second);
      }
      if (bad) fates_.died.try_emplace(r.a, i);
      if (bad) fates_.bad_at_rest.try_emplace(r.a, i);
      if (r.c != 0) fatal_.insert(r.a);
    }
    assign_unseen_fault();
    return std::move(fates_);
  }

 private:
  void collect_heaps(const Node& node, std::set<std::uint32_t>& out) const {
    for (const Value& v : node.fields) {
      const auto step = static_cast<std::uint32_t>(v.number);
      const bool heap = v.kind == Value::Kind::ref &&
                        step_type(program_, step) == NodeType::tiler_heap_create;
      if (heap) out.insert(step);
      for (const Node& item : v.list) collect_heaps(item, out);
    }
  }
  void note_own_fault(std::uint32_t group, std::size_t i) {
    fates_.own_fault.try_emplace(group, i);
    fates_.faulted_queues[group].insert(trace_.records[i].b);
  }
  /// Who faults at its first CALL is seen in no slot, but the end state names it.
  void assign_unseen_fault() {
    std::erase_if(fatal_, [this](std::uint32_t g) { return fates_.own_fault.contains(g); });
    if (unseen_faults_.size() == 1 && fatal_.size() == 1) {
      note_own_fault(*fatal_.begin(), unseen_faults_.front());
    }
  }
  /// The first touch counts; that of a page fault is known at the end only.
  void touch(std::uint32_t group, std::size_t i) {
    if (group == kNoStep) return;
    std::size_t& first = fates_.touched.try_emplace(group, i).first->second;
    first = std::min(first, i);
  }
  template <class Belongs>
  void touch_if(std::size_t i, Belongs&& belongs) {
    for (const std::uint32_t group : groups_) {
      if (belongs(group)) touch(group, i);
    }
  }
  [[nodiscard]] std::uint64_t vm_of(std::uint32_t group) const {
    return field_number(program_.steps[group].op, "vm");
  }
  // The group whose own access it was is not touched by it.
  void touch_vm(std::uint64_t vm, std::size_t i) {
    touch_if(i, [&](std::uint32_t g) {
      const auto own = fates_.own_fault.find(g);
      return vm_of(g) == vm && (own == fates_.own_fault.end() || own->second < i);
    });
  }
  [[nodiscard]] std::uint32_t inside(std::size_t i) const {
    return session_ == vocab::kAnySlot ? kNoStep : seats_.at(session_, i).group;
  }

  /// Touches the group in the slot. A START that is never acked shows nobody: then it may be any
  /// group that is not seen in another slot.
  void touch_seat(std::uint32_t slot, std::size_t i) {
    if (const auto seat = seats_.now(slot)) return touch(seat->group, i);
    touch_if(i, [this](std::uint32_t g) { return !seats_.sits(g); });
  }

  void take_step(std::size_t i) {
    const Record& r = trace_.records[i];
    const Node& op = program_.steps[r.b].op;
    const NodeType type = step_type(program_, r.b);
    if (removes_device(type)) touch_if(i, [](std::uint32_t) { return true; });
    if (type == NodeType::group_destroy) {
      const std::uint64_t gone = field_number(op, "group");
      touch_if(i, [&](std::uint32_t g) { return g == gone; });
    } else if (type == NodeType::vm_destroy) {
      const std::uint64_t gone = field_number(op, "vm");
      touch_if(i, [&](std::uint32_t g) { return vm_of(g) == gone; });
    } else if (type == NodeType::close) {
      const std::uint64_t gone = field_number(op, "file");
      // The number of a file that was closed before may be that of any other by now.
      const bool again = !closed_.insert(gone).second;
      touch_if(i, [&](std::uint32_t g) {
        return again || field_number(program_.steps[g].op, "file") == gone;
      });
    }
  }

  void take_event(const Record& r) {
    seats_.take(r);
    if (!is(r, EventKind::group_on_slot) && !is(r, EventKind::job_started)) return;
    const std::uint32_t group = seats_.at(r.b, trace_.records.size()).group;
    if (groups_.contains(group)) vm_of_as_[as_of_slot_[r.b]] = vm_of(group);
  }

  /// A group that is resumed makes no CALL, but its requests name the AS that it has now.
  void take_as(const Record& r) {
    const auto as = static_cast<std::uint32_t>(r.d);
    as_of_slot_[r.a] = as;
    const auto seat = seats_.now(r.a);
    if (seat && groups_.contains(seat->group)) vm_of_as_[as] = vm_of(seat->group);
  }
  /// The exit that began at `exit_from_ns_` is over, or given up.
  void note_exit(std::size_t i) {
    const bool slow = exit_from_ns_ != vocab::kNever &&
                      trace_.records[i].time_ns - exit_from_ns_ >= vocab::kExitWaitNs;
    if (slow) fates_.slow_exit.insert(inside(i));
    exit_from_ns_ = vocab::kNever;
  }
  /// The driver takes the AS of a page fault down, so that whoever uses it faults next: a bus fault
  /// for which the MMU has reported nothing.
  bool follows_from_fault(const Record& r, std::uint32_t group) {
    if (r.c != static_cast<std::uint64_t>(vocab::Exception::cs_bus_fault)) return false;
    if (untold_faults_ == 0) return groups_.contains(group) && faulted_.contains(vm_of(group));
    --untold_faults_;
    return false;
  }

  /// On its way in the firmware answers nobody. Where that lasts as long as a driver waits, a reset
  /// finds all slots silent, and who is on one is the driver's choice.
  [[nodiscard]] bool hangs_entering(const Record& r) const {
    return static_cast<F>(r.b) == F::late_active && r.a < program_.faults.size() &&
           program_.faults[r.a].machine.value_ns >= vocab::kEntryWaitNs;
  }

  void take_fault(std::size_t i) {
    const Record& r = trace_.records[i];
    const auto slot = static_cast<std::uint32_t>(r.c);
    if (hangs_entering(r)) touch_if(i, [](std::uint32_t) { return true; });
    switch (reach_of(static_cast<F>(r.b))) {
      case Reach::nobody: break;
      case Reach::slot:
        if (slot != vocab::kAnySlot) touch_seat(slot, i);
        break;
      case Reach::inside: touch(inside(i), i); break;
      case Reach::everybody: touch_if(i, [](std::uint32_t) { return true; }); break;
    }
  }

  void take_cs_fault(std::size_t i) {
    const Record& r = trace_.records[i];
    const std::uint32_t group = seats_.at(r.a, i).group;
    if (follows_from_fault(r, group)) return touch(group, i);
    if (group == kNoStep) unseen_faults_.push_back(i);
    else note_own_fault(group, i);
    // The AS that a group was resumed with is in no record, but here its fault is known.
    if (!last_fault_ || !groups_.contains(group)) return;
    fates_.page_faulted.insert(group);
    faulted_.try_emplace(vm_of(group), *last_fault_);
  }

  void take_machine(std::size_t i) {
    const Record& r = trace_.records[i];
    switch (static_cast<K>(r.sub)) {
      case K::stream_call: as_of_slot_[r.a] = static_cast<std::uint32_t>(r.d); break;
      case K::enter_sampled:
        if (r.c != 0) session_ = static_cast<std::uint32_t>(std::countr_zero(r.c));
        break;
      case K::protm_pend: take_as(r); break;
      case K::protm_active:
        take_as(r);
        // The next PING asks for nothing while the last one is open: this session cannot be ended.
        if (ping_.open()) touch(seats_.at(r.a, i).group, i);
        break;
      case K::exit_cause:
        // The reset that gets the GPU out is a cause too.
        if (exit_from_ns_ == vocab::kNever) exit_from_ns_ = r.time_ns;
        else note_exit(i);
        break;
      case K::protm_exit_raised:
        note_exit(i);
        session_ = vocab::kAnySlot;
        break;
      case K::reset_completed:
        exit_from_ns_ = vocab::kNever;
        session_ = vocab::kAnySlot;
        break;
      case K::protm_fault:
        if (faults_inside_) touch(inside(i), i);
        if (trace_.records[i].a != 0) fates_.fault_inside.try_emplace(inside(i), i);
        break;
      case K::exit_refused: touch(inside(i), i); break;
      case K::region_unfinished: {
        const std::uint32_t group = seats_.at(r.a, i).group;
        ++thrown_out_[group];
        if (!progress_saved_) touch(group, i);
        break;
      }
      case K::tiler_oom: {
        const std::uint32_t group = seats_.at(r.a, i).group;
        if (share_heaps_.contains(group)) touch(group, i);
        break;
      }
      case K::mmu_fault:
        last_fault_ = i;
        ++untold_faults_;
        if (const auto vm = vm_of_as_.find(r.a); vm != vm_of_as_.end()) {
          faulted_.try_emplace(vm->second, i);
        }
        break;
      case K::cs_fault:
      case K::cs_fatal: take_cs_fault(i); break;
      case K::fault_applied: take_fault(i); break;
      default: break;
    }
  }

  void take(std::size_t i) {
    const Record& r = trace_.records[i];
    ping_.take(r);
    lost_time_.take(i, seats_);
    if (r.kind == RecordKind::step_started) take_step(i);
    if (r.kind == RecordKind::event) take_event(r);
    if (r.kind == RecordKind::machine) take_machine(i);
    if (r.kind == RecordKind::step_returned && static_cast<std::int64_t>(r.c) == -EINVAL &&
        group_of_job(program_, r.b) != kNoStep) {
      refused_.try_emplace(group_of_job(program_, r.b), i);
    }
    if (r.kind == RecordKind::fence_signalled) {
      last_fence_ns_[group_of_job(program_, r.a)] = r.time_ns;
    }
    if (r.kind == RecordKind::fence_signalled && r.d != 0) {
      // Time that others spent inside counts for who is thrown out again and again.
      const std::uint32_t group = group_of_job(program_, r.a);
      const bool crowded = thrown_out_[group] > 1 || lost_time_.crowded_out(group, r.time_ns);
      if (r.d == ETIMEDOUT && crowded) touch(group, i);
      const bool first = fates_.died.try_emplace(group, i).second;
      if (r.d == ECANCELED && crowded && first) crowded_refusals_.emplace(group, i);
    }
  }

  const Program& program_;
  const Trace& trace_;
  std::set<std::uint32_t> groups_;
  std::set<std::uint32_t> share_heaps_;
  std::set<std::uint64_t> closed_;                     ///< steps whose file is closed
  std::map<std::uint32_t, std::uint32_t> thrown_out_;  ///< how often
  std::optional<std::size_t> last_fault_;
  std::uint32_t untold_faults_ = 0;         ///< page faults for which no CS has faulted yet
  std::vector<std::size_t> unseen_faults_;  ///< of a CS in a slot in which nobody was seen
  std::set<std::uint32_t> fatal_;           ///< groups with fatal queues at rest
  LostTime lost_time_;
  std::map<std::uint32_t, std::uint64_t> last_fence_ns_;   ///< by group
  std::map<std::uint32_t, std::size_t> crowded_refusals_;   ///< by group: its first error
  std::map<std::uint32_t, std::size_t> refused_;   ///< by group: the first submission with EINVAL
  bool progress_saved_ = true;
  bool faults_inside_ = false;
  std::uint64_t exit_from_ns_ = vocab::kNever;   ///< when an exit began that is not over
  OpenPing ping_;
  Seats seats_;
  std::map<std::uint32_t, std::uint32_t> as_of_slot_;
  std::map<std::uint32_t, std::uint64_t> vm_of_as_;
  std::map<std::uint64_t, std::size_t> faulted_;  ///< VM -> first page fault
  std::uint32_t session_ = vocab::kAnySlot;
  Fates fates_;
};

}  // namespace

Fates fates_of(const Program& program, const Trace& trace) {
  const GpuViews views(program, trace);
  Fates out;
  for (std::uint32_t device = 0; device < views.size(); ++device) {
    Fates own = Reader(views.program(device), views.trace(device)).read();
    out.touched.merge(own.touched);
    out.died.merge(own.died);
    out.bad_at_rest.merge(own.bad_at_rest);
    out.own_fault.merge(own.own_fault);
    out.fault_inside.merge(own.fault_inside);
    out.faulted_queues.merge(own.faulted_queues);
    out.page_faulted.merge(own.page_faulted);
    out.slow_exit.merge(own.slow_exit);
  }
  return out;
}

bool going_at(const Program& program, const Trace& trace, std::size_t index) {
  bool going = false;
  if (index >= trace.records.size()) return going;
  const std::uint32_t device = device_of_step(program, trace.records[index].b);
  const auto concerns = [&](std::uint32_t step) {
    const NodeType type = step_type(program, step);
    return type == NodeType::load || type == NodeType::unload ||
           device_of_step(program, step) == device;
  };
  for (std::size_t i = 0; i < index; ++i) {
    const Record& r = trace.records[i];
    // A reset that does not get the GPU out is the last but one thing that is tried.
    if (r.device == device && is(r, K::rule_reset_leaves_protm)) going = true;
    if (r.device == device && is(r, K::reset_completed)) going = false;
    if (r.kind != RecordKind::step_started && r.kind != RecordKind::step_returned) continue;
    const NodeType type = step_type(program, r.b);
    if (!concerns(r.b)) continue;
    if (r.kind == RecordKind::step_started && removes_device(type)) going = true;
    // Until the probe is done there is no node.
    const bool back = r.kind == RecordKind::step_returned && r.c == 0 &&
                      (type == NodeType::probe || type == NodeType::load);
    if (back) going = false;
  }
  return going;
}

bool hung_during(const Program& program, const Trace& trace, std::uint32_t step,
                 std::size_t index) {
  bool hung = false;
  std::uint64_t exit_from_ns = vocab::kNever;
  const std::uint32_t device = device_of_step(program, step);
  for (std::size_t i = 0; i < index; ++i) {
    const Record& r = trace.records[i];
    if (r.device != device) continue;
    if (is(r, K::exit_refused)) hung = true;
    if (is(r, K::exit_cause)) exit_from_ns = std::min(exit_from_ns, r.time_ns);
    if (is(r, K::fault_applied)) {
      const auto kind = static_cast<F>(r.b);
      const Reach reach = reach_of(kind);
      hung = hung || reach == Reach::everybody || reach == Reach::inside || kind == F::late_exit ||
             kind == F::late_active || kind == F::ack_without_entry;
    }
    if (is(r, K::reset_completed) || is(r, K::protm_exit_raised)) {
      exit_from_ns = vocab::kNever;
      // What was under way then has met it; what starts behind it has not.
      bool under_way = false;
      for (std::size_t k = 0; k < i && !under_way; ++k) {
        const Record& s = trace.records[k];
        under_way = s.kind == RecordKind::step_started && s.b == step;
      }
      if (!under_way) hung = false;
    }
  }
  // A machine may be as slow without a fault.
  const std::uint64_t now_ns = trace.records[index].time_ns;
  return hung || (exit_from_ns != vocab::kNever && now_ns - exit_from_ns >= vocab::kExitWaitNs);
}

}  // namespace protm::judge
