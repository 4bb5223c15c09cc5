// SPDX-License-Identifier: GPL-2.0-only
// Topics about a client's own objects: VM operations, groups and jobs while others run.
#include <vector>

#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/topics.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::Trigger;

namespace {


/// Unmaps or replaces what jobs use: whoever runs on it ends in a page fault.
void pull_away(Scene& scene, Client& client, std::uint32_t actor, const Trigger& when) {
  const std::uint64_t va = scene.random.percent(70) ? kDataVa : 0x100000000;
  const Node unmap = Make(NodeType::bind_unmap).number("va", va).number("size", 8192).node();
  Make bind(NodeType::vm_bind);
  bind.ref("vm", client.vm()).list("ops", {unmap});
  if (scene.random.percent(25)) bind.number("flags", kAsync);
  client.add(actor, bind, when);
}

/// A VM that comes and goes beside the others, with a mapping of its own.
void another_vm(Scene& scene, Client& client, std::uint32_t actor, const Trigger& when) {
  const std::uint32_t vm = client.add(actor, Make(NodeType::vm_create), when);
  const std::uint32_t bo = client.add(actor, Make(NodeType::bo_create).number("size", 16384));
  const Node map = Make(NodeType::bind_map)
                       .ref("bo", bo)
                       .number("va", kDataVa)
                       .number("size", 16384)
                       .node();
  client.add(actor, Make(NodeType::vm_bind).ref("vm", vm).list("ops", {map}));
  if (scene.random.percent(60)) client.add(actor, Make(NodeType::vm_destroy).ref("vm", vm));
}

/// A group of any priority that asks for a slot while the others have theirs.
void newcomer(Scene& scene, Client& client, std::uint32_t actor, const Trigger& when) {
  Random& random = scene.random;
  const bool protect = random.percent(50);
  Make group(NodeType::group_create);
  group.ref("vm", client.vm()).number("priority", random.below(4));
  if (protect) group.number("flags", 1);
  group.list("queues", {Make(NodeType::queue).node()});
  const std::uint32_t made = client.add(actor, group, when);
  const RunTime time{.least_ns = kMs / 2, .most_ns = 30 * kMs};
  std::vector<Node> stream{client.run_for(time)};
  const bool asks = protect || random.percent(10);
  if (asks) stream = {Make(NodeType::i_prot_region).list("region", std::move(stream)).node()};
  if (random.percent(30)) stream.push_back(client.run_for(time));
  const std::uint32_t job = client.add(
      actor, Make(NodeType::group_submit).ref("group", made).list("stream", std::move(stream)));
  if (random.percent(40)) client.add(actor, Make(NodeType::wait).ref("job", job));
  if (random.percent(30)) client.add(actor, Make(NodeType::group_destroy).ref("group", made));
}

/// Several groups that end in one instant, so that no tick comes in between.
void end_at_once(Scene& scene, Client& client) {
  const Trigger when = scene.moment();
  const std::uint64_t groups = scene.random.between(1, 3);
  for (std::uint64_t i = 0; i < groups && client.groups() != 0; ++i) {
    client.destroy_group(scene.outsider(), scene.random.below(client.groups()), when);
  }
}

/// More work for a group that has some, or none any more.
void more_work(Scene& scene, Client& client, std::uint32_t actor, const Trigger& when) {
  Random& random = scene.random;
  const std::size_t group = random.below(client.groups());
  const RunTime time{.least_ns = kMs / 10, .most_ns = 20 * kMs};
  std::vector<Node> stream{client.run_for(time)};
  const bool asks = random.percent(client.protection(group) == Protection::yes ? 80 : 10);
  if (asks) stream = {Make(NodeType::i_prot_region).list("region", std::move(stream)).node()};
  Make submit(NodeType::group_submit);
  submit.ref("group", client.group_step(group)).list("stream", std::move(stream));
  submit.number("queue", random.below(client.queues(group)));
  client.add(actor, submit, when);
}

/// A job that outlasts its time-out, or that waits for what never comes.
void hang(Scene& scene, Client& client) {
  const std::size_t group = scene.random.below(client.groups());
  const auto queue = static_cast<std::uint32_t>(scene.random.below(client.queues(group)));
  const Trouble trouble = scene.random.percent(70) ? Trouble::endless : Trouble::blocked;
  const std::uint32_t job = client.submit(group, queue, {}, trouble);
  client.wait(job, scene.random.between(7'000, 9'000) * kMs);
}

/// Jobs of seconds in a row: long sessions without a pause.
void long_sessions(Scene& scene, Client& client) {
  std::size_t group = scene.random.below(client.groups());
  for (std::size_t i = 0; i < client.groups(); ++i) {
    if (client.protection(i) == Protection::yes) group = i;
  }
  std::uint32_t last = kNoStep;
  const std::uint64_t jobs = scene.random.between(2, 5);
  for (std::uint64_t i = 0; i < jobs; ++i) {
    last = client.submit(group, 0, {.least_ns = 1'500 * kMs, .most_ns = 3'500 * kMs});
  }
  client.wait(last, 30'000 * kMs);
}

}  // namespace

void befall_binds(Scene& scene) {
  Client& client = scene.any_client();
  const std::uint32_t actor = scene.outsider();
  const std::uint64_t times = scene.random.between(1, 3);
  for (std::uint64_t i = 0; i < times && scene.room(4); ++i) {
    const Trigger when = scene.moment();
    switch (scene.random.below(10)) {
      case 0: pull_away(scene, client, actor, when); break;
      case 1: another_vm(scene, client, actor, when); break;
      case 2: client.destroy_vm(actor, when); break;
      case 3: client.close_buffer(actor, when); break;
      default: client.rebind(actor, when); break;
    }
  }
}

void befall_groups(Scene& scene) {
  Client& client = scene.any_client();
  if (client.groups() == 0) return;
  const Trigger when = scene.moment();
  switch (scene.random.below(9)) {
    case 0:
    case 1: return newcomer(scene, client, scene.outsider(), when);
    case 2: return end_at_once(scene, client);
    case 3: return hang(scene, client);
    case 4: return long_sessions(scene, client);
    case 5: {
      client.submit(scene.random.below(client.groups()), 0, {}, Trouble::fault, when);
      return;
    }
    default: return more_work(scene, client, scene.outsider(), when);
  }
}

void befall_idle(Scene& scene) {
  Client& client = scene.any_client();
  if (client.groups() == 0) return;
  scene.sleep(client.actor(), scene.random.between(60, 1'500) * kMs);
  client.submit(scene.random.below(client.groups()), 0, {});
}

}  // namespace protm::fuzz
