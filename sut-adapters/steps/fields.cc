// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/fields.h"

#include "sut-adapters/contract/op_table.h"

namespace protm::steps {

using contract::Node;
using contract::NodeType;
using contract::Value;

const Value* field(const Node& node, std::string_view name) {
  const auto& info = contract::node_info(static_cast<NodeType>(node.type));
  const auto index = contract::field_index(info, name);
  if (!index || *index >= node.fields.size()) return nullptr;
  return &node.fields[*index];
}

bool absent(const Node& node, std::string_view name) {
  const Value* const v = field(node, name);
  return v == nullptr || v->kind == Value::Kind::absent;
}

std::uint64_t number(const Node& node, std::string_view name) {
  const Value* const v = field(node, name);
  if (v != nullptr && v->kind != Value::Kind::absent) return v->number;
  const auto& info = contract::node_info(static_cast<NodeType>(node.type));
  const auto index = contract::field_index(info, name);
  return index ? info.fields[*index].fallback : 0;
}

std::string_view text(const Node& node, std::string_view name) {
  const Value* const v = field(node, name);
  return v == nullptr ? std::string_view() : std::string_view(v->text);
}

const std::vector<Node>& nodes(const Node& node, std::string_view name) {
  static const std::vector<Node> none;
  const Value* const v = field(node, name);
  return v == nullptr ? none : v->list;
}

}  // namespace protm::steps
