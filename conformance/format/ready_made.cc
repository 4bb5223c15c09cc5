// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/ready_made.h"

#include <algorithm>
#include <string_view>

namespace protm::format {

using contract::kNoStep;
using contract::Makes;
using contract::Node;
using contract::NodeType;
using contract::Step;
using contract::Value;

namespace {

constexpr std::uint64_t kBufferBytes = 65536;
/// Steps of a job with nothing set up: VM, area, buffer, bind, group, submit, wait.
constexpr std::size_t kStepsMax = 7;

/// Builds a node field by field, by the names that the table gives them.
class NodeBuilder {
 public:
  explicit NodeBuilder(NodeType type) : node_(empty_node(type)) {}
  NodeBuilder& number(std::string_view name, std::uint64_t value) {
    Value& field = field_named(name);
    field.kind = Value::Kind::number;
    field.number = value;
    return *this;
  }
  NodeBuilder& ref(std::string_view name, std::uint32_t step) {
    Value& field = field_named(name);
    field.kind = Value::Kind::ref;
    field.number = step;
    return *this;
  }
  NodeBuilder& list(std::string_view name, std::vector<Node> items) {
    Value& field = field_named(name);
    field.kind = Value::Kind::list;
    field.list = std::move(items);
    return *this;
  }
  [[nodiscard]] Node node() const { return node_; }
  [[nodiscard]] Step step(std::uint32_t actor) const {
    Step step;
    step.actor = actor;
    step.op = node_;
    return step;
  }

 private:
  Value& field_named(std::string_view name) {
    const auto& info = contract::node_info(static_cast<NodeType>(node_.type));
    return node_.fields[contract::field_index(info, name).value()];
  }
  Node node_;
};

}  // namespace

Node empty_node(NodeType type) {
  Node node;
  node.type = static_cast<std::uint16_t>(type);
  node.fields.resize(contract::node_info(type).fields.size());
  return node;
}

bool ReadyMade::alive(std::uint32_t step, Makes makes) const {
  const auto live = objects_.live(makes);
  return std::find(live.begin(), live.end(), step) != live.end();
}

std::uint32_t ReadyMade::add(Step step) {
  const auto number = static_cast<std::uint32_t>(program_.steps.size());
  objects_.add(step, number);
  program_.steps.push_back(std::move(step));
  return number;
}

void ReadyMade::add_job(JobKind kind, std::uint32_t actor, ByteReader& in) {
  Choice choice;
  choice.flags = in.u8();
  choice.run_ns = std::max<std::uint64_t>(1000, read_tagged(in, kTimeScale).value_or(500'000));
  choice.value = read_tagged(in, Scale{.max = UINT32_MAX}).value_or(1);
  choice.va = kFirstVa + std::uint64_t{in.u8()} * 8;
  if (program_.steps.size() + kStepsMax > contract::kMaxRandomSteps) return;
  Kit& kit = kits_[actor];
  if (!alive(kit.vm, Makes::vm)) {
    kit = Kit{};
    kit.vm = add_vm(actor);
  }
  std::uint32_t& group = kit.group[static_cast<std::size_t>(kind)];
  const bool another = (choice.flags & 7) == 7;
  if (another || !alive(group, Makes::group)) {
    group = add_group(kind, actor, kit.vm, (choice.flags >> 3) % 3);
  }
  add_submit(kind, actor, group, choice);
}

std::uint32_t ReadyMade::add_vm(std::uint32_t actor) {
  const std::uint32_t vm = add(NodeBuilder(NodeType::vm_create).step(actor));
  add(NodeBuilder(NodeType::stream_area).ref("vm", vm).step(actor));
  const std::uint32_t bo =
      add(NodeBuilder(NodeType::bo_create).number("size", kBufferBytes).step(actor));
  const Node map = NodeBuilder(NodeType::bind_map)
                       .ref("bo", bo)
                       .number("va", kFirstVa)
                       .number("size", kBufferBytes)
                       .node();
  add(NodeBuilder(NodeType::vm_bind).ref("vm", vm).list("ops", {map}).step(actor));
  return vm;
}

std::uint32_t ReadyMade::add_group(JobKind kind, std::uint32_t actor, std::uint32_t vm,
                                   std::uint64_t priority) {
  NodeBuilder group(NodeType::group_create);
  group.ref("vm", vm).number("priority", priority);
  if (kind == JobKind::protected_region) group.number("flags", 1);
  group.list("queues", {empty_node(NodeType::queue)});
  return add(group.step(actor));
}

void ReadyMade::add_submit(JobKind kind, std::uint32_t actor, std::uint32_t group,
                           const Choice& choice) {
  std::vector<Node> work{
      NodeBuilder(NodeType::i_run_compute).number("time", choice.run_ns).node(),
      NodeBuilder(NodeType::i_store32)
          .number("va", choice.va)
          .number("value", choice.value)
          .node()};
  if (kind == JobKind::protected_region) {
    work = {NodeBuilder(NodeType::i_prot_region).list("region", std::move(work)).node()};
  }
  const std::uint32_t job = add(NodeBuilder(NodeType::group_submit)
                                    .ref("group", group)
                                    .list("stream", std::move(work))
                                    .step(actor));
  const bool waits = (choice.flags & 0x20) == 0;
  if (waits) add(NodeBuilder(NodeType::wait).ref("job", job).step(actor));
}

}  // namespace protm::format
