// SPDX-License-Identifier: GPL-2.0-only
// Topics about objects beside VMs and groups: tiler heaps that grow, syncobjs and timelines between
// jobs and binds, buffers that are shared and mapped.
#include <vector>

#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/topics.h"

namespace protm::fuzz {

using contract::kNoStep;
using contract::Makes;
using contract::Node;
using contract::NodeType;
using contract::Trigger;

namespace {

/// A render pass: tiling that takes memory from the heap, and fragment work that gives it back.
std::vector<Node> render_pass(Random& random, std::uint32_t heap) {
  const auto heap_op = [](std::uint64_t word) {
    return Make(NodeType::i_heap_op).number("op", word).node();
  };
  const std::uint64_t bytes = 16 * kPage * random.between(1, 12);
  const NodeType tiles = random.percent(50) ? NodeType::i_run_tiling : NodeType::i_run_idvs;
  std::vector<Node> out{
      Make(NodeType::i_heap_set).ref("heap", heap).node(), heap_op(0),
      Make(tiles)
          .ref("heap", heap)
          .number("time", kMs * random.between(1, 5))
          .number("bytes", bytes)
          .node(),
      heap_op(1),
      Make(NodeType::i_run_fragment).number("time", kMs * random.between(1, 8)).node(),
      heap_op(3)};
  if (random.percent(8)) out.pop_back();
  if (random.percent(5)) out.erase(out.begin());
  return out;
}

Node signal_of(std::uint32_t syncobj, std::uint64_t point) {
  Make sync(NodeType::sync_signal);
  sync.ref("syncobj", syncobj);
  if (point != 0) sync.number("point", point);
  return sync.node();
}

Node wait_for(std::uint32_t syncobj, std::uint64_t point) {
  Make sync(NodeType::sync_wait);
  sync.ref("syncobj", syncobj);
  if (point != 0) sync.number("point", point);
  return sync.node();
}

Node point_of(std::uint32_t syncobj, std::uint64_t point) {
  return Make(NodeType::sync_point).ref("syncobj", syncobj).number("point", point).node();
}

/// An asynchronous bind that waits for one sync and signals another.
void bind_between(Scene& scene, Client& client, std::uint32_t syncobj, std::uint64_t point) {
  std::vector<Node> syncs;
  if (scene.random.percent(70)) syncs.push_back(wait_for(syncobj, point));
  if (scene.random.percent(70)) syncs.push_back(signal_of(syncobj, point == 0 ? 0 : point + 1));
  const Node map = Make(NodeType::bind_map)
                       .ref("bo", client.buffer())
                       .number("va", kSpareVa + (64u << 20) + kPage * scene.random.below(64))
                       .number("size", kPage)
                       .list("syncs", std::move(syncs))
                       .node();
  Make bind(NodeType::vm_bind);
  bind.ref("vm", client.vm()).number("flags", kAsync).list("ops", {map});
  client.add(client.actor(), bind);
}

void job_between(Scene& scene, Client& client, std::uint32_t syncobj, std::uint64_t point) {
  Random& random = scene.random;
  const std::size_t group = random.below(client.groups());
  std::vector<Node> syncs;
  const std::uint64_t earlier = point == 0 ? 0 : random.below(point) + 1;
  if (random.percent(40)) syncs.push_back(wait_for(syncobj, earlier));
  if (random.percent(70)) syncs.push_back(signal_of(syncobj, point));
  const RunTime time{.least_ns = kMs / 10, .most_ns = 5 * kMs};
  std::vector<Node> stream{client.run_for(time)};
  if (client.protection(group) == Protection::yes && random.percent(60)) {
    stream = {Make(NodeType::i_prot_region).list("region", std::move(stream)).node()};
  }
  Make submit(NodeType::group_submit);
  submit.ref("group", client.group_step(group)).list("stream", std::move(stream));
  submit.list("syncs", std::move(syncs));
  if (random.percent(20)) {
    const Node more = Make(NodeType::job)
                          .number("queue", random.below(client.queues(group)))
                          .list("stream", {client.run_for(time)})
                          .list("syncs", {signal_of(syncobj, point == 0 ? 0 : point + 1)})
                          .node();
    submit.list("more", {more});
  }
  client.add(client.actor(), submit);
}

void ask_syncobj(Scene& scene, Client& client, std::uint32_t syncobj, std::uint64_t point) {
  Random& random = scene.random;
  const std::uint32_t actor = random.percent(60) ? client.actor() : scene.outsider();
  const std::vector<Node> points{point_of(syncobj, point)};
  switch (random.below(10)) {
    case 0:
    case 1: {
      Make op(point == 0 ? NodeType::syncobj_wait : NodeType::syncobj_timeline_wait);
      op.list("syncobjs", points).number("flags", random.below(8));
      client.add(actor, op.number("timeout", kMs * random.between(1, 3'000)));
      return;
    }
    case 2: client.add(actor, Make(NodeType::syncobj_reset).list("syncobjs", points)); return;
    case 3: client.add(actor, Make(NodeType::syncobj_signal).list("syncobjs", points)); return;
    case 4:
      client.add(actor, Make(NodeType::syncobj_timeline_signal).list("syncobjs", points));
      return;
    case 5: client.add(actor, Make(NodeType::syncobj_query).list("syncobjs", points)); return;
    case 6: {
      const std::uint32_t other = client.add(actor, Make(NodeType::syncobj_create));
      client.add(actor, Make(NodeType::syncobj_transfer)
                            .ref("from", syncobj)
                            .number("from_point", point)
                            .ref("to", other)
                            .number("to_point", random.below(3)));
      return;
    }
    case 7: {
      Make out(NodeType::syncobj_export);
      const std::uint32_t fd = client.add(
          actor, out.ref("syncobj", syncobj).number("flags", random.below(2)));
      client.add(actor, Make(NodeType::syncobj_import).ref("fd", fd));
      if (random.percent(50)) scene.builder.add(actor, Make(NodeType::sync_fd_close).ref("fd", fd));
      return;
    }
    default: {
      const Make destroy = Make(NodeType::syncobj_destroy).ref("syncobj", syncobj);
      if (random.percent(20)) client.add(actor, destroy);
      return;
    }
  }
}

void use_mapping(Scene& scene, Client& client, std::uint32_t actor, const Trigger& when) {
  Random& random = scene.random;
  Make map(NodeType::mmap);
  map.ref("bo", client.buffer()).number("flags", random.below(2));
  const std::uint32_t mapping = client.add(actor, map, when);
  const std::uint64_t offset = kSharedAt + 1024 + 8 * random.below(16);
  scene.builder.add(actor,
                    Make(NodeType::map_read).ref("mapping", mapping).number("offset", offset));
  if (random.percent(50)) {
    scene.builder.add(actor, Make(NodeType::map_write)
                                 .ref("mapping", mapping)
                                 .number("offset", offset)
                                 .number("value", random.below(1000)));
  }
  if (random.percent(50)) scene.builder.add(actor, Make(NodeType::munmap).ref("mapping", mapping));
}

void share(Scene& scene, Client& client, std::uint32_t actor, const Trigger& when) {
  const std::uint32_t out =
      client.add(actor, Make(NodeType::prime_export).ref("bo", client.buffer()), when);
  Client& to = scene.any_client();
  const std::uint32_t in = to.add(actor, Make(NodeType::prime_import).ref("buffer", out));
  const Node map = Make(NodeType::bind_map)
                       .ref("bo", in)
                       .number("va", kSpareVa + (128u << 20))
                       .number("size", kPage)
                       .node();
  to.add(actor, Make(NodeType::vm_bind).ref("vm", to.vm()).list("ops", {map}));
  if (scene.random.percent(50)) {
    scene.builder.add(actor, Make(NodeType::buffer_close).ref("buffer", out));
  }
  if (scene.random.percent(30)) to.add(actor, Make(NodeType::gem_close).ref("bo", in));
}

}  // namespace

void befall_tiler(Scene& scene) {
  Random& random = scene.random;
  Client& client = scene.any_client();
  if (client.groups() == 0) return;
  Make make(NodeType::tiler_heap_create);
  make.ref("vm", client.vm()).number("initial_chunks", random.between(1, 3));
  make.number("max_chunks", random.between(1, 6)).number("target_in_flight", random.between(1, 3));
  if (random.percent(30)) make.number("chunk_size", (128u << 10) << random.below(4));
  const std::uint32_t heap = client.add(client.actor(), make);
  const std::uint64_t passes = random.between(1, 3);
  std::uint32_t last = kNoStep;
  for (std::uint64_t i = 0; i < passes && scene.room(3); ++i) {
    std::vector<Node> stream = render_pass(random, heap);
    const std::size_t group = random.below(client.groups());
    if (client.protection(group) == Protection::yes && random.percent(30)) {
      stream = {Make(NodeType::i_prot_region).list("region", std::move(stream)).node()};
    }
    last = client.submit_stream(group, std::move(stream));
  }
  if (random.percent(60)) client.wait(last, 2'000 * kMs);
  if (random.percent(40)) {
    const bool late = random.percent(50);
    client.add(late ? scene.outsider() : client.actor(),
               Make(NodeType::tiler_heap_destroy).ref("heap", heap),
               late ? scene.moment() : Trigger{});
  }
}

void befall_syncs(Scene& scene) {
  Random& random = scene.random;
  Client& client = scene.any_client();
  if (client.groups() == 0) return;
  const std::uint32_t syncobj =
      client.add(client.actor(), Make(NodeType::syncobj_create).number("flags", random.below(2)));
  const bool timeline = random.percent(60);
  std::uint64_t point = timeline ? 1 : 0;
  const std::uint64_t times = random.between(2, 6);
  for (std::uint64_t i = 0; i < times && scene.room(4); ++i) {
    constexpr std::uint32_t kWeights[] = {4, 2, 4};
    switch (random.weighted(kWeights)) {
      case 0: job_between(scene, client, syncobj, point); break;
      case 1: bind_between(scene, client, syncobj, point); break;
      default: ask_syncobj(scene, client, syncobj, point); break;
    }
    if (timeline && random.percent(80)) point += random.between(1, 2);
  }
}

void befall_buffers(Scene& scene) {
  Client& client = scene.any_client();
  const std::uint32_t actor = scene.outsider();
  const Trigger when = scene.random.percent(60) ? scene.moment() : Trigger{};
  switch (scene.random.below(7)) {
    case 0:
    case 1: return use_mapping(scene, client, actor, when);
    case 2: return share(scene, client, actor, when);
    case 3: {
      client.add(actor, Make(NodeType::bo_set_label).ref("bo", client.buffer()).number("label", 8),
                 when);
      client.add(actor, Make(NodeType::bo_query_info).ref("bo", client.buffer()));
      return;
    }
    case 4: {
      const Node range = Make(NodeType::bo_sync_op)
                             .ref("bo", client.buffer())
                             .number("type", scene.random.below(2))
                             .number("size", kPage)
                             .node();
      client.add(actor, Make(NodeType::bo_sync).list("ops", {range}), when);
      return;
    }
    case 5: {
      client.add(actor, Make(NodeType::fdinfo), when);
      return;
    }
    default: {
      client.add(actor, Make(NodeType::bo_create).number("size", kPage).number("flags", 1), when);
      return;
    }
  }
}

}  // namespace protm::fuzz
