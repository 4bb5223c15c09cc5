// SPDX-License-Identifier: GPL-2.0-only
// Builds synthetic Programs and Traces, for tests of rules and judge. Each call appends one record
// at the present time of the builder.
// Leaves out: any check that a machine could have shown it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::contract {

class TraceBuilder {
 public:
  TraceBuilder& at(std::uint64_t ns) {
    now_ = ns;
    return *this;
  }
  TraceBuilder& after(std::uint64_t ns) {
    now_ += ns;
    return *this;
  }
  TraceBuilder& record(RecordKind kind, Record r = {}, std::string_view text = {}) {
    r.time_ns = now_;
    r.kind = kind;
    if (!text.empty()) {
      r.text = static_cast<TextId>(trace_.texts.size());
      trace_.texts.emplace_back(text);
    }
    trace_.records.push_back(r);
    return *this;
  }
  TraceBuilder& saw(vocab::ObservationKind kind, Record r = {}) {
    r.sub = static_cast<std::uint16_t>(kind);
    return record(RecordKind::machine, r);
  }
  TraceBuilder& event(EventKind kind, std::uint32_t a = 0, std::uint32_t b = 0,
                      std::uint8_t device = 0) {
    const auto sub = static_cast<std::uint16_t>(kind);
    return record(RecordKind::event, {.device = device, .sub = sub, .a = a, .b = b});
  }
  TraceBuilder& started(std::uint32_t step) {
    return record(RecordKind::step_started, {.b = step});
  }
  TraceBuilder& returned(std::uint32_t step, std::int64_t result) {
    return record(RecordKind::step_returned, {.b = step, .c = static_cast<std::uint64_t>(result)});
  }
  TraceBuilder& fence(std::uint32_t step, std::uint64_t error) {
    return record(RecordKind::fence_signalled, {.a = step, .d = error});
  }
  [[nodiscard]] const Trace& trace() const { return trace_; }
  Trace& edit() { return trace_; }

 private:
  std::uint64_t now_ = 0;
  Trace trace_;
};

/// A node of `type` with the named fields as numbers, or as references.
struct NamedField {
  std::string_view name;
  Value::Kind kind = Value::Kind::number;
  std::uint64_t number = 0;
};
inline Node make_node(NodeType type, const std::vector<NamedField>& named = {}) {
  const NodeInfo& info = node_info(type);
  Node node{.type = static_cast<std::uint16_t>(type), .fields = {}};
  node.fields.resize(info.fields.size());
  for (const NamedField& f : named) {
    const auto index = field_index(info, f.name);
    if (!index) continue;
    node.fields[*index].kind = f.kind;
    node.fields[*index].number = f.number;
  }
  return node;
}
/// Appends a step of actor 0 and returns its number.
inline std::uint32_t add_step(Program& program, Node op) {
  if (program.actors.empty()) program.actors.push_back(Actor{.name = "main"});
  program.steps.push_back(Step{.id = {}, .actor = 0, .when = {}, .op = std::move(op)});
  return static_cast<std::uint32_t>(program.steps.size() - 1);
}
/// Appends `group_submit` of a job of `group`, `queue`.
inline std::uint32_t add_job(Program& program, std::uint32_t group, std::uint64_t queue = 0) {
  return add_step(program,
                  make_node(NodeType::group_submit, {{"group", Value::Kind::ref, group},
                                                     {"queue", Value::Kind::number, queue}}));
}
/// Sets the list field `name` of a step's operation.
inline void set_list(Program& program, std::uint32_t step, std::string_view name,
                     std::vector<Node> items) {
  Node& op = program.steps[step].op;
  const auto index = field_index(node_info(static_cast<NodeType>(op.type)), name);
  op.fields[*index].kind = Value::Kind::list;
  op.fields[*index].list = std::move(items);
}

}  // namespace protm::contract
