// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/user_regions.h"

#include <algorithm>
#include <array>

#include "sut-adapters/steps/fields.h"

namespace protm::steps {
namespace {

using contract::Node;
using contract::NodeType;
using contract::UserRegion;
using contract::Value;

constexpr std::uint64_t kBadPointer = 0x10;  // below the first user region: always faults
constexpr std::uint64_t kArgBytes = 128;
constexpr std::uint64_t kWordBytes = 8;

/// What one region of a step asks for.
struct Request {
  std::uint64_t bytes = 0;
  rig::Placement placement;
  bool null = false, bad = false;
  std::vector<rig::MemoryChange> changes;  ///< address = offset
};

void take(const Node& item, Request& request) {
  switch (static_cast<NodeType>(item.type)) {
    case NodeType::memory_null:
      request.null = true;
      break;
    case NodeType::memory_bad:
      request.bad = true;
      break;
    case NodeType::memory_readonly:
      request.placement.readonly = true;
      break;
    case NodeType::memory_fault:
      request.placement.fault_after = std::min(request.placement.fault_after,
                                               number(item, "after"));
      break;
    default:
      request.changes.push_back(change_of(item));
      // The change lies in the region even where the struct is shorter.
      request.bytes = std::max(request.bytes, request.changes.back().address + kWordBytes);
      break;
  }
}

std::array<Request, 3> requests_of(const Node& op) {
  std::array<Request, 3> requests;
  const auto of = [&](UserRegion region) -> Request& {
    return requests[static_cast<std::size_t>(region)];
  };
  std::uint64_t items = 1;
  for (const Value& v : op.fields) items = std::max<std::uint64_t>(items, v.list.size());
  of(UserRegion::args).bytes = kArgBytes;
  of(UserRegion::array).bytes = items * kArrayItemRegionBytes;
  of(UserRegion::buffer).bytes = kReplyRegionBytes;
  if (static_cast<NodeType>(op.type) == NodeType::bo_set_label) {
    of(UserRegion::buffer).bytes = number(op, "label") + 1;
  }
  const auto type = static_cast<NodeType>(op.type);
  if (type == NodeType::vm_bind) {
    of(UserRegion::buffer).bytes = std::max(kReplyRegionBytes, items * kSyncsBytes);
  }
  if (type == NodeType::group_submit) {
    // What a stream is made of is no array of the call.
    items = nodes(op, "more").size() + 1;
    of(UserRegion::array).bytes = items * kArrayItemRegionBytes;
    of(UserRegion::buffer).bytes = std::max(kReplyRegionBytes, items * kSyncsBytes);
  }
  if (contract::field_index(contract::node_info(type), "syncobjs")) {
    of(UserRegion::buffer).bytes = std::max(kReplyRegionBytes, items * kWordBytes);
  }
  if (static_cast<NodeType>(op.type) == NodeType::raw_ioctl) {
    of(UserRegion::args).bytes = std::max(kArgBytes, content_size(nodes(op, "args")));
    of(UserRegion::array).bytes = std::max(kArrayItemRegionBytes, content_size(nodes(op, "array")));
  }
  const auto& info = contract::node_info(static_cast<NodeType>(op.type));
  for (std::size_t i = 0; i < info.fields.size() && i < op.fields.size(); ++i) {
    if (op.fields[i].kind != Value::Kind::list) continue;
    const auto region = contract::region_of_field(info.fields[i].name);
    if (!region) continue;
    for (const Node& item : op.fields[i].list) take(item, of(region->region));
  }
  return requests;
}

UserRegionAt place(const Request& request, std::uint32_t step, rig::UserMemoryImpl& user) {
  UserRegionAt region;
  region.at = user.map(request.bytes, request.placement);
  region.pointer = request.null ? 0 : request.bad ? kBadPointer : region.at;
  region.bytes = request.bytes;
  for (rig::MemoryChange change : request.changes) {
    change.address += region.at;
    change.step = step;
    user.change_later(change);
  }
  return region;
}

}  // namespace

void reserve_regions(const contract::Program& program, std::uint32_t step, StepState& state,
                     rig::UserMemoryImpl& user) {
  const std::array<Request, 3> requests = requests_of(program.steps[step].op);
  state.args = place(requests[static_cast<std::size_t>(UserRegion::args)], step, user);
  state.array = place(requests[static_cast<std::size_t>(UserRegion::array)], step, user);
  state.buffer = place(requests[static_cast<std::size_t>(UserRegion::buffer)], step, user);
}

std::uint64_t content_size(const std::vector<Node>& list) {
  std::uint64_t bytes = 0;
  for (const Node& node : list) {
    switch (static_cast<NodeType>(node.type)) {
      case NodeType::content_u8: bytes += 1; break;
      case NodeType::content_u16: bytes += 2; break;
      case NodeType::content_u32:
      case NodeType::content_handle: bytes += 4; break;
      case NodeType::content_fill: bytes += number(node, "bytes"); break;
      default: bytes += kWordBytes; break;
    }
  }
  return bytes;
}

std::vector<std::byte> content_bytes(const std::vector<Node>& list, std::uint64_t array,
                                     const std::vector<StepState>& states) {
  std::vector<std::byte> bytes;
  bytes.reserve(content_size(list));
  const auto add = [&](std::uint64_t value, std::uint32_t size) {
    for (std::uint32_t i = 0; i < size; ++i) bytes.push_back(std::byte(value >> (8 * i) & 0xff));
  };
  for (const Node& node : list) {
    switch (static_cast<NodeType>(node.type)) {
      case NodeType::content_u8:
        add(number(node, "value"), 1);
        break;
      case NodeType::content_u16:
        add(number(node, "value"), 2);
        break;
      case NodeType::content_u32:
        add(number(node, "value"), 4);
        break;
      case NodeType::content_fill:
        bytes.insert(bytes.end(), number(node, "bytes"), std::byte(number(node, "value") & 0xff));
        break;
      case NodeType::content_array_address:
        add(array + number(node, "offset"), kWordBytes);
        break;
      case NodeType::content_handle: {
        const Value& of = *field(node, "of");
        const bool known = of.kind == Value::Kind::ref && of.number < states.size();
        add(known ? states[of.number].made : of.number, 4);
        break;
      }
      default:
        add(number(node, "value"), kWordBytes);
        break;
    }
  }
  return bytes;
}

rig::MemoryChange change_of(const Node& node) {
  rig::MemoryChange change;
  change.address = number(node, "offset");
  change.size = 1u << std::min<std::uint64_t>(number(node, "as"), 3);
  const std::uint64_t value = number(node, "value");
  for (std::uint32_t i = 0; i < change.size; ++i) {
    change.bytes[i] = std::byte(value >> (8 * i) & 0xff);
  }
  change.fetch = std::max<std::uint32_t>(1, small(node, "fetch"));
  return change;
}

const UserRegionAt* changed_region(const contract::Program& program, const Node& change,
                                   const std::vector<StepState>& states) {
  const Value* const of = field(change, "of");
  if (of->kind != Value::Kind::ref || of->number >= states.size()) return nullptr;
  const std::uint64_t row = number(change, "memory");
  const auto target = static_cast<NodeType>(program.steps[of->number].op.type);
  if (!contract::has_region(target, row)) return nullptr;
  const StepState& state = states[of->number];
  switch (contract::region_table()[row].region) {
    case UserRegion::args:
      return &state.args;
    case UserRegion::array:
      return &state.array;
    default:
      return &state.buffer;
  }
}

}  // namespace protm::steps
