// SPDX-License-Identifier: GPL-2.0-only
// The end of a run: content of buffers, then everything is given back so that leaks show.
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/steps/fields.h"
#include "sut-adapters/steps/step_runner.h"

namespace protm::steps {
namespace {

namespace uapi = vocab::uapi;
using contract::Call;
using contract::NodeType;
using contract::Record;
using contract::RecordKind;
using contract::SysCall;

/// Of a larger buffer only the first bytes are read: programs store near its start.
constexpr std::uint64_t kMostBytes = 64 << 10;

}  // namespace

void StepRunner::read_buffer(std::uint32_t step) {
  const StepState& s = states_[step];
  const auto r = run_call(
      rig_, sut_, pace_,
      calls_.ioctl(
          s.file, uapi::kIoctlBoMmapOffset,
          uapi::BoMmapOffset{.handle = static_cast<std::uint32_t>(s.made), .pad = 0, .offset = 0}));
  if (!r || *r != 0) return;  // NO_MMAP: nothing to see
  const std::uint64_t offset = calls_.read_back<uapi::BoMmapOffset>().offset;
  const std::uint64_t size = (number(program_.steps[step].op, "size") + 4095) / 4096 * 4096;
  std::vector<std::byte> bytes(std::min(size, kMostBytes));
  Call load = calls_.plain(SysCall::cpu_load_bytes, s.file, offset, 0);
  load.into = bytes;
  const auto done = run_call(rig_, sut_, pace_, load);
  if (!done || *done < 0) return;
  rig_.report(Record{.kind = RecordKind::buffer_content,
                     .a = step,
                     .b = static_cast<std::uint32_t>(bytes.size()),
                     .d = XXH64(bytes.data(), bytes.size(), 0)});
  for (const contract::Fact& f : program_.then) {
    if (f.kind != contract::FactKind::memory || f.step != step) continue;
    if (f.offset + 8 > bytes.size()) continue;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + f.offset, sizeof word);
    rig_.report(Record{
        .kind = RecordKind::buffer_content, .sub = 1, .a = step, .b = 8, .c = f.offset, .d = word});
  }
}

void StepRunner::read_buffers() {
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    const auto type = static_cast<NodeType>(program_.steps[i].op.type);
    if (type == NodeType::bo_create && states_[i].alive && states_[i].file != 0) read_buffer(i);
  }
}

void StepRunner::close_everything() {
  const auto give_back = [&](NodeType type, SysCall call) {
    for (std::uint32_t i = 0; i < states_.size(); ++i) {
      if (static_cast<NodeType>(program_.steps[i].op.type) != type || !states_[i].alive) continue;
      run_call(rig_, sut_, pace_, calls_.plain(call, states_[i].made));
      states_[i].alive = false;
    }
  };
  give_back(NodeType::heap_alloc, SysCall::buffer_put);
  give_back(NodeType::mmap, SysCall::munmap);
  give_back(NodeType::heap_ioctl, SysCall::close);
  give_back(NodeType::prime_export, SysCall::close);
  give_back(NodeType::syncobj_export, SysCall::close);
  give_back(NodeType::heap_open, SysCall::close);
  give_back(NodeType::open, SysCall::close);
  if (program_.boot == contract::Boot::probed && calls_.default_file != 0) {
    run_call(rig_, sut_, pace_, calls_.plain(SysCall::close, calls_.default_file));
  }
  settle(rig_, sut_, pace_, kSettleNs);
  for (std::uint32_t device = 0; device < program_.devices; ++device) {
    Call unbind = calls_.plain(SysCall::unbind);
    unbind.device = device;
    run_call(rig_, sut_, pace_, unbind);
  }
  give_back(NodeType::heap_find, SysCall::heap_put);
  give_back(NodeType::heap_register, SysCall::heap_unregister);
  if (owner_heap_ != 0) {
    run_call(rig_, sut_, pace_, calls_.plain(SysCall::heap_unregister, owner_heap_));
  }
  settle(rig_, sut_, pace_, kSettleNs);
}

}  // namespace protm::steps
