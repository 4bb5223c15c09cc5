// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/needs.h"

#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::contract {
namespace {

/// Steps that a dma-heap without in-kernel accessors can take.
bool is_device_step(NodeType type) {
  return type == NodeType::heap_register || type == NodeType::heap_open ||
         type == NodeType::heap_ioctl || type == NodeType::heap_close ||
         type == NodeType::buffer_close;
}

}  // namespace

std::uint32_t needed_by(const Program& program) {
  std::uint32_t needs = 0;
  if (program.devices > 1) needs = needs | Capability::two_devices;
  for (const Step& s : program.steps) {
    const auto type = static_cast<NodeType>(s.op.type);
    if (type < NodeType::load) {
      needs = needs | (is_device_step(type) ? Capability::heap_device : Capability::heap_core);
    }
    if (type == NodeType::unload) needs = needs | Capability::modules;
    if (type == NodeType::suspend) needs = needs | Capability::system_sleep;
    if (type == NodeType::reclaim) needs = needs | Capability::reclaim;
    const bool state = type == NodeType::dev_query &&
                       field_number(s.op, "what") == vocab::uapi::kDevQueryProtmState;
    const bool suspend = type == NodeType::group_create &&
                         s.op.fields[*field_index(node_info(type), "protm_suspend")].kind !=
                             Value::Kind::absent;
    if (type == NodeType::protm_init || state || suspend) needs = needs | Capability::user_buffers;
    const bool query = type == NodeType::dev_query &&
                       field_number(s.op, "what") == vocab::uapi::kDevQueryProtectedInfo;
    const bool group = type == NodeType::group_create && field_number(s.op, "flags") != 0;
    if (query || group || uses_instruction(s.op, NodeType::i_prot_region)) {
      needs = needs | Capability::protm;
    }
  }
  return needs;
}

}  // namespace protm::contract
