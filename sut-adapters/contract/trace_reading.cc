// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/trace_reading.h"

#include <algorithm>
#include <array>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/uapi.h"

namespace protm::contract {
namespace {

using K = vocab::ObservationKind;

constexpr std::array<std::string_view, 25> kRecordNames{"",
                                                        "machine",
                                                        "step_started",
                                                        "step_blocked",
                                                        "step_returned",
                                                        "user_write",
                                                        "fence_signalled",
                                                        "buffer_content",
                                                        "kernel_warn",
                                                        "kernel_oops",
                                                        "lock_misuse",
                                                        "kernel_log",
                                                        "heap_alloc",
                                                        "heap_buffer_freed",
                                                        "leak",
                                                        "rest_state",
                                                        "event",
                                                        "sut_stuck",
                                                        "sut_livelock",
                                                        "group_state",
                                                        "vm_state",
                                                        "mapping",
                                                        "fault_applied",
                                                        "sut_crash",
                                                        "sut_protocol"};
static_assert(static_cast<std::size_t>(RecordKind::sut_protocol) + 1 == kRecordNames.size());

}  // namespace

std::string_view record_name(const Record& record) {
  if (record.kind == RecordKind::machine) {
    return vocab::observation_info(static_cast<K>(record.sub)).name;
  }
  const auto index = static_cast<std::size_t>(record.kind);
  return index < kRecordNames.size() ? kRecordNames[index] : std::string_view("unknown");
}

bool matches(const Record& record, const EventSpec& spec) {
  if (record.kind == RecordKind::machine && record.device != 0) return false;
  const auto saw = [&](K kind) { return is(record, kind); };
  switch (spec.kind) {
    case EventKind::none:
    case EventKind::count:
      return false;
    case EventKind::protm_active:
      return saw(K::protm_active);
    case EventKind::protm_exit_raised:
      return saw(K::protm_exit_raised);
    case EventKind::protm_pend_raised:
      return saw(K::protm_pend);
    case EventKind::protm_enter_sampled:
      return saw(K::enter_sampled);
    case EventKind::protm_enter_acked:
      return saw(K::enter_acked);
    case EventKind::status_update_sampled:
      return saw(K::status_update_sampled);
    case EventKind::protm_exit_begun:
      return saw(K::exit_cause);
    case EventKind::ping_sampled:
      return saw(K::ping_sampled);
    case EventKind::ping_in_window:
      return saw(K::ping_sampled) && record.a != 0;
    case EventKind::tiler_oom:
      return saw(K::tiler_oom);
    case EventKind::progress_timer:
      return saw(K::csg_event) && (record.b & vocab::fw::kCsgProgressTimerEvent) != 0;
    case EventKind::csg_state_acked:
      return saw(K::csg_state_acked) && record.c == spec.arg;
    case EventKind::as_command_written:
      return saw(K::as_command) && record.b == spec.arg;
    case EventKind::exit_refused:
      return saw(K::exit_refused);
    case EventKind::reset_completed:
      return saw(K::reset_completed);
    case EventKind::irq_high:
      return saw(K::irq_line) && record.b != 0 && record.a == spec.arg;
    case EventKind::irq_low:
      return saw(K::irq_line) && record.b == 0 && record.a == spec.arg;
    case EventKind::oops:
      return record.kind == RecordKind::kernel_oops;
    case EventKind::fence_signalled:
      return record.kind == RecordKind::fence_signalled && record.a == spec.arg;
    case EventKind::fault_applied:
      return (saw(K::fault_applied) || is(record, spec.kind)) && record.a == spec.arg;
    case EventKind::group_on_slot:
    case EventKind::group_off_slot:
    case EventKind::job_started:
    case EventKind::job_ended:
    case EventKind::step_returned:
    case EventKind::step_blocked:
    case EventKind::memory_changed:
      return is(record, spec.kind) && record.a == spec.arg;
  }
  return false;
}

std::uint64_t end_ns(const Trace& trace) {
  return trace.records.empty() ? 0 : trace.records.back().time_ns;
}

std::size_t quiesce_index(const Trace& trace) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    switch (trace.records[i].kind) {
      case RecordKind::group_state:
      case RecordKind::vm_state:
      case RecordKind::buffer_content:
      case RecordKind::rest_state:
        return i;
      default:
        break;
    }
  }
  return trace.records.size();
}

std::uint64_t down_since_ns(const Program& program, const Trace& trace) {
  using K = vocab::ObservationKind;
  struct Gpu {
    bool sleeps = false, resets = false;
    std::uint64_t down_ns = vocab::kNever;
  };
  std::map<std::uint32_t, Gpu> gpus;
  const std::size_t end = std::min(quiesce_index(trace), trace.records.size());
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_returned && static_cast<std::int64_t>(r.c) < 0 &&
        step_type(program, r.b) == NodeType::resume) {
      Gpu& gpu = gpus[device_of_step(program, r.b)];
      gpu.down_ns = std::min(gpu.down_ns, r.time_ns);
    }
    if (r.kind != RecordKind::machine) continue;
    Gpu& gpu = gpus[r.device];
    const bool l2_off = is(r, K::power_changed) && r.a == 2 && r.c == 0;
    if (is(r, K::mcu_boot)) {
      gpu = Gpu{};
    } else if (is(r, K::reset_started)) {
      gpu.resets = gpu.resets || !gpu.sleeps;
    } else if (l2_off) {
      gpu.sleeps = gpu.sleeps || !gpu.resets;
    } else if (is(r, K::mcu_boot_failed) && gpu.sleeps) {
      gpu.down_ns = std::min(gpu.down_ns, r.time_ns);
    }
  }
  std::uint64_t down_ns = vocab::kNever;
  for (const auto& [device, gpu] : gpus) down_ns = std::min(down_ns, gpu.down_ns);
  return down_ns;
}

std::size_t start_index(const Trace& trace, std::uint32_t step) {
  const auto found =
      std::find_if(trace.records.begin(), trace.records.end(), [step](const Record& r) {
        return r.kind == RecordKind::step_started && r.b == step;
      });
  return static_cast<std::size_t>(found - trace.records.begin());
}

std::uint64_t quiesce_ns(const Trace& trace) {
  const std::size_t index = quiesce_index(trace);
  return index < trace.records.size() ? trace.records[index].time_ns : end_ns(trace);
}

const Node* step_op(const Program& program, std::uint32_t step) {
  return step < program.steps.size() ? &program.steps[step].op : nullptr;
}

std::uint32_t device_of_step(const Program& program, std::uint32_t step) {
  const Node* const op = step_op(program, step);
  if (op == nullptr || program.devices == 1) return 0;
  if (!field_index(node_info(static_cast<NodeType>(op->type)), "file")) {
    return program.steps[step].device;
  }
  const std::uint32_t file = field_step(*op, "file");
  return file < program.steps.size() ? program.steps[file].device : 0;
}

NodeType step_type(const Program& program, std::uint32_t step) {
  const Node* const op = step_op(program, step);
  return op == nullptr ? NodeType::count : static_cast<NodeType>(op->type);
}

bool removes_device(NodeType type) {
  return type == NodeType::unbind || type == NodeType::unplug || type == NodeType::unload;
}

std::uint64_t field_number(const Node& node, std::string_view field) {
  const NodeInfo& info = node_info(static_cast<NodeType>(node.type));
  const auto index = field_index(info, field);
  if (!index) return 0;
  if (*index >= node.fields.size()) return info.fields[*index].fallback;
  const Value& value = node.fields[*index];
  return value.kind == Value::Kind::absent ? info.fields[*index].fallback : value.number;
}

std::uint32_t field_step(const Node& node, std::string_view field) {
  const auto index = field_index(node_info(static_cast<NodeType>(node.type)), field);
  if (!index || *index >= node.fields.size()) return kNoStep;
  const Value& value = node.fields[*index];
  return value.kind == Value::Kind::ref ? static_cast<std::uint32_t>(value.number) : kNoStep;
}

bool names_its_kind_of_buffer(const Program& program, const Node& node) {
  const auto type = static_cast<NodeType>(node.type);
  if (type != NodeType::buffer_put && type != NodeType::buffer_close) return true;
  const bool object = step_type(program, field_step(node, "buffer")) == NodeType::heap_alloc;
  return object == (type == NodeType::buffer_put);
}

bool has_own_fence(const Node& node) {
  const auto type = static_cast<NodeType>(node.type);
  if (type != NodeType::vm_bind) return type == NodeType::group_submit;
  const auto ops = field_index(node_info(type), "ops");
  const bool some = *ops < node.fields.size() && !node.fields[*ops].list.empty();
  return some && (field_number(node, "flags") & vocab::uapi::kVmBindAsync) != 0;
}

bool has_own_fence(const Program& program, std::uint32_t step) {
  const Node* const op = step_op(program, step);
  return op != nullptr && has_own_fence(*op);
}

namespace {

/// Step that `field` of step `user` refers to, when that step is of `type`.
std::uint32_t step_named_by(const Program& program, std::uint32_t user, NodeType type,
                            std::string_view field) {
  const Node* const op = step_op(program, user);
  if (op == nullptr || static_cast<NodeType>(op->type) != type) return kNoStep;
  const auto index = field_index(node_info(type), field);
  if (!index || *index >= op->fields.size()) return kNoStep;
  const Value& value = op->fields[*index];
  return value.kind == Value::Kind::ref ? static_cast<std::uint32_t>(value.number) : kNoStep;
}

}  // namespace

bool refers_to(const Node& node, const std::set<std::uint32_t>& steps) {
  return std::any_of(node.fields.begin(), node.fields.end(), [&](const Value& v) {
    if (v.kind == Value::Kind::ref && steps.contains(static_cast<std::uint32_t>(v.number))) {
      return true;
    }
    return std::any_of(v.list.begin(), v.list.end(),
                       [&](const Node& item) { return refers_to(item, steps); });
  });
}

std::set<std::uint64_t> vms_that_map(const Program& program, std::uint32_t bo) {
  std::set<std::uint64_t> vms;
  for (const Step& step : program.steps) {
    if (static_cast<NodeType>(step.op.type) != NodeType::vm_bind) continue;
    if (refers_to(step.op, {bo})) vms.insert(field_number(step.op, "vm"));
  }
  return vms;
}

std::uint32_t vm_of_bind(const Program& program, std::uint32_t bind) {
  return step_named_by(program, bind, NodeType::vm_bind, "vm");
}

std::uint32_t group_of_job(const Program& program, std::uint32_t job) {
  return step_named_by(program, job, NodeType::group_submit, "group");
}

bool uses_instruction(const Node& node, NodeType type) {
  return std::any_of(node.fields.begin(), node.fields.end(), [&](const Value& field) {
    return std::any_of(field.list.begin(), field.list.end(), [&](const Node& item) {
      return static_cast<NodeType>(item.type) == type || uses_instruction(item, type);
    });
  });
}

std::map<std::uint32_t, std::int64_t> results(const Trace& trace) {
  std::map<std::uint32_t, std::int64_t> out;
  for (const Record& r : trace.records) {
    if (r.kind == RecordKind::step_returned) out[r.b] = static_cast<std::int64_t>(r.c);
  }
  return out;
}

StepsByHandle steps_by_handle(const Program& program, const Trace& trace, NodeType type) {
  StepsByHandle out;
  for (const Record& r : trace.records) {
    const bool told = r.kind == RecordKind::user_write && r.c == 0 && r.d != 0 &&
                      step_type(program, r.b) == type;
    if (told) out[{field_number(program.steps[r.b].op, "file"), r.d}].insert(r.b);
  }
  return out;
}

void SlotMap::take(const Record& record) {
  if (is(record, EventKind::group_on_slot)) {
    groups_[record.b] = record.a;
  } else if (is(record, EventKind::job_started)) {
    const std::uint32_t group = group_of_job(program_, record.a);
    if (group != kNoStep) groups_[record.b] = group;
  }
}

std::uint32_t SlotMap::group_at(std::uint32_t slot) const {
  const auto found = groups_.find(slot);
  return found == groups_.end() ? kNoStep : found->second;
}

std::vector<Window> protected_windows(const Program& program, const Trace& trace) {
  std::vector<Window> out;
  SlotMap slots(program);
  bool open = false;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    slots.take(r);
    if (is(r, K::protm_active)) {
      out.push_back(Window{.begin = i, .slot = r.a, .group = slots.group_at(r.a)});
      open = true;
    } else if (open && is(r, K::protm_exit_raised)) {
      out.back().end = i;
      out.back().cause = static_cast<vocab::ExitCause>(r.a);
      open = false;
    } else if (open && is(r, K::reset_started)) {
      out.back().end = i;
      out.back().cause = vocab::ExitCause::reset;
      open = false;
    }
  }
  return out;
}

std::optional<Window> window_at(const std::vector<Window>& windows, std::size_t index) {
  for (const Window& w : windows) {
    if (w.begin < index && index < w.end) return w;
  }
  return std::nullopt;
}

}  // namespace protm::contract
