// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/chance.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "oracle/judge/call_faults.h"
#include "oracle/judge/gpu_views.h"
#include "oracle/judge/scans.h"
#include "oracle/judge/touched.h"

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

/// How long a tick may hold the lock that a queue's worker needs. Assumption: one request whose ack
/// does not come, 100 ms; what keeps a tick longer asks for a reset.
constexpr std::uint64_t kLockHeldNs = 100 * vocab::kMs;

class Chance {
 public:
  explicit Chance(const Comparison& c)
      : c_(c),
        oracle_(fates_of(c.program, c.oracle)),
        candidate_(fates_of(c.program, c.candidate)) {}

  [[nodiscard]] bool allows(const Finding& f) const {
    if (f.rule.starts_with("result/")) return call_allows(f);
    if (bind_met_hang(f)) return true;
    if (depends_on_fork(f)) return true;
    if (f.rule == "memory") return memory_allows(f);
    if (f.rule == "window" || f.rule == "fence" || f.event == "group_state") {
      const auto group = subject(f);
      if (!group) return false;
      if (f.rule != "window" && looked_or_not(f, *group)) return true;
      if (waits_for_a_resume(f)) return true;
      // Another fence that never comes is nobody's luck.
      if (f.rule == "fence" && f.field != "error" && f.field != "order") return false;
      const auto ends = f.event == "group_state" ? &Fates::bad_at_rest : &Fates::died;
      return by_chance(*group, ends) || fault_told_late(f, *group) || exit_given_up(f, *group) ||
             refused_beside_death(f, *group) || beside_faulted_queue(f, *group) ||
             starved(f, *group);
    }
    return false;
  }
  /// A call that met a device on its way out, or a GPU that hung, in one run only: what refers to
  /// its step differs for that reason.
  void fork(const Finding& f) {
    if (f.rule.starts_with("result/") && call_allows(f)) forked_.insert(step_of(f));
    if (bind_met_hang(f)) {
      forked_.insert(field_step(*step_op(c_.program, record(f, true)->a), "vm"));
    }
    const auto group = f.rule == "fence" ? subject(f) : std::nullopt;
    if (group && (beside_faulted_queue(f, *group) || waits_for_a_resume(f))) {
      cut_short_.insert(*group);
    }
  }
  void grow_forks() {
    // Where two move the device, what each does behind that may be in this life of it or the next.
    if (std::any_of(forked_.begin(), forked_.end(),
                    [this](std::uint32_t step) { return moves_device(step); })) {
      std::set<std::uint32_t> moved;   // actors
      for (std::uint32_t s = 0; s < c_.program.steps.size(); ++s) {
        if (moved.contains(c_.program.steps[s].actor)) forked_.insert(s);
        if (moves_device(s)) moved.insert(c_.program.steps[s].actor);
      }
    }
    for (bool grew = true; grew;) {
      grew = false;
      for (std::uint32_t s = 0; s < c_.program.steps.size(); ++s) {
        if (refers_to(c_.program.steps[s].op, forked_)) grew = forked_.insert(s).second || grew;
      }
    }
  }

 private:
  /// `ends`: what the group died of, its first error or its state at rest. A job that ends in a
  /// fault is an error, but the group goes on, and may be touched later.
  [[nodiscard]] bool by_chance(std::uint32_t group, SinceRecord Fates::*ends = &Fates::died) const {
    bool by_chance = false;
    for (const Fates* fates : fates_) {
      const auto end = (fates->*ends).find(group);
      if (end == (fates->*ends).end()) continue;
      const auto touch = fates->touched.find(group);
      const bool touched = touch != fates->touched.end() && touch->second <= end->second;
      if (!touched && !fates->own_fault.contains(group)) return false;
      by_chance = by_chance || touched;
    }
    return by_chance;
  }

  /// Who waits for a sync object whose memory the Program unmaps faults when the firmware looks
  /// again, and waits on, or times out, when it never does. Whether a group that waits gets a slot
  /// is the driver's choice, since it counts as idle. Source: panthor_sched.c (7.3), where
  /// group_is_idle() and tick_work() bring idle groups in where slots are left.
  [[nodiscard]] bool looked_or_not(const Finding& f, std::uint32_t group) const {
    const bool in_oracle = oracle_.page_faulted.contains(group);
    if (in_oracle == candidate_.page_faulted.contains(group)) return false;
    const Record* const fence = record(f, !in_oracle);
    if (f.rule == "fence" && fence != nullptr && fence->d == 0) return false;
    const Fates& other = in_oracle ? candidate_ : oracle_;
    const Trace& trace = in_oracle ? c_.candidate : c_.oracle;
    const auto died = other.died.find(group);
    if (died != other.died.end()) {
      const Record& r = trace.records[died->second];
      const bool timed_out =
          r.kind == RecordKind::fence_signalled ? r.d == ETIMEDOUT : f.event == "group_state";
      if (!timed_out) return false;
    }
    return waits_in_unmapped_memory(group);
  }
  [[nodiscard]] bool waits_in_unmapped_memory(std::uint32_t group) const {
    bool waits = false, unmaps = false;
    for (std::uint32_t s = 0; s < c_.program.steps.size(); ++s) {
      const Node& op = c_.program.steps[s].op;
      if (group_of_job(c_.program, s) == group) {
        waits = waits || uses_instruction(op, NodeType::i_sync_wait64);
      }
      if (step_type(c_.program, s) != NodeType::vm_bind) continue;
      const bool same = field_number(op, "vm") == field_number(c_.program.steps[group].op, "vm");
      unmaps = unmaps || (same && uses_instruction(op, NodeType::bind_unmap));
    }
    return waits && unmaps;
  }

  /// A tick that comes before the firmware has said whose a page fault is takes all queues of the
  /// group for dead, one behind it that queue: the others' jobs end with EINVAL or ECANCELED.
  [[nodiscard]] bool fault_told_late(const Finding& f, std::uint32_t group) const {
    if (!oracle_.page_faulted.contains(group) || !candidate_.page_faulted.contains(group)) {
      return false;
    }
    const Record* const got = record(f, false);
    const Record* const want = record(f, true);
    if (got == nullptr || want == nullptr) return false;
    if (f.event == "group_state") return got->b == want->b;
    const auto dead = [](std::uint64_t error) { return error == EINVAL || error == ECANCELED; };
    return f.rule == "fence" && f.field == "error" && dead(got->d) && dead(want->d);
  }

  /// An exit that is over about when the driver's wait for it is: who dies of it in both runs has
  /// left by itself in one and by the reset in the other, and its slot has answered or not.
  [[nodiscard]] bool exit_given_up(const Finding& f, std::uint32_t group) const {
    if (f.rule != "window" && f.event != "group_state") return false;
    return std::all_of(fates_.begin(), fates_.end(), [&](const Fates* fates) {
      return fates->died.contains(group) && fates->slow_exit.contains(group);
    });
  }

  /// Whom the jobs of a higher priority keep from running until its own time out, in both runs: has
  /// it got in once before they came, or another one that they starve likewise?
  [[nodiscard]] bool starved(const Finding& f, std::uint32_t group) const {
    if (f.rule != "window" || (f.field != "missing" && f.field != "unexpected")) return false;
    const auto timed_out = [group](const Fates& fates, const Trace& trace) {
      const auto died = fates.died.find(group);
      if (died == fates.died.end()) return false;
      const Record& r = trace.records[died->second];
      return r.kind == RecordKind::fence_signalled && r.d == ETIMEDOUT;
    };
    if (!timed_out(oracle_, c_.oracle) || !timed_out(candidate_, c_.candidate)) return false;
    const auto priority = [&](std::uint32_t step) {
      return field_number(c_.program.steps[step].op, "priority");
    };
    for (std::uint32_t s = 0; s < c_.program.steps.size(); ++s) {
      const std::uint32_t other = group_of_job(c_.program, s);
      if (other != kNoStep && priority(other) > priority(group)) return true;
    }
    return false;
  }

  /// Behind a resume that failed jobs wait until something wakes the GPU, which nothing may do, and
  /// so do their requests for protected mode.
  [[nodiscard]] bool waits_for_a_resume(const Finding& f) const {
    if (f.rule != "fence" && f.rule != "window") return false;
    if (f.field == "missing") return down_since_ns(c_.program, c_.candidate) != vocab::kNever;
    return f.field == "unexpected" && down_since_ns(c_.program, c_.oracle) != vocab::kNever;
  }

  /// A bind in a queue that comes to its turn beside a GPU that refuses to leave protected mode is
  /// given up, and its VM with it; behind the reset it would have gone well. Source: panthor_mmu.c
  /// (7.3), panthor_vm_exec_op() with flag_vm_unusable_on_failure.
  [[nodiscard]] bool bind_met_hang(const Finding& f) const {
    const Record* const got = record(f, false);
    const Record* const want = record(f, true);
    if (f.rule != "fence" || f.field != "error" || got == nullptr || want == nullptr) return false;
    if (step_type(c_.program, got->a) != NodeType::vm_bind || (got->d == 0) == (want->d == 0)) {
      return false;
    }
    const bool of_oracle = got->d == 0;
    const Trace& trace = of_oracle ? c_.oracle : c_.candidate;
    const std::size_t end = of_oracle ? *f.oracle_record : *f.candidate_record;
    const bool refused = std::any_of(trace.records.begin(),
                                     trace.records.begin() + static_cast<std::ptrdiff_t>(end),
                                     [](const Record& r) { return is(r, K::exit_refused); });
    return refused && hung_during(c_.program, trace, got->a, end);
  }

  [[nodiscard]] bool faulted_in_both(std::uint32_t group) const {
    return oracle_.own_fault.contains(group) && candidate_.own_fault.contains(group);
  }
  /// Time of the first record of `kind` about `job`; kNever when there is none.
  static std::uint64_t time_of(const Trace& trace, EventKind kind, std::uint32_t job) {
    const auto found = std::find_if(
        trace.records.begin(), trace.records.end(),
        [&](const Record& r) { return is(r, kind) && r.a == job; });
    return found == trace.records.end() ? vocab::kNever : found->time_ns;
  }
  /// The queue's worker may have found the group dead when it came with the job.
  [[nodiscard]] bool may_be_refused(const Record& fence, bool of_oracle,
                                    std::uint32_t group) const {
    const Trace& trace = of_oracle ? c_.oracle : c_.candidate;
    if (fence.d != ECANCELED) return false;
    if (time_of(trace, EventKind::job_started, fence.a) != vocab::kNever) return false;
    const Fates& fates = of_oracle ? oracle_ : candidate_;
    const auto& faults = fates.own_fault.contains(group) ? fates.own_fault : fates.fault_inside;
    const std::uint64_t fault_ns = trace.records[faults.at(group)].time_ns;
    return std::any_of(trace.records.begin(), trace.records.end(), [&](const Record& r) {
      return r.kind == RecordKind::step_started && r.b == fence.a &&
             r.time_ns + kLockHeldNs >= fault_ns;
    });
  }
  /// A job that comes when its group dies of its own fault is in the ring by then, and ends with
  /// the error of the ring, or the queue's worker refuses it: at once, so before older ones too.
  [[nodiscard]] bool refused_beside_death(const Finding& f, std::uint32_t group) const {
    const Record* const got = record(f, false);
    const Record* const want = record(f, true);
    if (f.rule != "fence" || got == nullptr || want == nullptr) return false;
    // A fault of the GPU inside is that of the group inside.
    const bool inside_in_both =
        oracle_.fault_inside.contains(group) && candidate_.fault_inside.contains(group);
    if (!faulted_in_both(group) && !inside_in_both) return false;
    if (f.field == "order") {
      const bool oracle_early = want->a > got->a;
      return may_be_refused(oracle_early ? *want : *got, oracle_early, group);
    }
    if (got->d == EINVAL) return may_be_refused(*want, true, group);
    return want->d == EINVAL && may_be_refused(*got, false, group);
  }

  [[nodiscard]] bool queue_faulted(std::uint32_t group, std::uint64_t queue) const {
    return std::any_of(fates_.begin(), fates_.end(), [&](const Fates* fates) {
      const auto faulted = fates->faulted_queues.find(group);
      return faulted != fates->faulted_queues.end() &&
             faulted->second.contains(static_cast<std::uint32_t>(queue));
    });
  }
  /// The queues of a group have no order among them: what one has done when the fault of another
  /// one ends the group is nobody's fault. What is done is done, though, and what is not is not.
  [[nodiscard]] bool beside_faulted_queue(const Finding& f, std::uint32_t group) const {
    if (!faulted_in_both(group)) return false;
    if (f.rule == "window") return regions_on_queues(group) > 1;
    const Record* const got = record(f, false);
    const Record* const want = record(f, true);
    if (f.rule != "fence" || f.field != "error" || got == nullptr || want == nullptr) return false;
    if (queue_faulted(group, field_number(c_.program.steps[got->a].op, "queue"))) return false;
    if (got->d != 0 && want->d != 0) return false;
    const bool oracle_done = want->d == 0;
    const Trace& done = oracle_done ? c_.oracle : c_.candidate;
    const Trace& cut = oracle_done ? c_.candidate : c_.oracle;
    const auto& faults = oracle_done ? candidate_.own_fault : oracle_.own_fault;
    const std::uint64_t error = oracle_done ? got->d : want->d;
    return error == ECANCELED &&
           time_of(done, EventKind::job_ended, got->a) != vocab::kNever &&
           time_of(cut, EventKind::job_ended, got->a) >= cut.records[faults.at(group)].time_ns;
  }
  /// On how many queues of the group the Program has protected regions.
  [[nodiscard]] std::size_t regions_on_queues(std::uint32_t group) const {
    std::set<std::uint64_t> queues;
    for (std::uint32_t s = 0; s < c_.program.steps.size(); ++s) {
      const Node& op = c_.program.steps[s].op;
      if (group_of_job(c_.program, s) != group) continue;
      if (uses_instruction(op, NodeType::i_prot_region)) queues.insert(field_number(op, "queue"));
    }
    return queues.size();
  }

  [[nodiscard]] const Record* record(const Finding& f, bool of_oracle) const {
    const auto& index = of_oracle ? f.oracle_record : f.candidate_record;
    const Trace& trace = of_oracle ? c_.oracle : c_.candidate;
    return index && *index < trace.records.size() ? &trace.records[*index] : nullptr;
  }
  [[nodiscard]] std::uint32_t step_of(const Finding& f) const {
    const Record* const r = record(f, false) != nullptr ? record(f, false) : record(f, true);
    return r == nullptr ? kNoStep : r->b;
  }

  [[nodiscard]] std::optional<std::uint32_t> window_group(const Finding& f, bool of_oracle) const {
    const Trace& trace = of_oracle ? c_.oracle : c_.candidate;
    const auto& index = of_oracle ? f.oracle_record : f.candidate_record;
    if (!index) return std::nullopt;
    for (const Window& w : windows_of(c_.program, trace)) {
      if (w.begin == *index || w.end == *index) return w.group;
    }
    return std::nullopt;
  }
  /// The group that a finding is about.
  [[nodiscard]] std::optional<std::uint32_t> subject(const Finding& f) const {
    if (f.rule == "window") {
      const auto group = window_group(f, false);
      return group ? group : window_group(f, true);
    }
    const Record* const r = record(f, false) != nullptr ? record(f, false) : record(f, true);
    if (r == nullptr) return std::nullopt;
    if (f.rule == "fence") return group_of_job(c_.program, r->a);
    return r->a;
  }

  [[nodiscard]] bool depends_on_fork(const Finding& f) const {
    if (forked_.empty()) return false;
    // Counts of all objects; what the heaps gave.
    if (f.event == "rest_state" || f.rule == "heap-alloc") return true;
    if (f.rule == "window") return forked_.contains(subject(f).value_or(kNoStep));
    const Record* const got = record(f, false);
    const Record* const want = record(f, true);
    // In a queue that a job never came to, the next one is in its place.
    if (f.rule == "fence" && f.field == "order" && want != nullptr && forked_.contains(want->a)) {
      return true;
    }
    const Record* const r = got != nullptr ? got : want;
    return r != nullptr && forked_.contains(r->a);
  }

  /// A heap of that GPU has grown as often by `index`, which a step of it wrote: the addresses of
  /// later ones hang on it.
  [[nodiscard]] std::ptrdiff_t ooms_before(const Trace& trace, std::size_t index) const {
    const auto begin = trace.records.begin();
    const std::uint32_t device = device_of_step(c_.program, trace.records[index].b);
    return std::count_if(begin, begin + static_cast<std::ptrdiff_t>(index),
                         [device](const Record& r) {
                           return is(r, vocab::ObservationKind::tiler_oom) && r.device == device;
                         });
  }

  /// A step has closed the call's file before record `index`; when it came to that hangs on what it
  /// waited for. Of one actor alone both runs have the same order.
  [[nodiscard]] bool closed_at(const Trace& trace, std::uint32_t step, std::size_t index) const {
    const std::uint64_t file = field_number(c_.program.steps[step].op, "file");
    const auto end = trace.records.begin() + static_cast<std::ptrdiff_t>(index);
    return std::any_of(trace.records.begin(), end, [&](const Record& r) {
      return r.kind == RecordKind::step_started && r.b != step &&
             step_type(c_.program, r.b) == NodeType::close &&
             field_number(c_.program.steps[r.b].op, "file") == file;
    });
  }

  /// The VM_CREATEs that were told the handle of `vm`, itself among them.
  [[nodiscard]] std::set<std::uint32_t> with_handle_of(const Trace& trace,
                                                       std::uint32_t vm) const {
    for (const auto& [handle, vms] : steps_by_handle(c_.program, trace, NodeType::vm_create)) {
      if (vms.contains(vm)) return vms;
    }
    return {vm};
  }
  /// The same of another actor's VM_DESTROY and the VM that the call names. A VM that came later
  /// may have the handle by now.
  [[nodiscard]] bool vm_destroyed_at(const Trace& trace, std::uint32_t step,
                                     std::size_t index) const {
    const std::uint32_t vm = field_step(c_.program.steps[step].op, "vm");
    if (vm == kNoStep) return false;
    const std::set<std::uint32_t> named = with_handle_of(trace, vm);
    bool gone = false;
    for (std::size_t i = 0; i < index; ++i) {
      const Record& r = trace.records[i];
      if (r.kind == RecordKind::step_started &&
          step_type(c_.program, r.b) == NodeType::vm_destroy &&
          c_.program.steps[r.b].actor != c_.program.steps[step].actor) {
        gone = gone || named.contains(field_step(c_.program.steps[r.b].op, "vm"));
      }
      if (r.kind == RecordKind::user_write && r.c == 0 && r.d != 0 && named.contains(r.b)) {
        gone = false;
      }
    }
    return gone;
  }

  [[nodiscard]] bool moves_device(std::uint32_t step) const {
    const NodeType type = step_type(c_.program, step);
    return removes_device(type) || type == NodeType::probe || type == NodeType::load ||
           type == NodeType::suspend || type == NodeType::resume;
  }
  /// The device is where another actor has put it, when the call looks before record `index`.
  [[nodiscard]] bool moved_by_another(const Trace& trace, std::uint32_t step,
                                      std::size_t index) const {
    if (!moves_device(step)) return false;
    std::uint32_t last = step;
    for (std::size_t i = 0; i < index; ++i) {
      const Record& r = trace.records[i];
      const bool other = r.kind == RecordKind::step_started && r.b != step;
      if (other && moves_device(r.b)) last = r.b;
    }
    return c_.program.steps[last].actor != c_.program.steps[step].actor;
  }

  /// By its first error, or of a fault of the GPU inside, which comes before any fence tells.
  static bool dead(const Fates& fates, std::uint32_t group, std::size_t by) {
    const auto died = fates.died.find(group);
    const auto fault = fates.fault_inside.find(group);
    return died != fates.died.end() &&
           (died->second < by || (fault != fates.fault_inside.end() && fault->second < by));
  }

  /// A group that something from outside ends, in both runs or in one by chance, may have been told
  /// so already, or not yet, when somebody asks for its state.
  [[nodiscard]] bool dies_beside(const Finding& f) const {
    const auto group = field_step(*step_op(c_.program, step_of(f)), "group");
    const bool in_both = std::all_of(fates_.begin(), fates_.end(), [group](const Fates* fates) {
      return fates->bad_at_rest.contains(group);
    });
    const auto beside = [&](const Fates& fates, bool of_oracle) {
      const Record* const asked = record(f, of_oracle);
      const auto touch = fates.touched.find(group);
      if (asked == nullptr || touch == fates.touched.end()) return false;
      const Record& by = (of_oracle ? c_.oracle : c_.candidate).records[touch->second];
      return by.time_ns <= asked->time_ns &&
             (!in_both || asked->time_ns - by.time_ns < kLockHeldNs);
    };
    if (!in_both && !by_chance(group, &Fates::bad_at_rest)) return false;
    return beside(oracle_, true) && beside(candidate_, false);
  }

  /// What a call tells beside its result.
  [[nodiscard]] bool output_allows(const Finding& f) const {
    if (f.rule == "result/tiler_heap_create") {
      return ooms_before(c_.candidate, *f.candidate_record) !=
             ooms_before(c_.oracle, *f.oracle_record);
    }
    if (f.rule == "result/group_get_state") return dies_beside(f);
    if (f.rule != "result/vm_bind") return false;
    // How many operations were done is told of a VM that is there only.
    const std::uint32_t step = step_of(f);
    return vm_destroyed_at(c_.candidate, step, start_index(c_.candidate, step)) !=
           vm_destroyed_at(c_.oracle, step, start_index(c_.oracle, step));
  }

  /// ENODEV beside the device's way out, EBUSY where another actor has bound it or sent it to
  /// sleep, ETIMEDOUT beside a GPU that hangs, EBADF behind a close, EINVAL behind a VM_DESTROY or
  /// where the group had died by chance. Another error where the call met another fault, another
  /// count of a scan (scans.h).
  [[nodiscard]] bool call_allows(const Finding& f) const {
    if (forked_.contains(step_of(f))) return true;
    const Record* const got = record(f, false);
    const Record* const want = record(f, true);
    if (f.event == "user_write") return output_allows(f);
    if (got == nullptr || want == nullptr || got->kind != RecordKind::step_returned) return false;
    const Node* const op = step_op(c_.program, got->b);
    const auto failed = [](const Record* r, int error) {
      return static_cast<std::int64_t>(r->c) == -error;
    };
    for (const int gone : {ENODEV, ENOENT}) {
      if ((failed(got, gone) && going_at(c_.program, c_.candidate, *f.candidate_record)) ||
          (failed(want, gone) && going_at(c_.program, c_.oracle, *f.oracle_record))) {
        return true;
      }
    }
    const auto hung = [&](const Trace& trace, const Record& r, std::size_t at) {
      return failed(&r, ETIMEDOUT) && hung_during(c_.program, trace, r.b, at);
    };
    if (hung(c_.candidate, *got, *f.candidate_record) ||
        hung(c_.oracle, *want, *f.oracle_record)) {
      return true;
    }
    if ((failed(got, EBUSY) && moved_by_another(c_.candidate, got->b, *f.candidate_record)) ||
        (failed(want, EBUSY) && moved_by_another(c_.oracle, want->b, *f.oracle_record))) {
      return true;
    }
    if ((failed(got, EBADF) && closed_at(c_.candidate, got->b, *f.candidate_record)) ||
        (failed(want, EBADF) && closed_at(c_.oracle, want->b, *f.oracle_record))) {
      return true;
    }
    // Who finds it must have come before the other began.
    const auto behind_destroy = [&](const Trace& trace, std::size_t record) {
      return vm_destroyed_at(trace, got->b, record);
    };
    // A bind that was waiting then has the VM until it is through.
    const bool binds = step_type(c_.program, got->b) == NodeType::vm_bind;
    const auto done_before = [&](const Trace& trace, const Record& r, std::size_t at) {
      return static_cast<std::int64_t>(r.c) >= 0 &&
             !behind_destroy(trace, binds ? start_index(trace, r.b) : at);
    };
    if ((failed(got, EINVAL) && behind_destroy(c_.candidate, *f.candidate_record) &&
         done_before(c_.oracle, *want, *f.oracle_record)) ||
        (failed(want, EINVAL) && behind_destroy(c_.oracle, *f.oracle_record) &&
         done_before(c_.candidate, *got, *f.candidate_record))) {
      return true;
    }
    const auto errno_of = [](const Record* r) { return static_cast<std::int64_t>(r->c); };
    if (faults_decide(c_, f)) return true;
    if (step_type(c_.program, got->b) == NodeType::reclaim) return scan_allows(c_, f);
    if (step_type(c_.program, got->b) != NodeType::group_submit) return false;
    const auto group = static_cast<std::uint32_t>(field_number(*op, "group"));
    if (!failed(got, EINVAL) && !failed(want, EINVAL)) return false;
    if (errno_of(got) < 0 && errno_of(want) < 0) return false;   // refused in both, differently
    // A group that dies in both runs may be dead already in one of them.
    const bool in_both =
        failed(got, EINVAL)
            ? dead(candidate_, group, *f.candidate_record) && oracle_.died.contains(group)
            : dead(oracle_, group, *f.oracle_record) && candidate_.died.contains(group);
    return in_both || by_chance(group);
  }

  /// A job that was cut short by chance has stored what it had come to by then.
  [[nodiscard]] bool memory_allows(const Finding& f) const {
    const auto bo = subject(f);
    if (!bo) return false;
    const std::set<std::uint64_t> vms = vms_that_map(c_.program, *bo);
    for (std::uint32_t s = 0; s < c_.program.steps.size(); ++s) {
      if (step_type(c_.program, s) != NodeType::group_create) continue;
      if (!vms.contains(field_number(c_.program.steps[s].op, "vm"))) continue;
      if (by_chance(s) || forked_.contains(s) || cut_short_.contains(s)) return true;
    }
    return false;
  }

  const Comparison& c_;
  Fates oracle_, candidate_;
  std::array<const Fates*, 2> fates_{&oracle_, &candidate_};
  std::set<std::uint32_t> forked_;
  std::set<std::uint32_t> cut_short_;   ///< groups of which a job did not come to its end by chance
};

}  // namespace

std::size_t drop_chance(Comparison& c) {
  if (c.findings.empty()) return 0;
  Chance chance(c);
  for (const Finding& f : c.findings) chance.fork(f);
  chance.grow_forks();
  return std::erase_if(c.findings, [&](const Finding& f) { return chance.allows(f); });
}

}  // namespace protm::judge
