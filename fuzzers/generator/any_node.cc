// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/any_node.h"

#include <optional>
#include <vector>

#include "conformance/format/binary_code.h"
#include "conformance/format/case_words.h"
#include "conformance/format/node_words.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::fuzz {
namespace {

using contract::FieldInfo;
using contract::FieldType;
using contract::kNoStep;
using contract::Node;
using contract::NodeGroup;
using contract::NodeType;
using contract::Value;

/// Optional fields that are given, in percent; what makes a call fail is given more rarely.
constexpr std::uint32_t kGiven = 35;
constexpr std::uint32_t kOdd = 3;
constexpr std::uint32_t kRaw = 4;

Value number_value(std::uint64_t number) {
  return {.kind = Value::Kind::number, .number = number, .text = {}, .list = {}};
}

bool is_odd(const FieldInfo& field) {
  return field.group == NodeGroup::memory || field.name == "pad" || field.name == "stride" ||
         field.name == "stream_addr" || field.name == "stream_size" || field.name == "heap_flags";
}

bool may_name(FieldType type, NodeType step) {
  if (type == FieldType::ref_call) return contract::has_region(step);
  return contract::node_info(step).makes == format::makes_of(type);
}

class AnyNode {
 public:
  explicit AnyNode(Scene& scene) : scene_(scene), random_(scene.random) {}

  /// Nothing when a required reference has nothing to name.
  // NOLINTNEXTLINE(misc-no-recursion): bounded by kNodeDepthMax.
  std::optional<Node> draw(NodeType type, std::uint32_t depth) {
    Node node;
    node.type = static_cast<std::uint16_t>(type);
    const auto& info = contract::node_info(type);
    for (const FieldInfo& field : info.fields) {
      const std::uint32_t chance = is_odd(field) ? kOdd : kGiven;
      const bool given = field.required || field.name == "stream" || field.name == "queues" ||
                         field.name == "ops" || random_.percent(chance);
      Value value = given ? draw_value(field, depth) : Value{};
      if (field.required && value.kind == Value::Kind::absent) return std::nullopt;
      node.fields.push_back(std::move(value));
    }
    return node;
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): bounded by kNodeDepthMax.
  Value draw_value(const FieldInfo& field, std::uint32_t depth) {
    switch (field.type) {
      case FieldType::number: return number_value(within(field, random_.below(4)));
      case FieldType::size: return number_value(within(field, 4096 * random_.below(9)));
      case FieldType::time: return number_value(scene_.a_while_ns());
      case FieldType::va: return number_value(draw_va());
      case FieldType::word: return number_value(random_.below(field.words.size()));
      case FieldType::flags: return number_value(random_.below(1ull << field.words.size()));
      case FieldType::text: return draw_text();
      case FieldType::nodes: return draw_list(field, depth);
      default: return draw_ref(field);
    }
  }

  std::uint64_t within(const FieldInfo& field, std::uint64_t small) {
    constexpr std::uint64_t kEdges[] = {UINT64_MAX, 1ull << 63, 1ull << 48,  1ull << 32,
                                        UINT32_MAX, 4095,       1ull << 21, 65536};
    const std::uint64_t number = random_.percent(10) ? random_.one_of(kEdges) : small;
    return number <= field.max ? number : field.max;
  }

  std::uint64_t draw_va() {
    constexpr std::uint64_t kVas[] = {kDataVa, kDataVa + kSharedAt, kSpareVa, kUnmappedVa,
                                      0x100000000, 0};
    return random_.one_of(kVas) + 8 * random_.below(4);
  }

  Value draw_text() {
    const auto names = format::name_pool();
    return {.kind = Value::Kind::text,
            .number = 0,
            .text = std::string(names[random_.below(names.size())]),
            .list = {}};
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by kNodeDepthMax.
  Value draw_list(const FieldInfo& field, std::uint32_t depth) {
    Value value;
    value.kind = Value::Kind::list;
    if (depth >= format::kNodeDepthMax) return {};
    const auto& types = format::nodes_of(field.group);
    for (std::uint64_t left = random_.between(1, 3); left != 0; --left) {
      auto item = draw(types[random_.below(types.size())], depth + 1);
      if (item) value.list.push_back(std::move(*item));
    }
    return value.list.empty() ? Value{} : value;
  }

  Value draw_ref(const FieldInfo& field) {
    if (random_.percent(kRaw)) {
      return {.kind = Value::Kind::raw, .number = random_.below(6), .text = {}, .list = {}};
    }
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = 0; i < scene_.program.steps.size(); ++i) {
      if (may_name(field.type, contract::step_type(scene_.program, i))) found.push_back(i);
    }
    if (found.empty()) return {};
    return {.kind = Value::Kind::ref,
            .number = found[random_.below(found.size())],
            .text = {},
            .list = {}};
  }

  Scene& scene_;
  Random& random_;
};

/// A change needs a region that its call has; every call has its struct.
void settle_change(const Scene& scene, Node& change) {
  const auto& info = contract::node_info(NodeType::change_memory);
  const Value& of = change.fields[contract::field_index(info, "of").value()];
  Value& region = change.fields[contract::field_index(info, "memory").value()];
  if (of.kind != Value::Kind::ref || region.kind != Value::Kind::number) return;
  const NodeType call =
      contract::step_type(scene.program, static_cast<std::uint32_t>(of.number));
  if (!contract::has_region(call, region.number)) region = Value{};
}

}  // namespace

void add_any_step(Scene& scene, std::uint32_t actor, const contract::Trigger& when) {
  const auto count = format::operation_count();
  const auto type = static_cast<NodeType>(
      scene.swarm.pick(scene.random, number_of(SwarmList::operations), count));
  const auto node = AnyNode(scene).draw(type, 1);
  if (!node) return;
  Node made = *node;
  if (type == NodeType::change_memory) settle_change(scene, made);
  scene.builder.add_node(actor, std::move(made), when);
}

}  // namespace protm::fuzz
