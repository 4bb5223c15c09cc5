// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/shares.h"

#include <cerrno>
#include <set>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::fuzz {

using namespace contract;

namespace {

using K = vocab::ObservationKind;

constexpr std::array<SeenInfo, kSeenCount> kTable{{
    {Seen::compared_job, "complete a job whose bytes are compared", 70, 60},
    {Seen::rotation, "rotate: a group goes off its slot and on again", 20, 30},
    {Seen::timeout, "have a time-out or a reset", 10, 10},
    {Seen::resume, "suspend and resume", 10, 10},
    {Seen::busy_unbind, "unbind with work in flight", 10, 0},
    {Seen::late_bind, "VM_BIND while jobs of that VM run, or asynchronously", 10, 10},
    {Seen::fault, "have a job that ends in a fault", 0, 0},
    {Seen::busy_destroy, "destroy a group, or close its file, with work in flight", 0, 0},
    {Seen::refused_call, "have a call that is refused", 0, 0},
    {Seen::boot, "boot: the device's node does a call", 90, 80},
    {Seen::window, "enter a protected window", 0, 20},
    {Seen::bind_inside, "begin a VM operation inside a protected window", 0, 10},
    {Seen::reset_inside, "begin a reset inside a protected window", 0, 0},
    {Seen::suspend, "suspend the system", 0, 3},
}};

constexpr std::uint32_t kL2 = 2;  ///< domain of power_changed

std::uint32_t ref_of(const Program& program, std::uint32_t step, std::string_view name) {
  const Node* const op = step_op(program, step);
  if (op == nullptr) return kNoStep;
  const auto index = field_index(node_info(static_cast<NodeType>(op->type)), name);
  if (!index) return kNoStep;
  const Value& v = op->fields[*index];
  return v.kind == Value::Kind::ref ? static_cast<std::uint32_t>(v.number) : kNoStep;
}

std::uint32_t vm_of_job(const Program& program, std::uint32_t job) {
  return ref_of(program, group_of_job(program, job), "vm");
}

/// Whether a vm_bind of the Program maps a buffer of `read` at `va` of the job's VM.
bool is_compared(const Program& program, std::uint32_t job, std::uint64_t va,
                 const std::set<std::uint32_t>& read) {
  const std::uint32_t vm = vm_of_job(program, job);
  for (std::uint32_t step = 0; step < program.steps.size(); ++step) {
    if (step_type(program, step) != NodeType::vm_bind) continue;
    if (ref_of(program, step, "vm") != vm) continue;
    const Node& bind = program.steps[step].op;
    const std::size_t ops = field_index(node_info(NodeType::vm_bind), "ops").value();
    for (const Node& op : bind.fields[ops].list) {
      if (static_cast<NodeType>(op.type) != NodeType::bind_map) continue;
      const std::uint64_t from = field_number(op, "va");
      const bool inside = va >= from && va - from < field_number(op, "size");
      if (inside && read.contains(static_cast<std::uint32_t>(field_number(op, "bo")))) return true;
    }
  }
  return false;
}

bool stores(NodeType type) {
  return type == NodeType::i_store32 || type == NodeType::i_store64 ||
         type == NodeType::i_sync_add64 || type == NodeType::i_sync_set64;
}

class Look {
 public:
  Look(const Program& program, const Trace& trace) : program_(program), trace_(trace) {}

  SeenSet all() {
    const std::size_t end = quiesce_index(trace_);
    for (std::size_t i = 0; i < end; ++i) take(trace_.records[i]);
    for (std::size_t i = end; i < trace_.records.size(); ++i) {
      const Record& r = trace_.records[i];
      if (r.kind == RecordKind::buffer_content) read_.insert(r.a);
    }
    for (const std::uint32_t job : well_) compare(job);
    return seen_;
  }

 private:
  void set(Seen what) { seen_[static_cast<std::size_t>(what)] = true; }

  void take(const Record& r) {
    if (r.kind == RecordKind::step_started) step_started(r.b);
    if (r.kind == RecordKind::step_returned && static_cast<std::int64_t>(r.c) < 0 &&
        step_type(program_, r.b) != NodeType::wait) {
      set(Seen::refused_call);
    }
    if (r.kind == RecordKind::step_returned) returned(r);
    window(r);
    if (r.kind == RecordKind::fence_signalled) fence(r);
    if (is(r, EventKind::job_started)) running_.insert(r.a);
    if (is(r, EventKind::job_ended)) running_.erase(r.a);
    slots(r);
  }

  void returned(const Record& r) {
    const NodeType type = step_type(program_, r.b);
    if (static_cast<std::int64_t>(r.c) < 0) return;
    const bool device = type >= NodeType::dev_query && type <= NodeType::group_submit;
    if (device && type != NodeType::cpu_write && type != NodeType::cpu_read) set(Seen::boot);
    if (type == NodeType::suspend) set(Seen::suspend);
  }

  void window(const Record& r) {
    if (is(r, K::protm_active)) {
      set(Seen::window);
      inside_ = true;
    }
    if (is(r, K::reset_started) && inside_) set(Seen::reset_inside);
    if (is(r, K::protm_exit_raised) || is(r, K::reset_started)) inside_ = false;
  }

  void slots(const Record& r) {
    if (is(r, EventKind::group_off_slot)) off_slot_.insert(r.a);
    if (is(r, EventKind::group_on_slot) && off_slot_.contains(r.a)) set(Seen::rotation);
    const bool reset = is(r, K::reset_completed);
    const bool power = is(r, K::power_changed) && r.a == kL2;
    if (!reset && !power) return;
    off_slot_.clear();
    if (power && r.c != 0) {
      if (off_ns_ != vocab::kNever) switched_on(r.time_ns);
      off_ns_ = vocab::kNever;
    } else {
      off_ns_ = r.time_ns;
      off_by_reset_ = reset;
    }
  }

  /// A release that suspends by a soft reset leaves the GPU off; one that resets goes on at once.
  void switched_on(std::uint64_t now_ns) {
    const bool at_once = off_by_reset_ && now_ns - off_ns_ < vocab::kMs;
    set(at_once ? Seen::timeout : Seen::resume);
  }

  void fence(const Record& r) {
    running_.erase(r.a);
    if (r.d == 0) {
      well_.insert(r.a);
    } else if (r.d == ETIMEDOUT) {
      set(Seen::timeout);
    } else if (r.d != ECANCELED) {
      set(Seen::fault);
    }
  }

  void step_started(std::uint32_t step) {
    const NodeType type = step_type(program_, step);
    const bool binds = type == NodeType::vm_bind || type == NodeType::vm_destroy;
    if (inside_ && binds) set(Seen::bind_inside);
    if (type == NodeType::unbind && !running_.empty()) set(Seen::busy_unbind);
    if (type == NodeType::close && !running_.empty()) set(Seen::busy_destroy);
    for (const std::uint32_t job : running_) {
      const bool same = ref_of(program_, step, "vm") == vm_of_job(program_, job);
      if (type == NodeType::vm_bind && same) set(Seen::late_bind);
      if (type == NodeType::group_destroy &&
          ref_of(program_, step, "group") == group_of_job(program_, job)) {
        set(Seen::busy_destroy);
      }
    }
    const bool async = type == NodeType::vm_bind &&
                       (field_number(program_.steps[step].op, "flags") & 1) != 0;
    if (async) set(Seen::late_bind);
  }

  void compare(std::uint32_t job) {
    const Node& op = program_.steps[job].op;
    const std::size_t stream = field_index(node_info(NodeType::group_submit), "stream").value();
    for (const Node& instruction : op.fields[stream].list) {
      if (!stores(static_cast<NodeType>(instruction.type))) continue;
      if (is_compared(program_, job, field_number(instruction, "va"), read_)) {
        set(Seen::compared_job);
      }
    }
  }

  const Program& program_;
  const Trace& trace_;
  SeenSet seen_{};
  std::set<std::uint32_t> running_, well_, read_, off_slot_;
  std::uint64_t off_ns_ = vocab::kNever;  ///< when L2 went off
  bool off_by_reset_ = false;
  bool inside_ = false;                   ///< in protected mode
};

}  // namespace

std::span<const SeenInfo> seen_table() { return kTable; }

SeenSet look(const Program& program, const Trace& trace) { return Look(program, trace).all(); }

}  // namespace protm::fuzz
