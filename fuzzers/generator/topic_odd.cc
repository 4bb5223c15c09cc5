// SPDX-License-Identifier: GPL-2.0-only
// Topics about what no sane client does: calls that are refused, raw structs, user memory that
// faults or changes, any operation with any fields, and schedules.
#include <vector>

#include "conformance/format/binary_code.h"
#include "conformance/format/schedule_text.h"
#include "fuzzers/generator/any_node.h"
#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/topics.h"
#include "fuzzers/generator/wrong_calls.h"
#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/contract/schedule.h"

namespace protm::fuzz {

using contract::Node;
using contract::NodeType;
using contract::Trigger;

namespace {

/// What is odd about the struct of a call.
Node odd_memory(Random& random) {
  switch (random.below(5)) {
    case 0: return Make(NodeType::memory_null).node();
    case 1: return Make(NodeType::memory_bad).node();
    case 2: return Make(NodeType::memory_readonly).node();
    case 3:
      return Make(NodeType::memory_change)
          .number("offset", 4 * random.below(6))
          .number("value", random.below(16))
          .number("as", random.below(4))
          .number("fetch", random.between(1, 2))
          .node();
    default: return Make(NodeType::memory_fault).number("after", 4 * random.below(16)).node();
  }
}

/// A good call of a client with odd user memory.
void odd_call(Scene& scene, Client& client) {
  Random& random = scene.random;
  const std::vector<Node> odd{odd_memory(random)};
  switch (random.below(5)) {
    case 0: {
      const Node unmap = Make(NodeType::bind_unmap).number("va", kSpareVa).node();
      Make bind(NodeType::vm_bind);
      bind.ref("vm", client.vm()).list("ops", {unmap, unmap});
      client.add(client.actor(), bind.list(random.percent(50) ? "ops_memory" : "args_memory", odd));
      return;
    }
    case 1: {
      Make group(NodeType::group_create);
      group.ref("vm", client.vm()).list("queues", {Make(NodeType::queue).node()});
      client.add(client.actor(),
                 group.list(random.percent(50) ? "queues_memory" : "args_memory", odd));
      return;
    }
    case 2: {
      if (client.groups() == 0) return;
      Make submit(NodeType::group_submit);
      submit.ref("group", client.group_step(random.below(client.groups())));
      submit.list("stream", {Make(NodeType::i_nop).node()});
      client.add(client.actor(),
                 submit.list(random.percent(50) ? "jobs_memory" : "args_memory", odd));
      return;
    }
    case 3: {
      Make query(NodeType::dev_query);
      query.number("what", random.below(5));
      client.add(client.actor(),
                 query.list(random.percent(50) ? "reply_memory" : "args_memory", odd));
      return;
    }
    default:
      client.add(client.actor(),
                 Make(NodeType::bo_create).number("size", 4096).list("args_memory", odd));
      return;
  }
}

contract::TaskSpec draw_task(Scene& scene) {
  contract::TaskSpec task;
  if (scene.random.percent(60)) {
    task.actor = static_cast<std::uint32_t>(scene.random.below(scene.program.actors.size()));
    return task;
  }
  const auto roles = contract::task_role_table();
  task.role = std::string(roles[scene.random.below(roles.size())].word);
  return task;
}

/// Points at which two tasks of a driver are likely to meet.
contract::PointSpec draw_point(Random& random) {
  using contract::PointKind;
  constexpr PointKind kKinds[] = {PointKind::blocked,    PointKind::returned,
                                  PointKind::picked,     PointKind::mutex_lock,
                                  PointKind::kref_get,   PointKind::mutex_unlock,
                                  PointKind::kref_put,   PointKind::mmio_write,
                                  PointKind::spin_lock,  PointKind::queue_work,
                                  PointKind::shared};
  contract::PointSpec point;
  point.kind = random.one_of(kKinds);
  point.count = static_cast<std::uint32_t>(random.percent(60) ? 1 : random.between(2, 9));
  return point;
}

}  // namespace

void befall_wrong(Scene& scene) {
  Client& client = scene.any_client();
  const std::uint64_t times = scene.random.between(1, 4);
  for (std::uint64_t i = 0; i < times && scene.room(2); ++i) {
    if (scene.random.percent(50)) add_wrong_call(scene.builder, scene.random, client);
    else odd_call(scene, client);
  }
}

void befall_anything(Scene& scene) {
  const std::uint32_t actor = scene.random.percent(50) ? scene.any_client().actor()
                                                       : scene.outsider();
  const std::uint64_t times = scene.random.between(1, 5);
  for (std::uint64_t i = 0; i < times && scene.room(2); ++i) {
    const Trigger when = scene.random.percent(30) ? scene.moment() : Trigger{};
    add_any_step(scene, actor, when);
  }
}

void befall_schedule(Scene& scene) {
  auto& schedule = scene.program.schedule;
  const std::uint64_t entries = scene.random.between(1, 6);
  for (std::uint64_t i = 0; i < entries; ++i) {
    if (schedule.size() == contract::kMaxScheduleEntries) return;
    contract::ScheduleEntry entry;
    entry.verb = scene.random.percent(50) ? contract::ScheduleEntry::Verb::run
                                          : contract::ScheduleEntry::Verb::let;
    entry.task = draw_task(scene);
    entry.until = draw_point(scene.random);
    schedule.push_back(std::move(entry));
  }
}

}  // namespace protm::fuzz
