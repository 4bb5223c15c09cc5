// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/binary_code.h"

#include <algorithm>

#include "conformance/format/case_words.h"
#include "conformance/format/node_words.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::format {

using contract::FieldType;
using contract::Makes;
using contract::NodeGroup;
using contract::NodeType;

namespace {

// Tags of a number: nothing, small, one more byte, two, a value that often matters, four, eight.
constexpr std::uint8_t kSmall = 0x60, kByte = 0xa0, kTwo = 0xc0, kOdd = 0xd0, kFour = 0xe0,
                       kEight = 0xf0;
constexpr std::uint64_t kSmallCount = kByte - kSmall;

/// Edges of 32, 48 and 64 bits, of pages, and of the user VA range.
constexpr std::array<std::uint64_t, 16> kOddValues{
    UINT64_MAX,      UINT64_MAX - 1,     UINT64_MAX - 4095,     1ull << 63,
    1ull << 48,      (1ull << 48) - 4096, 1ull << 47,           1ull << 32,
    (1ull << 32) - 1, (1ull << 31),      (1ull << 32) - 4096,   4095,
    4097,            (1ull << 32) + 4096, 1ull << 21,           (1ull << 47) - 4096};

std::uint64_t clamped(std::uint64_t value, const Scale& scale) {
  return value <= scale.max ? value : value % (scale.max + 1);
}

}  // namespace

Scale scale_of(const contract::FieldInfo& field) {
  switch (field.type) {
    case FieldType::size:
      return Scale{.base = kSizeScale.base, .unit = kSizeScale.unit, .max = field.max};
    case FieldType::time: return kTimeScale;
    case FieldType::va: return Scale{.base = kFirstVa, .unit = 4096, .max = field.max};
    default: return Scale{.base = 0, .unit = 1, .max = field.max};
  }
}

std::optional<std::uint64_t> read_tagged(ByteReader& in, const Scale& scale) {
  const std::uint8_t tag = in.u8();
  if (tag < kSmall) return std::nullopt;
  if (tag < kByte) return clamped(scale.base + (tag - kSmall) * scale.unit, scale);
  if (tag < kTwo) return clamped(scale.base + (kSmallCount + in.u8()) * scale.unit, scale);
  if (tag < kOdd) return clamped(in.number(2), scale);
  if (tag < kFour) return clamped(kOddValues[tag - kOdd], scale);
  return clamped(in.number(tag < kEight ? 4 : 8), scale);
}

void write_tagged(ByteWriter& out, std::optional<std::uint64_t> value, const Scale& scale) {
  if (!value) return out.u8(0);
  const std::uint64_t number = clamped(*value, scale);
  const std::uint64_t above = number >= scale.base ? number - scale.base : UINT64_MAX;
  const std::uint64_t steps = above / scale.unit;
  const bool whole = number >= scale.base && above % scale.unit == 0;
  const auto odd = std::find(kOddValues.begin(), kOddValues.end(), number);
  if (whole && steps < kSmallCount) {
    out.u8(kSmall + steps);
  } else if (whole && steps < kSmallCount + 256) {
    out.u8(kByte);
    out.u8(steps - kSmallCount);
  } else if (odd != kOddValues.end()) {
    out.u8(kOdd + static_cast<std::uint64_t>(odd - kOddValues.begin()));
  } else {
    const std::uint32_t size = number <= UINT16_MAX ? 2 : number <= UINT32_MAX ? 4 : 8;
    out.u8(size == 2 ? kTwo : size == 4 ? kFour : kEight);
    out.number(number, size);
  }
}

std::span<const std::string_view> name_pool() {
  static constexpr std::array<std::string_view, 4> kNames{kDefaultHeapName, "system", "other", ""};
  return kNames;
}

std::span<const std::string_view> call_pool() {
  static constexpr std::array<std::string_view, 5> kCalls{"alloc", "heap_alloc", "page_alloc",
                                                          "prime_map", "fd"};
  return kCalls;
}

std::span<const std::string_view> role_pool() {
  static constexpr std::array<std::string_view, 8> kRoles{
      "kbo_va:protm_suspend", "kbo_va:suspend", "protected", "kbo", "bo", "vm", "group", "job"};
  return kRoles;
}

namespace {
constexpr std::uint8_t kOwnName = 0x60, kLiteral = 0xf0;
}

std::string read_text(ByteReader& in, std::span<const std::string_view> pool,
                      std::span<const std::string> own) {
  const std::uint8_t tag = in.u8();
  if (tag >= kOwnName && tag < kLiteral && !own.empty()) return own[tag % own.size()];
  if (tag < kLiteral) return std::string(pool[tag % pool.size()]);
  std::string text;
  for (std::uint32_t length = in.u8(); length > 0 && !in.exhausted(); --length) {
    const std::uint8_t byte = in.u8();
    const bool printable = byte == '\n' || (byte >= ' ' && byte <= '~');
    text += static_cast<char>(printable ? byte : 'a' + byte % 26);
  }
  return text;
}

void write_text(ByteWriter& out, std::string_view text, std::span<const std::string_view> pool) {
  const auto found = std::find(pool.begin(), pool.end(), text);
  if (found != pool.end()) {
    out.u8(static_cast<std::uint64_t>(found - pool.begin()));
    return;
  }
  text = text.substr(0, kTextMax);
  out.u8(kLiteral);
  out.u8(text.size());
  for (const char c : text) out.u8(static_cast<std::uint8_t>(c));
}

std::uint32_t operation_count() {
  static const std::uint32_t count = [] {
    std::uint32_t operations = 0;
    for (const auto& info : contract::node_table()) {
      if (info.group == NodeGroup::operation) ++operations;
    }
    return operations;
  }();
  return count;
}

std::uint32_t opcode_count() {
  return operation_count() + static_cast<std::uint32_t>(Extra::count);
}

namespace {

/// Groups of opcodes that swarm weights switch together.
enum class Swarm : std::uint8_t { heap, device, memory, groups, observe, faults, job, protm };

struct Weight {
  Swarm swarm;
  std::uint32_t weight;
};

/// Rare: what ends a run early, or makes most later steps fail.
Weight weight_of(NodeType type) {
  switch (type) {
    case NodeType::load:
    case NodeType::probe:
    case NodeType::unbind:
    case NodeType::suspend:
    case NodeType::resume:
    case NodeType::unplug:
    case NodeType::unload:
    case NodeType::close: return {Swarm::device, 1};
    case NodeType::open:
    case NodeType::raw_ioctl:
    case NodeType::syncobj_create:
    case NodeType::syncobj_destroy: return {Swarm::device, 2};
    case NodeType::syncobj_wait:
    case NodeType::syncobj_timeline_wait:
    case NodeType::syncobj_reset:
    case NodeType::syncobj_signal:
    case NodeType::syncobj_timeline_signal:
    case NodeType::syncobj_query:
    case NodeType::syncobj_transfer:
    case NodeType::syncobj_export:
    case NodeType::syncobj_import:
    case NodeType::sync_fd_close: return {Swarm::device, 1};
    case NodeType::vm_create:
    case NodeType::vm_bind:
    case NodeType::bo_create: return {Swarm::memory, 6};
    case NodeType::stream_area:
    case NodeType::bo_mmap_offset: return {Swarm::memory, 3};
    case NodeType::vm_destroy:
    case NodeType::gem_close: return {Swarm::memory, 2};
    case NodeType::group_create: return {Swarm::groups, 6};
    case NodeType::group_submit: return {Swarm::groups, 8};
    case NodeType::group_destroy: return {Swarm::groups, 2};
    case NodeType::dev_query:
    case NodeType::protm_init:
    case NodeType::vm_get_state:
    case NodeType::cpu_write:
    case NodeType::cpu_read:
    case NodeType::group_get_state:
    case NodeType::wait:
    case NodeType::sleep: return {Swarm::observe, 3};
    case NodeType::change_memory: return {Swarm::observe, 1};
    case NodeType::bo_set_label:
    case NodeType::bo_query_info:
    case NodeType::bo_sync:
    case NodeType::prime_export:
    case NodeType::prime_import:
    case NodeType::mmap:
    case NodeType::munmap:
    case NodeType::map_read:
    case NodeType::map_write:
    case NodeType::fdinfo:
    case NodeType::set_user_mmio_offset: return {Swarm::memory, 1};
    // Most candidates could not run the whole Program.
    case NodeType::reclaim: return {Swarm::memory, 0};
    // The life of a heap takes several of these in a row.
    case NodeType::heap_register:
    case NodeType::heap_open:
    case NodeType::heap_ioctl:
    case NodeType::heap_put:
    case NodeType::heap_unregister: return {Swarm::heap, 4};
    default: return {Swarm::heap, 1};
  }
}

Weight weight_of(std::uint32_t opcode) {
  if (opcode < operation_count()) return weight_of(static_cast<NodeType>(opcode));
  switch (static_cast<Extra>(opcode - operation_count())) {
    case Extra::machine_fault:
    case Extra::call_fault: return {Swarm::faults, 1};
    case Extra::job: return {Swarm::job, 16};
    case Extra::turn:
    case Extra::explore: return {Swarm::protm, 0};
    default: return {Swarm::protm, 12};
  }
}

}  // namespace

OpcodeMap::OpcodeMap(std::uint16_t swarm) {
  const std::uint32_t count = opcode_count();
  std::vector<std::uint32_t> weights(count, 1);
  std::uint32_t total = 0;
  for (std::uint32_t i = 0; swarm != 0 && i < count; ++i) {
    constexpr std::array<std::uint32_t, 4> kFactors{0, 1, 2, 5};
    const Weight weight = weight_of(i);
    const auto shift = 2 * static_cast<std::uint32_t>(weight.swarm);
    weights[i] = weight.weight * kFactors[(swarm >> shift) & 3];
    total += weights[i];
  }
  std::uint32_t opcode = 0;
  std::uint32_t below = 0;   // weight of the opcodes before this one
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    of_byte_[byte] = static_cast<std::uint8_t>(byte % count);
    if (swarm == 0 || total == 0) continue;
    while (byte * total / 256 >= below + weights[opcode]) below += weights[opcode++];
    of_byte_[byte] = static_cast<std::uint8_t>(opcode);
  }
}

RefClass ref_class(std::uint8_t tag, bool required) {
  if (tag < 0x98) return required ? RefClass::live : RefClass::absent;
  if (tag < 0xe0) return RefClass::live;
  if (tag < 0xec) return RefClass::dead;
  return tag < 0xf8 ? RefClass::later : RefClass::raw;
}

std::uint8_t ref_tag(RefClass ref_class) {
  switch (ref_class) {
    case RefClass::absent: return 0;
    case RefClass::live: return 0x98;
    case RefClass::dead: return 0xe0;
    case RefClass::later: return 0xec;
    case RefClass::raw: break;
  }
  return 0xf8;
}

namespace {

/// Whether the operation gives up the object that its first field names.
bool gives_up(NodeType type) {
  switch (type) {
    case NodeType::heap_unregister:
    case NodeType::heap_put:
    case NodeType::buffer_put:
    case NodeType::heap_close:
    case NodeType::buffer_close:
    case NodeType::close:
    case NodeType::vm_destroy:
    case NodeType::gem_close:
    case NodeType::group_destroy:
    case NodeType::munmap:
    case NodeType::sync_fd_close:
    case NodeType::syncobj_destroy: return true;
    default: return false;
  }
}

}  // namespace

namespace {

/// Only an asynchronous bind is worth waiting for.
Makes made_by(const contract::Node& op) {
  const auto makes = contract::node_info(static_cast<NodeType>(op.type)).makes;
  return makes == Makes::job && !contract::has_own_fence(op) ? Makes::nothing : makes;
}

}  // namespace

void LiveObjects::add(const contract::Step& step, std::uint32_t number) {
  const auto type = static_cast<NodeType>(step.op.type);
  if (objects_.size() <= number) objects_.resize(number + 1);
  objects_[number] = Object{.makes = made_by(step.op),
                            .dead = false,
                            .call = contract::has_region(type)};
  if (!gives_up(type)) return;
  const contract::Value& first = step.op.fields[0];
  const bool known = first.kind == contract::Value::Kind::ref && first.number < objects_.size();
  if (known) objects_[static_cast<std::size_t>(first.number)].dead = true;
}

std::vector<std::uint32_t> LiveObjects::live(Makes makes) const {
  std::vector<std::uint32_t> found;
  for (std::size_t i = objects_.size(); i-- > 0;) {
    const bool fits = objects_[i].makes == makes && !objects_[i].dead;
    if (fits) found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

std::vector<std::uint32_t> LiveObjects::dead(Makes makes) const {
  std::vector<std::uint32_t> found;
  for (std::size_t i = objects_.size(); i-- > 0;) {
    const bool fits = objects_[i].makes == makes && objects_[i].dead;
    if (fits) found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

std::vector<std::uint32_t> LiveObjects::all(Makes makes) const {
  std::vector<std::uint32_t> found;
  for (std::size_t i = objects_.size(); i-- > 0;) {
    const bool fits = makes == Makes::nothing || objects_[i].makes == makes;
    if (fits) found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

std::vector<std::uint32_t> LiveObjects::named_by(FieldType type, bool dead_ones) const {
  if (type != FieldType::ref_call) return dead_ones ? dead(makes_of(type)) : live(makes_of(type));
  std::vector<std::uint32_t> found;
  for (std::size_t i = objects_.size(); i-- > 0;) {
    if (objects_[i].call) found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

std::vector<std::uint32_t> later_named_by(const contract::Program& program, std::uint32_t user,
                                          FieldType type) {
  auto steps = later_objects(program, user, makes_of(type));
  if (type == FieldType::ref_call) {
    std::erase_if(steps, [&](std::uint32_t step) {
      return !contract::has_region(static_cast<NodeType>(program.steps[step].op.type));
    });
  }
  return steps;
}

std::vector<std::uint32_t> later_objects(const contract::Program& program, std::uint32_t user,
                                         Makes makes) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = user + 1; i < program.steps.size(); ++i) {
    const contract::Step& step = program.steps[i];
    const bool fits = makes == Makes::nothing || made_by(step.op) == makes;
    if (fits && step.actor != program.steps[user].actor) found.push_back(i);
  }
  return found;
}

contract::EventArg event_argument(contract::EventKind kind) {
  for (const auto& info : contract::event_table()) {
    if (info.kind == kind) return info.arg;
  }
  return contract::EventArg::none;
}

std::optional<Makes> step_argument(contract::EventKind kind) {
  using enum contract::EventKind;
  if (event_argument(kind) != contract::EventArg::step) return std::nullopt;
  if (kind == group_on_slot || kind == group_off_slot) return Makes::group;
  if (kind == step_returned || kind == step_blocked) return Makes::nothing;
  return Makes::job;
}

}  // namespace protm::format
