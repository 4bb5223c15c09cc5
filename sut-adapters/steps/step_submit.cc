// SPDX-License-Identifier: GPL-2.0-only
// The part of StepCalls that submits: streams in the VM's area, jobs, and the syncs of jobs and
// binds.
#include <algorithm>
#include <array>

#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/steps/fields.h"
#include "sut-adapters/steps/step_calls.h"
#include "sut-adapters/steps/stream.h"

namespace protm::steps {
namespace {

namespace uapi = vocab::uapi;
using contract::Call;
using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::SysCall;
using contract::Value;

/// A submit's streams lie at its step's place in the area, so its last job's VA tells the step.
constexpr std::uint64_t kStreamBytes = 1024;
constexpr std::size_t kStreamWords = kStreamBytes / sizeof(std::uint64_t);
/// What a stream's address is a multiple of.
constexpr std::size_t kAlignWords = 8;

/// The jobs of a submit: its own, then those of `more`.
std::vector<const Node*> jobs_of(const Node& submit) {
  std::vector<const Node*> jobs{&submit};
  for (const Node& job : nodes(submit, "more")) jobs.push_back(&job);
  return jobs;
}

std::uint32_t sync_flags(const Node& sync) {
  if (!absent(sync, "flags")) return small(sync, "flags");
  const bool signal = static_cast<NodeType>(sync.type) == NodeType::sync_signal;
  const std::uint32_t type = absent(sync, "point") ? uapi::kSyncOpHandleTypeSyncobj
                                                   : uapi::kSyncOpHandleTypeTimelineSyncobj;
  return type | (signal ? uapi::kSyncOpSignal : uapi::kSyncOpWait);
}

}  // namespace

std::uint32_t StepCalls::area_of_vm(std::uint32_t vm_step) const {
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    const contract::Node& op = program_.steps[i].op;
    if (static_cast<NodeType>(op.type) != NodeType::stream_area) continue;
    const Value* const vm = field(op, "vm");
    if (vm->kind != Value::Kind::ref || vm->number != vm_step) continue;
    if (states_[i].phase == StepPhase::done && states_[i].result >= 0) return i;
  }
  return kNoStep;
}

uapi::ObjArray StepCalls::write_syncs(const Node& op, std::uint64_t at,
                                      std::optional<std::uint64_t> own) {
  std::array<uapi::SyncOp, kMostSyncs> syncs{};
  std::uint32_t count = 0;
  const auto add = [&](std::uint32_t flags, std::uint64_t handle, std::uint64_t point) {
    if (count + (own ? 1 : 0) >= syncs.size()) return;  // the own one has room
    syncs[count++] = uapi::SyncOp{.flags = flags,
                                  .handle = static_cast<std::uint32_t>(handle),
                                  .timeline_value = point};
  };
  if (!absent(op, "wait")) {
    const StepState* const job = target(op, "wait");
    add(uapi::kSyncOpWait, job != nullptr ? job->syncobj : number(op, "wait"), 0);
  }
  if (!absent(op, "signal")) add(uapi::kSyncOpSignal, ref(op, "signal"), 0);
  for (const Node& sync : nodes(op, "syncs")) {
    add(sync_flags(sync), ref(sync, "syncobj"), number(sync, "point"));
  }
  if (own) {
    syncs[count++] = uapi::SyncOp{.flags = uapi::kSyncOpSignal,
                                  .handle = static_cast<std::uint32_t>(*own),
                                  .timeline_value = 0};
  }
  if (count == 0) return {};
  write(at, syncs);
  return {.stride = sizeof(uapi::SyncOp), .count = count, .array = at};
}

uapi::QueueSubmit StepCalls::queue_submit(const Node& job, std::uint32_t step, std::size_t nth,
                                          std::uint64_t stream_va) {
  StepState& s = states_[step];
  const std::uint64_t words = s.streams[nth + 1] - s.streams[nth];
  const std::uint64_t bytes = words * sizeof(std::uint64_t);
  const bool own_size = !absent(job, "stream_size");
  const bool last = nth + 2 == s.streams.size();
  uapi::ObjArray syncs = write_syncs(job, s.buffer.at + nth * kSyncsBytes,
                                     last ? std::optional(s.syncobj) : std::nullopt);
  // The first job's are the region that a case may place oddly.
  if (nth == 0 && syncs.count != 0) syncs.array = s.buffer.pointer;
  const std::uint64_t va = absent(job, "stream_addr")
                               ? stream_va + s.streams[nth] * sizeof(std::uint64_t)
                               : number(job, "stream_addr");
  return uapi::QueueSubmit{
      .queue_index = small(job, "queue"),
      .stream_size = own_size ? small(job, "stream_size") : static_cast<std::uint32_t>(bytes),
      .stream_addr = bytes == 0 && !own_size ? 0 : va,
      .latest_flush = small(job, "latest_flush"),
      .pad = nth == 0 ? 0 : small(job, "pad"),
      .syncs = syncs};
}

Call StepCalls::submit_ioctl(std::uint32_t step, std::uint64_t stream_va) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto jobs = jobs_of(op);
  const auto stride = small(op, "stride");
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    write(s.array.at + i * std::min<std::uint64_t>(stride, kArrayItemRegionBytes),
          queue_submit(*jobs[i], step, i, stream_va));
  }
  return step_ioctl(
      step, uapi::kIoctlGroupSubmit,
      uapi::GroupSubmit{.group_handle = static_cast<std::uint32_t>(ref(op, "group")),
                        .pad = small(op, "pad"),
                        .queue_submits = {.stride = stride,
                                          .count = static_cast<std::uint32_t>(jobs.size()),
                                          .array = s.array.pointer}});
}

std::optional<Call> StepCalls::group_submit(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const Value* const group = field(op, "group");
  std::uint32_t vm_step = kNoStep;
  if (group->kind == Value::Kind::ref) {
    const Value* const vm = field(program_.steps[group->number].op, "vm");
    if (vm != nullptr && vm->kind == Value::Kind::ref) {
      vm_step = static_cast<std::uint32_t>(vm->number);
    }
  }
  const std::uint32_t area = area_of_vm(vm_step);
  const bool own_address = !absent(op, "stream_addr");
  const std::uint64_t place = step * kStreamBytes;
  const std::uint64_t va =
      area == kNoStep ? 0 : number(program_.steps[area].op, "va") + place;
  const auto heap_of = [this](const Node& node) {
    const StepState* const heap = target(node, "heap");
    if (heap != nullptr) return TilerHeapWords{heap->heap_context, heap->heap_chunk};
    return TilerHeapWords{number(node, "heap"), 0};
  };
  if (s.call == 0) {
    for (const Node* const job : jobs_of(op)) {
      s.words.resize((s.words.size() + kAlignWords - 1) / kAlignWords * kAlignWords);
      s.streams.push_back(static_cast<std::uint32_t>(s.words.size()));
      const auto words = assemble(nodes(*job, "stream"), program_.machine, heap_of);
      s.words.insert(s.words.end(), words.begin(), words.end());
      s.words.resize(std::min(s.words.size(), kStreamWords));
    }
    s.streams.push_back(static_cast<std::uint32_t>(s.words.size()));
    if (!own_address && area != kNoStep && !s.words.empty()) {
      const auto group_step = static_cast<std::uint32_t>(group->number);
      for (std::size_t job = 0; job + 1 < s.streams.size(); ++job) {
        // The step's fence is its last job's; the others tell where the group is.
        const bool last = job + 2 == s.streams.size();
        const std::uint64_t offset = s.streams[job] * sizeof(std::uint64_t);
        rig_.map_job(va + offset, last ? step : kNoStep, group_step,
                     contract::device_of_step(program_, step));
      }
      Call c = plain(SysCall::cpu_store_bytes, file_of(op), states_[area].mmap_offset, place);
      c.bytes = std::as_bytes(std::span(s.words));
      return c;
    }
    ++s.call;
  }
  if (s.call == 1) return submit_ioctl(step, va);
  return std::nullopt;
}

}  // namespace protm::steps
