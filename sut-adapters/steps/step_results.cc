// SPDX-License-Identifier: GPL-2.0-only
// The other half of StepCalls: what comes back from the kernel.
#include <xxhash.h>

#include <array>

#include "gpu-model/vocab/tiler_heap.h"
#include "gpu-model/vocab/uapi.h"
#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/steps/fields.h"
#include "sut-adapters/steps/step_calls.h"
#include "sut-adapters/steps/user_regions.h"

namespace protm::steps {
namespace {

namespace uapi = vocab::uapi;
using contract::NodeType;
using contract::Record;
using contract::RecordKind;

/// Bytes of a query's reply that no two runs need to agree on.
constexpr std::uint32_t kTimestampQuery = uapi::kDevQueryTimestampInfo;
/// Words of a raw ioctl's struct that facts can ask for, and of its array behind those.
constexpr std::uint32_t kRawWords = 8;

}  // namespace

void StepCalls::output(std::uint32_t step, std::uint32_t field, std::uint64_t value,
                       std::uint16_t sub) {
  rig_.report(Record{.kind = RecordKind::user_write,
                     .sub = sub,
                     .a = program_.steps[step].actor,
                     .b = step,
                     .c = field,
                     .d = value});
}

bool StepCalls::took(std::uint32_t step, std::int64_t result) {
  const auto type = static_cast<NodeType>(program_.steps[step].op.type);
  StepState& s = states_[step];
  const std::uint32_t call = s.call++;
  if (type == NodeType::open && call > 0) {
    states_[s.submit].syncobj = result == 0 ? read<uapi::SyncobjCreate>(s.args.at).handle : 0;
    return true;
  }
  s.result = result;
  if (result < 0) return false;
  switch (type) {
    case NodeType::stream_area:
      if (call == 0) {
        s.made = read<uapi::BoCreate>(s.args.at).handle;
        s.alive = true;
      }
      if (call == 2) s.mmap_offset = read<uapi::BoMmapOffset>(s.args.at).offset;
      break;
    case NodeType::mmap:
      if (call == 1 || !absent(program_.steps[step].op, "offset")) {
        s.made = static_cast<std::uint64_t>(result);
        s.alive = true;
        s.result = 0;   // where it lies is the candidate's own
        break;
      }
      [[fallthrough]];
    case NodeType::cpu_write:
    case NodeType::cpu_read:
    case NodeType::bo_mmap_offset:
      if (call == 0) s.mmap_offset = read<uapi::BoMmapOffset>(s.args.at).offset;
      break;
    case NodeType::fdinfo:
      s.text.resize(static_cast<std::size_t>(result));
      s.result = 0;
      break;
    case NodeType::open:
    case NodeType::heap_open:
    case NodeType::heap_register:
    case NodeType::heap_find:
    case NodeType::heap_alloc:
      s.made = static_cast<std::uint64_t>(result);
      s.alive = result != 0;
      // Handles are the Sut's own numbers; only "there or not" is a result.
      if (type != NodeType::open && type != NodeType::heap_open) s.result = result != 0 ? 1 : 0;
      break;
    case NodeType::heap_ioctl:
      s.made = read<uapi::DmaHeapAllocation>(s.args.at).fd;
      s.alive = s.made != 0;  // a command that reads nothing back says no number
      break;
    default:
      break;
  }
  return true;
}

void StepCalls::finish_query(std::uint32_t step) {
  const StepState& s = states_[step];
  if (s.result < 0) return;
  const auto args = read<uapi::DevQuery>(s.args.at);
  output(step, 0, args.size);
  if (args.pointer == 0) return;
  if (args.type == kTimestampQuery) return finish_timestamp(step);
  std::array<std::byte, 256> reply{};
  const std::size_t bytes = std::min<std::size_t>(args.size, reply.size());
  rig_.user().peek(s.buffer.at, std::span(reply).first(bytes));
  output(step, 1, XXH64(reply.data(), bytes, 0));
  output(step, 2, read<std::uint32_t>(s.buffer.at));
  // A kernel tree may have given that number to the posted series' query.
  if (number(program_.steps[step].op, "what") != uapi::kDevQueryProtmState) return;
  const auto state = read<uapi::ProtmState>(s.buffer.at);
  output(step, 3, state.section_size);
  output(step, 4, state.suspend_size);
}

// What time it is differs from run to run: only facts ask, which times were given and how often the
// low half of the GPU's has gone round.
void StepCalls::finish_timestamp(std::uint32_t step) {
  const auto info = read<uapi::TimestampInfo>(states_[step].buffer.at);
  const bool cpu = info.cpu_timestamp_sec != 0 || info.cpu_timestamp_nsec != 0;
  const std::uint64_t clock = info.current_timestamp;
  const std::uint64_t fields[] = {info.flags, clock != 0 ? 1 + (clock >> 32) : 0,
                                  info.timestamp_offset, info.cycle_count != 0 ? 1u : 0u,
                                  cpu ? 1u : 0u};
  std::uint32_t field = 0;
  for (const std::uint64_t value : fields) output(step, ++field, value, contract::kOnlyForFacts);
}

// Struct and array as they are now, word by word. What they mean depends on the command, so only
// facts ask.
void StepCalls::finish_raw(std::uint32_t step) {
  const auto words = [&](const char* name, std::uint64_t address, std::uint32_t first) {
    const std::size_t bytes = content_size(nodes(program_.steps[step].op, name));
    for (std::uint32_t i = 0; i * 8 < bytes && i < kRawWords; ++i) {
      output(step, first + i, read<std::uint64_t>(address + i * 8), contract::kOnlyForFacts);
    }
  };
  words("args", states_[step].args.at, 0);
  words("array", states_[step].array.at, kRawWords);
}

void StepCalls::finish_maker(std::uint32_t step) {
  StepState& s = states_[step];
  s.alive = s.result >= 0;
  const auto makes = [&](std::uint64_t handle) { s.made = s.alive ? handle : 0; };
  switch (static_cast<NodeType>(program_.steps[step].op.type)) {
    case NodeType::vm_create: {
      const auto args = read<uapi::VmCreate>(s.args.at);
      makes(args.id);
      output(step, 0, args.id);
      output(step, 1, args.user_va_range);
      break;
    }
    case NodeType::bo_create: {
      const auto args = read<uapi::BoCreate>(s.args.at);
      makes(args.handle);
      output(step, 0, args.size);
      output(step, 1, args.handle);
      break;
    }
    case NodeType::tiler_heap_create: {
      const auto args = read<uapi::TilerHeapCreate>(s.args.at);
      makes(args.handle);
      s.heap_context = s.alive ? args.tiler_heap_ctx_gpu_va : 0;
      s.heap_chunk = s.alive ? vocab::tiler_heap::chunk_word(args.first_heap_chunk_gpu_va,
                                                             args.chunk_size)
                             : 0;
      output(step, 0, args.handle);
      output(step, 1, args.tiler_heap_ctx_gpu_va);
      output(step, 2, args.first_heap_chunk_gpu_va);
      break;
    }
    case NodeType::group_create:
      makes(read<uapi::GroupCreate>(s.args.at).group_handle);
      output(step, 0, s.made);
      break;
    case NodeType::syncobj_create:
      makes(read<uapi::SyncobjCreate>(s.args.at).handle);
      break;
    default:  // group_submit: the job is its step
      break;
  }
}

void StepCalls::finish_reader(std::uint32_t step) {
  const StepState& s = states_[step];
  switch (static_cast<NodeType>(program_.steps[step].op.type)) {
    case NodeType::vm_get_state:
      output(step, 0, read<uapi::VmGetState>(s.args.at).state);
      break;
    case NodeType::vm_bind:
      output(step, 0, read<uapi::VmBind>(s.args.at).ops.count);
      break;
    case NodeType::bo_query_info: {
      const auto args = read<uapi::BoQueryInfo>(s.args.at);
      output(step, 0, args.create_flags);
      output(step, 1, args.extra_flags);
      output(step, 2, args.pad);
      break;
    }
    case NodeType::cpu_read:
      output(step, 0, s.output);
      break;
    case NodeType::group_get_state: {
      const auto args = read<uapi::GroupGetState>(s.args.at);
      output(step, 0, args.state);
      output(step, 1, args.fatal_queues);
      break;
    }
    case NodeType::heap_ioctl:
      if (s.result >= 0) output(step, 0, s.made);
      break;
    case NodeType::dev_query:
      finish_query(step);
      break;
    case NodeType::raw_ioctl:
      finish_raw(step);
      break;
    case NodeType::map_read:
      output(step, 0, s.output);
      break;
    case NodeType::fdinfo:
      finish_fdinfo(step);
      break;
    case NodeType::prime_export:
    case NodeType::prime_import:
    case NodeType::syncobj_wait:
    case NodeType::syncobj_timeline_wait:
    case NodeType::syncobj_query:
    case NodeType::syncobj_export:
    case NodeType::syncobj_import:
      finish_core(step);
      break;
    default:
      break;
  }
}

std::string_view StepCalls::gives_back(NodeType type) {
  switch (type) {
    case NodeType::heap_unregister:
    case NodeType::heap_put:
      return "heap";
    case NodeType::buffer_put:
    case NodeType::buffer_close:
      return "buffer";
    case NodeType::vm_destroy:
      return "vm";
    case NodeType::gem_close:
      return "bo";
    case NodeType::syncobj_destroy:
      return "syncobj";
    case NodeType::munmap:
      return "mapping";
    case NodeType::sync_fd_close:
      return "fd";
    case NodeType::group_destroy:
      return "group";
    case NodeType::tiler_heap_destroy:
      return "heap";
    case NodeType::close:
    case NodeType::heap_close:
      return "file";
    default:
      return {};
  }
}

void StepCalls::finish(std::uint32_t step) {
  const contract::Node& op = program_.steps[step].op;
  const auto type = static_cast<NodeType>(op.type);
  if (const std::string_view name = gives_back(type); !name.empty()) {
    StepState* const t = target(op, name);
    // A call that ran before its target was made has ended nothing.
    const bool same = t != nullptr && t->made == states_[step].ends &&
                      contract::names_its_kind_of_buffer(program_, op);
    if (states_[step].result >= 0 && same) t->alive = false;
    return;
  }
  switch (type) {
    case NodeType::vm_create:
    case NodeType::bo_create:
    case NodeType::group_create:
    case NodeType::group_submit:
    case NodeType::syncobj_create:
    case NodeType::tiler_heap_create:
      finish_maker(step);
      break;
    default:
      finish_reader(step);
      break;
  }
}

}  // namespace protm::steps
