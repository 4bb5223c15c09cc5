// SPDX-License-Identifier: GPL-2.0-only
// The part of StepCalls that speaks to DRM core and the kernel's mm: PRIME, syncobjs, mappings.
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/steps/fields.h"
#include "sut-adapters/steps/step_calls.h"

namespace protm::steps {
namespace {

namespace uapi = vocab::uapi;
using contract::Call;
using contract::Node;
using contract::NodeType;
using contract::SysCall;

/// "8 KiB" in bytes.
std::uint64_t size_of(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (c == 'K') value <<= 10;
    if (c == 'M') value <<= 20;
  }
  return value;
}

}  // namespace

Call StepCalls::prime_call(std::uint32_t step) {
  const Node& op = program_.steps[step].op;
  uapi::PrimeHandle args{.handle = 0, .flags = small(op, "flags"), .fd = 0};
  if (static_cast<NodeType>(op.type) == NodeType::prime_export) {
    args.handle = static_cast<std::uint32_t>(ref(op, "bo"));
    return step_ioctl(step, uapi::kIoctlPrimeHandleToFd, args);
  }
  args.fd = static_cast<std::int32_t>(ref(op, "buffer"));
  return step_ioctl(step, uapi::kIoctlPrimeFdToHandle, args);
}

Call StepCalls::syncobj_array_call(std::uint32_t step) {
  const Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const auto& list = nodes(op, "syncobjs");
  const auto count = static_cast<std::uint32_t>(list.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    write(s.array.at + i * sizeof(std::uint32_t), static_cast<std::uint32_t>(ref(list[i],
                                                                                 "syncobj")));
    write(s.buffer.at + i * sizeof(std::uint64_t), number(list[i], "point"));
  }
  const auto until = [&] {
    return static_cast<std::int64_t>((rig_.now() + number(op, "timeout")).ns);
  };
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::syncobj_wait: {
      uapi::SyncobjWait args{};
      args.handles = s.array.pointer;
      args.timeout_nsec = until();
      args.count_handles = count;
      args.flags = small(op, "flags");
      return step_ioctl(step, uapi::kIoctlSyncobjWait, args);
    }
    case NodeType::syncobj_timeline_wait: {
      uapi::SyncobjTimelineWait args{};
      args.handles = s.array.pointer;
      args.points = s.buffer.pointer;
      args.timeout_nsec = until();
      args.count_handles = count;
      args.flags = small(op, "flags");
      return step_ioctl(step, uapi::kIoctlSyncobjTimelineWait, args);
    }
    case NodeType::syncobj_reset:
    case NodeType::syncobj_signal: {
      const bool reset = static_cast<NodeType>(op.type) == NodeType::syncobj_reset;
      return step_ioctl(step, reset ? uapi::kIoctlSyncobjReset : uapi::kIoctlSyncobjSignal,
                        uapi::SyncobjArray{.handles = s.array.pointer,
                                           .count_handles = count,
                                           .pad = small(op, "pad")});
    }
    default: {
      const bool query = static_cast<NodeType>(op.type) == NodeType::syncobj_query;
      return step_ioctl(step,
                        query ? uapi::kIoctlSyncobjQuery : uapi::kIoctlSyncobjTimelineSignal,
                        uapi::SyncobjTimelineArray{.handles = s.array.pointer,
                                                   .points = s.buffer.pointer,
                                                   .count_handles = count,
                                                   .flags = small(op, "flags")});
    }
  }
}

Call StepCalls::sync_fd_call(std::uint32_t step) {
  const Node& op = program_.steps[step].op;
  uapi::SyncobjHandle args{.handle = static_cast<std::uint32_t>(ref(op, "syncobj")),
                           .flags = small(op, "flags"),
                           .fd = 0,
                           .pad = small(op, "pad"),
                           .point = number(op, "point")};
  if (static_cast<NodeType>(op.type) == NodeType::syncobj_export) {
    return step_ioctl(step, uapi::kIoctlSyncobjHandleToFd, args);
  }
  args.fd = static_cast<std::int32_t>(ref(op, "fd"));
  return step_ioctl(step, uapi::kIoctlSyncobjFdToHandle, args);
}

Call StepCalls::syncobj_call(std::uint32_t step) {
  const Node& op = program_.steps[step].op;
  const auto handle = [&](std::string_view name) {
    return static_cast<std::uint32_t>(ref(op, name));
  };
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::syncobj_create:
      return step_ioctl(step, uapi::kIoctlSyncobjCreate,
                        uapi::SyncobjCreate{.handle = 0, .flags = small(op, "flags")});
    case NodeType::syncobj_destroy:
      return step_ioctl(step, uapi::kIoctlSyncobjDestroy,
                        uapi::SyncobjDestroy{.handle = handle("syncobj"),
                                             .pad = small(op, "pad")});
    case NodeType::syncobj_transfer:
      return step_ioctl(step, uapi::kIoctlSyncobjTransfer,
                        uapi::SyncobjTransfer{.src_handle = handle("from"),
                                              .dst_handle = handle("to"),
                                              .src_point = number(op, "from_point"),
                                              .dst_point = number(op, "to_point"),
                                              .flags = small(op, "flags"),
                                              .pad = small(op, "pad")});
    case NodeType::syncobj_export:
    case NodeType::syncobj_import:
      return sync_fd_call(step);
    default:
      return syncobj_array_call(step);
  }
}

std::optional<Call> StepCalls::mmap_call(std::uint32_t step) {
  const Node& op = program_.steps[step].op;
  StepState& s = states_[step];
  const bool own_offset = !absent(op, "offset");
  if (s.call == 0 && !own_offset) {
    return step_ioctl(step, uapi::kIoctlBoMmapOffset,
                      uapi::BoMmapOffset{.handle = static_cast<std::uint32_t>(ref(op, "bo")),
                                         .pad = 0,
                                         .offset = 0});
  }
  if (s.call > (own_offset ? 0u : 1u)) return std::nullopt;
  Call c = plain(SysCall::mmap, file_of(op), own_offset ? number(op, "offset") : s.mmap_offset,
                 number(op, "size"));
  c.args[3] = number(op, "flags");
  return c;
}

Call StepCalls::fdinfo_call(std::uint32_t step) {
  constexpr std::size_t kMostBytes = 2048;
  StepState& s = states_[step];
  s.text.resize(kMostBytes);
  Call c = plain(SysCall::fdinfo, file_of(program_.steps[step].op));
  c.into = std::as_writable_bytes(std::span(s.text));
  return c;
}

// Which keys there are, in their order, and three sizes; other numbers are the candidate's own.
void StepCalls::finish_fdinfo(std::uint32_t step) {
  constexpr std::array kSizes{std::string_view("drm-total-memory"),
                              std::string_view("drm-shared-memory"),
                              std::string_view("drm-resident-memory")};
  constexpr std::array kOther{std::string_view("drm-client-id"), std::string_view("drm-pdev"),
                              std::string_view("drm-client-name")};
  std::string keys;
  std::array<std::uint64_t, kSizes.size()> sizes{};
  std::string_view text(states_[step].text);
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::string_view key = line.substr(0, line.find(':'));
    if (!key.starts_with("drm-") && !key.starts_with("panthor-")) continue;
    if (std::find(kOther.begin(), kOther.end(), key) != kOther.end()) continue;
    keys.append(key).append("\n");
    const auto row = std::find(kSizes.begin(), kSizes.end(), key);
    if (row != kSizes.end()) {
      sizes[static_cast<std::size_t>(row - kSizes.begin())] = size_of(line.substr(key.size() + 1));
    }
  }
  output(step, 0, XXH64(keys.data(), keys.size(), 0));
  for (std::uint32_t i = 0; i < sizes.size(); ++i) output(step, i + 1, sizes[i]);
}

std::optional<Call> StepCalls::core_call(std::uint32_t step) {
  const Node& op = program_.steps[step].op;
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::prime_export:
    case NodeType::prime_import:
      return prime_call(step);
    case NodeType::munmap:
      return plain(SysCall::munmap, ref(op, "mapping"));
    case NodeType::map_read:
      return plain(SysCall::map_load64, ref(op, "mapping"), number(op, "offset"));
    case NodeType::map_write:
      return plain(SysCall::map_store64, ref(op, "mapping"), number(op, "offset"),
                   number(op, "value"));
    case NodeType::fdinfo:
      return fdinfo_call(step);
    case NodeType::sync_fd_close:
      return plain(SysCall::close, ref(op, "fd"));
    default:
      return syncobj_call(step);
  }
}

// What the calls left in user memory; of a refused call nothing is compared.
void StepCalls::finish_core(std::uint32_t step) {
  StepState& s = states_[step];
  const Node& op = program_.steps[step].op;
  s.alive = s.result >= 0;
  if (!s.alive) return;
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::prime_export:
      s.made = static_cast<std::uint64_t>(read<uapi::PrimeHandle>(s.args.at).fd);
      break;
    case NodeType::prime_import:
      s.made = read<uapi::PrimeHandle>(s.args.at).handle;
      output(step, 0, s.made);
      break;
    case NodeType::syncobj_wait:
      output(step, 0, read<uapi::SyncobjWait>(s.args.at).first_signaled);
      break;
    case NodeType::syncobj_timeline_wait:
      output(step, 0, read<uapi::SyncobjTimelineWait>(s.args.at).first_signaled);
      break;
    case NodeType::syncobj_query:
      for (std::uint32_t i = 0; i < nodes(op, "syncobjs").size(); ++i) {
        output(step, i, read<std::uint64_t>(s.buffer.at + i * sizeof(std::uint64_t)));
      }
      break;
    case NodeType::syncobj_export:
      s.made = static_cast<std::uint64_t>(read<uapi::SyncobjHandle>(s.args.at).fd);
      break;
    default:
      s.made = read<uapi::SyncobjHandle>(s.args.at).handle;
      output(step, 0, s.made);
      break;
  }
}

}  // namespace protm::steps
