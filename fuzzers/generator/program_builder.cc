// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/program_builder.h"

#include "conformance/format/program_order.h"

namespace protm::fuzz {

using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::Step;
using contract::Value;

Make::Make(NodeType type) {
  node_.type = static_cast<std::uint16_t>(type);
  node_.fields.resize(contract::node_info(type).fields.size());
}

Value& Make::field(std::string_view name) {
  const auto& info = contract::node_info(static_cast<NodeType>(node_.type));
  return node_.fields[contract::field_index(info, name).value()];
}

Make& Make::number(std::string_view name, std::uint64_t value) {
  Value& v = field(name);
  v.kind = Value::Kind::number;
  v.number = value;
  return *this;
}

Make& Make::ref(std::string_view name, std::uint32_t step) {
  if (step == kNoStep) return *this;
  Value& v = field(name);
  v.kind = Value::Kind::ref;
  v.number = step;
  return *this;
}

Make& Make::raw(std::string_view name, std::uint64_t value) {
  Value& v = field(name);
  v.kind = Value::Kind::raw;
  v.number = value;
  return *this;
}

Make& Make::text(std::string_view name, std::string value) {
  Value& v = field(name);
  v.kind = Value::Kind::text;
  v.text = std::move(value);
  return *this;
}

Make& Make::list(std::string_view name, std::vector<Node> items) {
  Value& v = field(name);
  v.kind = Value::Kind::list;
  v.list = std::move(items);
  return *this;
}

std::uint32_t ProgramBuilder::add_actor(std::string name, bool sys_nice) {
  program_.actors.push_back({.name = std::move(name), .sys_nice = sys_nice, .sys_admin = false});
  return static_cast<std::uint32_t>(program_.actors.size() - 1);
}

std::uint32_t ProgramBuilder::add(std::uint32_t actor, const Make& op,
                                  const contract::Trigger& when) {
  return add_node(actor, op.node(), when);
}

std::uint32_t ProgramBuilder::add_node(std::uint32_t actor, Node op,
                                       const contract::Trigger& when) {
  if (room() == 0) return kNoStep;
  Step step;
  step.actor = actor;
  step.when = when;
  step.op = std::move(op);
  program_.steps.push_back(std::move(step));
  return static_cast<std::uint32_t>(program_.steps.size() - 1);
}

void ProgramBuilder::finish() {
  format::sort_by_actor(program_);
  format::name_used_steps(program_);
}

contract::Trigger after(contract::EventKind kind, std::uint32_t step, std::uint64_t delay_ns) {
  return {.at_ns = 0, .after = {.kind = kind, .arg = step, .count = 1}, .delay_ns = delay_ns};
}

}  // namespace protm::fuzz
