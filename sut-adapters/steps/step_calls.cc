// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/step_calls.h"

#include <algorithm>
#include <array>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/uapi.h"
#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/steps/fields.h"
#include "sut-adapters/steps/stream.h"
#include "sut-adapters/steps/user_regions.h"

namespace protm::steps {
namespace {

namespace uapi = vocab::uapi;
using contract::Call;
using contract::kNoStep;
using contract::NodeType;
using contract::SysCall;
using contract::Value;

constexpr std::uint64_t kScratchBytes = 256;

}  // namespace

StepCalls::StepCalls(const contract::Program& program, rig::Rig& rig,
                     std::vector<StepState>& states)
    : program_(program), rig_(rig), states_(states) {}

void StepCalls::reserve() {
  scratch_ = rig_.user().map(kScratchBytes);
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    reserve_regions(program_, i, states_[i], rig_.user());
  }
}

Call StepCalls::plain(SysCall call, std::uint64_t a, std::uint64_t b, std::uint64_t c) const {
  return Call{.call = call, .args = {a, b, c, 0}};
}

const StepState* StepCalls::target(const Node& node, std::string_view name) const {
  const Value* const v = field(node, name);
  if (v == nullptr || v->kind != Value::Kind::ref || v->number >= states_.size()) return nullptr;
  return &states_[v->number];
}

StepState* StepCalls::target(const Node& node, std::string_view name) {
  return const_cast<StepState*>(static_cast<const StepCalls*>(this)->target(node, name));
}

std::uint64_t StepCalls::ref(const Node& node, std::string_view name) const {
  const StepState* const s = target(node, name);
  if (s != nullptr) return s->made;
  return absent(node, name) ? 0 : number(node, name);
}

std::uint64_t StepCalls::file_of(const Node& node) const {
  return absent(node, "file") ? default_file : ref(node, "file");
}

std::optional<Call> StepCalls::next(std::uint32_t step) {
  const contract::Step& st = program_.steps[step];
  const std::string_view name = gives_back(static_cast<NodeType>(st.op.type));
  if (!name.empty() && states_[step].call == 0) {
    states_[step].ends = ref(st.op, name);
  }
  std::optional<Call> call;
  if (static_cast<NodeType>(st.op.type) < NodeType::load) {
    call = heap_call(step);
  } else {
    call = drm_call(step);
  }
  if (!call) return call;
  call->actor = st.actor;
  call->step = step;
  call->device = st.device;
  if (st.actor < program_.actors.size()) {
    call->sys_nice = program_.actors[st.actor].sys_nice;
    call->sys_admin = program_.actors[st.actor].sys_admin;
  }
  return call;
}

Call StepCalls::heap_ioctl(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const uapi::DmaHeapAllocation args{.len = number(op, "len"),
                                     .fd = small(op, "fd"),
                                     .fd_flags = small(op, "fd_flags"),
                                     .heap_flags = number(op, "heap_flags")};
  write(s.args.at, args);
  return plain(SysCall::ioctl, ref(op, "file"), number(op, "cmd"), s.args.pointer);
}

std::optional<Call> StepCalls::heap_call(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  if (states_[step].call != 0) return std::nullopt;
  Call c;
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::heap_register:
      c = plain(SysCall::heap_register, number(op, "protected"), number(op, "limit"));
      c.name = text(op, "name");
      return c;
    case NodeType::heap_unregister:
      return plain(SysCall::heap_unregister, ref(op, "heap"));
    case NodeType::heap_find:
      c = plain(SysCall::heap_find);
      c.name = text(op, "name");
      return c;
    case NodeType::heap_put:
      return plain(SysCall::heap_put, ref(op, "heap"));
    case NodeType::heap_put_null:
      return plain(SysCall::heap_put, 0);
    case NodeType::heap_alloc:
      c = plain(SysCall::heap_alloc, ref(op, "heap"), number(op, "len"), number(op, "fd_flags"));
      c.args[3] = number(op, "heap_flags");
      return c;
    case NodeType::buffer_put:
      return plain(SysCall::buffer_put, ref(op, "buffer"));
    case NodeType::heap_open:
      states_[step].path = "dma_heap/" + std::string(text(op, "name"));
      c = plain(SysCall::open);
      c.name = states_[step].path;
      return c;
    case NodeType::heap_ioctl:
      return heap_ioctl(step);
    case NodeType::heap_close:
      return plain(SysCall::close, ref(op, "file"));
    case NodeType::buffer_close:
      return plain(SysCall::close, ref(op, "buffer"));
    default:
      return std::nullopt;
  }
}

std::optional<Call> StepCalls::open_call(std::uint32_t step) {
  StepState& s = states_[step];
  if (s.call == 0) {
    Call c = plain(SysCall::open);
    c.name = program_.steps[step].device == 0 ? "dri" : "dri2";
    return c;
  }
  // The first open file of a cold start gets the syncobjs that submits without a file use, any
  // other one those of the submits that name it, if it is asked for.
  if (default_file == 0) default_file = s.made;
  const bool first = default_file == s.made;
  if (!first && number(program_.steps[step].op, "fences") == 0) return std::nullopt;
  const auto is_mine = [&](const contract::Node& op) {
    const Value* const file = field(op, "file");
    return first || (file != nullptr && file->kind == Value::Kind::ref && file->number == step);
  };
  std::uint32_t nth = 0;
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    if (!contract::has_own_fence(program_.steps[i].op)) continue;
    if (!is_mine(program_.steps[i].op)) continue;
    if (++nth < s.call) continue;
    const uapi::SyncobjCreate args{};
    write(s.args.at, args);
    s.submit = i;
    return plain(SysCall::ioctl, s.made, uapi::kIoctlSyncobjCreate, s.args.pointer);
  }
  return std::nullopt;
}

std::optional<Call> StepCalls::drm_call(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  const auto type = static_cast<NodeType>(op.type);
  switch (type) {
    case NodeType::open:
      return open_call(step);
    case NodeType::bo_create:
    case NodeType::bo_mmap_offset:
    case NodeType::gem_close:
    case NodeType::bo_set_label:
    case NodeType::bo_query_info:
    case NodeType::bo_sync:
    case NodeType::cpu_write:
    case NodeType::cpu_read:
      return bo_call(step);
    case NodeType::mmap:
      return mmap_call(step);
    case NodeType::set_user_mmio_offset:
      if (states_[step].call != 0) return std::nullopt;
      return step_ioctl(step, uapi::kIoctlSetUserMmioOffset,
                        uapi::SetUserMmioOffset{.offset = number(op, "offset")});
    case NodeType::stream_area:
      return stream_area(step);
    case NodeType::group_submit:
      return group_submit(step);
    default:
      break;
  }
  if (states_[step].call != 0) return std::nullopt;
  if (type >= NodeType::prime_export && type <= NodeType::sync_fd_close) return core_call(step);
  switch (type) {
    case NodeType::load:
      return plain(SysCall::load);
    case NodeType::probe:
      return plain(SysCall::probe);
    case NodeType::unbind:
      return plain(SysCall::unbind);
    case NodeType::suspend:
      return plain(SysCall::suspend);
    case NodeType::resume:
      return plain(SysCall::resume);
    case NodeType::unplug:
      return plain(SysCall::unplug);
    case NodeType::unload:
      return plain(SysCall::unload);
    case NodeType::sleep:
      return plain(SysCall::sleep, number(op, "time"));
    case NodeType::reclaim:
      return plain(SysCall::reclaim, number(op, "pages"));
    case NodeType::close:
      return plain(SysCall::close, ref(op, "file"));
    case NodeType::dev_query:
      return dev_query(step);
    case NodeType::protm_init:
      return step_ioctl(step, uapi::kIoctlProtmInit,
                        uapi::ProtmInit{.handle = static_cast<std::uint32_t>(ref(op, "bo")),
                                        .pad = small(op, "pad")});
    case NodeType::vm_create:
    case NodeType::vm_destroy:
    case NodeType::vm_get_state:
    case NodeType::vm_bind:
      return vm_call(step);
    case NodeType::tiler_heap_create:
    case NodeType::tiler_heap_destroy:
      return tiler_heap_call(step);
    default:
      return group_call(step);
  }
}

Call StepCalls::dev_query(std::uint32_t step) {
  static constexpr std::uint32_t kSizes[] = {
      sizeof(uapi::GpuInfo), sizeof(uapi::CsifInfo), sizeof(uapi::TimestampInfo),
      sizeof(uapi::GroupPrioritiesInfo), sizeof(uapi::ProtectedInfo), sizeof(uapi::ProtmState)};
  const contract::Node& op = program_.steps[step].op;
  const auto what = std::min<std::uint64_t>(number(op, "what"), std::size(kSizes) - 1);
  const std::uint32_t size = absent(op, "size") ? kSizes[what] : small(op, "size");
  const auto type = what == uapi::kDevQueryProtectedInfo ? query_protected_info
                                                         : static_cast<std::uint32_t>(what);
  const uapi::DevQuery args{.type = type,
                            .size = std::min<std::uint32_t>(size, kReplyRegionBytes),
                            .pointer = states_[step].buffer.pointer};
  return step_ioctl(step, uapi::kIoctlDevQuery, args);
}

std::optional<Call> StepCalls::vm_call(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  const auto id = static_cast<std::uint32_t>(ref(op, "vm"));
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::vm_create:
      return step_ioctl(
          step, uapi::kIoctlVmCreate,
          uapi::VmCreate{
              .flags = small(op, "flags"), .id = 0, .user_va_range = number(op, "user_va_range")});
    case NodeType::vm_destroy:
      return step_ioctl(step, uapi::kIoctlVmDestroy,
                        uapi::VmDestroy{.id = id, .pad = small(op, "pad")});
    case NodeType::vm_get_state:
      return step_ioctl(step, uapi::kIoctlVmGetState, uapi::VmGetState{.vm_id = id, .state = 0});
    default:
      return vm_bind(step);
  }
}

Call StepCalls::tiler_heap_call(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  if (static_cast<NodeType>(op.type) == NodeType::tiler_heap_destroy) {
    return step_ioctl(step, uapi::kIoctlTilerHeapDestroy,
                      uapi::TilerHeapDestroy{.handle = static_cast<std::uint32_t>(ref(op, "heap")),
                                             .pad = small(op, "pad")});
  }
  return step_ioctl(step, uapi::kIoctlTilerHeapCreate,
                    uapi::TilerHeapCreate{.vm_id = static_cast<std::uint32_t>(ref(op, "vm")),
                                          .initial_chunk_count = small(op, "initial_chunks"),
                                          .chunk_size = small(op, "chunk_size"),
                                          .max_chunks = small(op, "max_chunks"),
                                          .target_in_flight = small(op, "target_in_flight"),
                                          .handle = 0,
                                          .tiler_heap_ctx_gpu_va = 0,
                                          .first_heap_chunk_gpu_va = 0});
}

uapi::VmBindOp StepCalls::bind_op(const Node& op) const {
  uapi::VmBindOp raw{};
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::bind_map:
      raw.flags = small(op, "flags");
      raw.bo_handle = static_cast<std::uint32_t>(ref(op, "bo"));
      raw.bo_offset = number(op, "offset");
      break;
    case NodeType::bind_unmap:
      raw.flags = uapi::kVmBindOpTypeUnmap;
      break;
    default:
      raw.flags = uapi::kVmBindOpTypeSyncOnly;
      return raw;
  }
  raw.va = number(op, "va");
  raw.size = number(op, "size");
  return raw;
}

Call StepCalls::vm_bind(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto& ops = nodes(op, "ops");
  const auto stride = small(op, "stride");
  const bool own_fence = contract::has_own_fence(op);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    uapi::VmBindOp raw = bind_op(ops[i]);
    const bool signals = own_fence && i + 1 == ops.size();
    raw.syncs = write_syncs(ops[i], s.buffer.at + i * kSyncsBytes,
                            signals ? std::optional(s.syncobj) : std::nullopt);
    write(s.array.at + i * std::min<std::uint64_t>(stride, kArrayItemRegionBytes), raw);
  }
  const uapi::VmBind args{
      .vm_id = static_cast<std::uint32_t>(ref(op, "vm")),
      .flags = small(op, "flags"),
      .ops = {.stride = stride,
              .count = static_cast<std::uint32_t>(ops.size()),
              .array = s.array.pointer}};
  return step_ioctl(step, uapi::kIoctlVmBind, args);
}

Call StepCalls::bo_sync(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto& ops = nodes(op, "ops");
  const auto stride = small(op, "stride");
  for (std::size_t i = 0; i < ops.size(); ++i) {
    write(s.array.at + i * std::min<std::uint64_t>(stride, kArrayItemRegionBytes),
          uapi::BoSyncOp{.handle = static_cast<std::uint32_t>(ref(ops[i], "bo")),
                         .type = small(ops[i], "type"),
                         .offset = number(ops[i], "offset"),
                         .size = number(ops[i], "size")});
  }
  return step_ioctl(step, uapi::kIoctlBoSync,
                    uapi::BoSync{.ops = {.stride = stride,
                                         .count = static_cast<std::uint32_t>(ops.size()),
                                         .array = s.array.pointer}});
}

std::optional<Call> StepCalls::bo_call(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto type = static_cast<NodeType>(op.type);
  const auto handle =
      type == NodeType::bo_sync ? 0 : static_cast<std::uint32_t>(ref(op, "bo"));
  const bool cpu = type == NodeType::cpu_write || type == NodeType::cpu_read;
  if (s.call == 1 && cpu) {
    Call c = plain(type == NodeType::cpu_write ? SysCall::cpu_store64 : SysCall::cpu_load64, s.file,
                   s.mmap_offset, number(op, "offset"));
    if (type == NodeType::cpu_write) c.args[3] = number(op, "value");
    return c;
  }
  if (s.call != 0) return std::nullopt;
  switch (type) {
    case NodeType::bo_create:
      return step_ioctl(step, uapi::kIoctlBoCreate,
                        uapi::BoCreate{.size = number(op, "size"),
                                       .flags = small(op, "flags"),
                                       .exclusive_vm_id = static_cast<std::uint32_t>(ref(op, "vm")),
                                       .handle = 0,
                                       .pad = small(op, "pad")});
    case NodeType::gem_close:
      return step_ioctl(step, uapi::kIoctlGemClose,
                        uapi::GemClose{.handle = handle, .pad = small(op, "pad")});
    case NodeType::bo_set_label: {
      const std::vector<std::byte> letters(number(op, "label"), std::byte{'a'});
      rig_.user().poke(s.buffer.at, letters);
      rig_.user().poke(s.buffer.at + letters.size(), std::vector<std::byte>(1));
      return step_ioctl(
          step, uapi::kIoctlBoSetLabel,
          uapi::BoSetLabel{.handle = handle, .pad = small(op, "pad"), .label = s.buffer.pointer});
    }
    case NodeType::bo_query_info:
      return step_ioctl(step, uapi::kIoctlBoQueryInfo,
                        uapi::BoQueryInfo{.handle = handle, .extra_flags = 0, .create_flags = 0,
                                          .pad = small(op, "pad")});
    case NodeType::bo_sync:
      return bo_sync(step);
    default:
      return step_ioctl(
          step, uapi::kIoctlBoMmapOffset,
          uapi::BoMmapOffset{.handle = handle, .pad = cpu ? 0 : small(op, "pad"), .offset = 0});
  }
}

std::optional<Call> StepCalls::stream_area(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  switch (s.call) {
    case 0:
      return step_ioctl(
          step, uapi::kIoctlBoCreate,
          uapi::BoCreate{
              .size = number(op, "size"), .flags = 0, .exclusive_vm_id = 0, .handle = 0, .pad = 0});
    case 1: {
      write(s.array.at, uapi::VmBindOp{.flags = 0,
                                    .bo_handle = static_cast<std::uint32_t>(s.made),
                                    .bo_offset = 0,
                                    .va = number(op, "va"),
                                    .size = number(op, "size"),
                                    .syncs = {}});
      const uapi::VmBind args{
          .vm_id = static_cast<std::uint32_t>(ref(op, "vm")),
          .flags = 0,
          .ops = {.stride = sizeof(uapi::VmBindOp), .count = 1, .array = s.array.pointer}};
      return step_ioctl(step, uapi::kIoctlVmBind, args);
    }
    case 2:
      return step_ioctl(
          step, uapi::kIoctlBoMmapOffset,
          uapi::BoMmapOffset{.handle = static_cast<std::uint32_t>(s.made), .pad = 0, .offset = 0});
    default:
      return std::nullopt;
  }
}

Call StepCalls::group_create(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto& queues = nodes(op, "queues");
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const auto pad = static_cast<std::uint8_t>(number(queues[i], "pad"));
    write(s.array.at + i * sizeof(uapi::QueueCreate),
          uapi::QueueCreate{.priority = static_cast<std::uint8_t>(number(queues[i], "priority")),
                            .pad = {pad, 0, 0},
                            .ringbuf_size = small(queues[i], "ringbuf")});
  }
  const auto byte = [&](std::string_view name) {
    return static_cast<std::uint8_t>(number(op, name));
  };
  const uapi::GroupCreate args{.queues = {.stride = sizeof(uapi::QueueCreate),
                                          .count = static_cast<std::uint32_t>(queues.size()),
                                          .array = s.array.pointer},
                               .max_compute_cores = byte("max_compute_cores"),
                               .max_fragment_cores = byte("max_fragment_cores"),
                               .max_tiler_cores = byte("max_tiler_cores"),
                               .priority = byte("priority"),
                               .flags = small(op, "flags"),
                               .compute_core_mask = number(op, "compute_core_mask"),
                               .fragment_core_mask = number(op, "fragment_core_mask"),
                               .tiler_core_mask = number(op, "tiler_core_mask"),
                               .vm_id = static_cast<std::uint32_t>(ref(op, "vm")),
                               .group_handle = 0};
  if (absent(op, "protm_suspend")) return step_ioctl(step, uapi::kIoctlGroupCreate, args);
  const auto suspend = static_cast<std::uint32_t>(ref(op, "protm_suspend"));
  return step_ioctl(
      step, uapi::kIoctlGroupCreateProtm,
      uapi::GroupCreateProtm{.posted = args, .protm_suspend_handle = suspend, .pad = 0});
}

Call StepCalls::raw_ioctl(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto args = content_bytes(nodes(op, "args"), s.array.pointer, states_);
  rig_.user().poke(s.args.at, args);
  rig_.user().poke(s.array.at, content_bytes(nodes(op, "array"), s.array.pointer, states_));
  s.file = file_of(op);
  return plain(SysCall::ioctl, s.file, small(op, "cmd"), s.args.pointer);
}

// No call: user space stores, and the kernel does not hear of it.
void StepCalls::change_memory(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  const UserRegionAt* const region = changed_region(program_, op, states_);
  rig::MemoryChange change = change_of(op);
  if (region == nullptr || change.address + change.size > region->bytes) {
    states_[step].result = -EINVAL;
    return;
  }
  rig_.user().poke(region->at + change.address, std::span(change.bytes).first(change.size));
  rig_.event(contract::EventKind::memory_changed,
             static_cast<std::uint32_t>(field(op, "of")->number));
}

std::optional<Call> StepCalls::group_call(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto group = static_cast<std::uint32_t>(ref(op, "group"));
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::group_create:
      return group_create(step);
    case NodeType::group_destroy:
      return step_ioctl(step, uapi::kIoctlGroupDestroy,
                        uapi::GroupDestroy{.group_handle = group, .pad = small(op, "pad")});
    case NodeType::group_get_state:
      return step_ioctl(
          step, uapi::kIoctlGroupGetState,
          uapi::GroupGetState{
              .group_handle = group, .state = 0, .fatal_queues = 0, .pad = small(op, "pad")});
    case NodeType::wait: {
      const StepState* const job = target(op, "job");
      const std::uint64_t handle = job != nullptr ? job->syncobj : number(op, "job");
      write(s.array.at, static_cast<std::uint32_t>(handle));
      uapi::SyncobjWait args{};
      args.handles = s.array.pointer;
      args.timeout_nsec = static_cast<std::int64_t>((rig_.now() + number(op, "timeout")).ns);
      args.count_handles = 1;
      args.flags = uapi::kSyncobjWaitForSubmit;
      return step_ioctl(step, uapi::kIoctlSyncobjWait, args);
    }
    case NodeType::raw_ioctl:
      return raw_ioctl(step);
    case NodeType::change_memory:
      change_memory(step);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace protm::steps
