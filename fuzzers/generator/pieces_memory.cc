// SPDX-License-Identifier: GPL-2.0-only
// Set pieces about memory: holes in blocks of 2 MiB, buffers that memory pressure takes, the page
// of LATEST_FLUSH and what else a mapping or a label may be.
#include <vector>

#include "fuzzers/generator/set_piece_parts.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/machine_fault.h"
#include "gpu-model/vocab/uapi.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::Trigger;

namespace {

constexpr std::uint64_t kBlockBytes = 2u << 20;
/// Where blocks are mapped.
constexpr std::uint64_t kBlocksVa = 0x40000000;
/// Letters of the longest label, with its end.
constexpr std::uint64_t kLabelMax = 4096;

Node map_of(std::uint32_t buffer, std::uint64_t va, std::uint64_t size) {
  return Make(NodeType::bind_map).ref("bo", buffer).number("va", va).number("size", size).node();
}

void bind_all(Client& client, std::uint32_t vm, std::vector<Node> ops) {
  client.add(client.actor(), Make(NodeType::vm_bind).ref("vm", vm).list("ops", std::move(ops)));
}

Node store_at(Random& random, std::uint64_t va) {
  return Make(NodeType::i_store32)
      .number("va", va)
      .number("value", random.between(1, 1'000))
      .node();
}

/// With a trigger: what has none is compared only behind a wait.
void read_behind(Scene& scene, std::uint32_t actor, std::uint32_t step, const Make& read) {
  scene.builder.add(actor, read, after(EventKind::step_returned, step));
}

}  // namespace

/// A hole in memory that is mapped in blocks, while a group runs on it; a command may hang.
void cut_blocks(Scene& scene) {
  Random& random = scene.random;
  vocab::MachineConfig& machine = scene.program.machine;
  machine.set_switch(vocab::Switch::huge_pages, 1);
  Client& client = only_client(scene);
  const std::uint32_t actor = client.actor();
  const std::uint64_t blocks = random.between(1, 4);
  const std::uint32_t buffer =
      client.add(actor, Make(NodeType::bo_create).number("size", blocks * kBlockBytes));
  bind_all(client, client.vm(), {map_of(buffer, kBlocksVa, blocks * kBlockBytes)});
  client.add_group(Urgency::all_medium, 1, random.percent(30) ? Protection::yes : Protection::no);
  if (client.groups() == 0) return;
  if (random.percent(50)) {
    // UPDATE, the LOCK of the hole, the LOCK of the block.
    vocab::MachineFault fault;
    fault.kind = vocab::FaultKind::stuck_as_command;
    fault.target = 1;
    fault.nth = static_cast<std::uint32_t>(random.percent(50) ? 3 : random.between(1, 10));
    scene.add_fault(fault);
  }
  const Node touch = store_at(random, kBlocksVa + kBlockBytes / 2);
  client.wait(client.submit_stream(0, {touch}), 2'000 * kMs);
  const bool busy = random.percent(50);
  if (busy) client.submit(0, 0, {.least_ns = 50 * kMs, .most_ns = 400 * kMs});
  const std::uint64_t holes = random.between(1, 4);
  for (std::uint64_t i = 0; i < holes; ++i) {
    const std::uint64_t all = blocks * kBlockBytes / kPage;
    const std::uint64_t page = random.below(all);
    const std::uint64_t pages = random.between(1, random.percent(70) ? 16 : all);
    const Node hole = Make(NodeType::bind_unmap)
                          .number("va", kBlocksVa + page * kPage)
                          .number("size", pages * kPage)
                          .node();
    Make bind(NodeType::vm_bind);
    bind.ref("vm", client.vm()).list("ops", {hole});
    if (random.percent(20)) bind.number("flags", kAsync);
    client.add(actor, bind);
  }
  client.wait(client.submit(0, 0, {}), 6'000 * kMs);
}

/// Buffers of one VM, of two, of none and with a mapping of the CPU lose their pages one after the
/// other; jobs and loads bring them back.
void memory_pressure(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  const std::uint32_t actor = client.actor();
  const std::uint32_t other = client.add(actor, Make(NodeType::vm_create));
  // Of unlike sizes, so that the number of pages says who it was.
  std::uint64_t bytes = kPage << random.below(2);
  const auto buffer = [&](std::uint32_t vm) {
    const std::uint32_t made = client.add(
        actor, Make(NodeType::bo_create).number("size", bytes).ref("vm", vm));
    bytes *= 2;
    return made;
  };
  std::uint64_t va = kBlocksVa;
  std::vector<Node> own, others;
  std::vector<std::uint32_t> all;
  const std::uint64_t count = random.between(3, 5);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t size = bytes;
    const std::uint64_t kind = random.below(4);
    const std::uint32_t made = buffer(kind == 0 ? client.vm() : kNoStep);
    all.push_back(made);
    if (kind <= 1) own.push_back(map_of(made, va, size));
    if (kind == 1 && random.percent(50)) others.push_back(map_of(made, va, size));
    if (kind == 2) {
      const std::uint32_t mapping =
          client.add(actor, Make(NodeType::mmap).ref("bo", made).number("flags", 1));
      scene.builder.add(
          actor, Make(NodeType::map_write).ref("mapping", mapping).number("value", i + 1));
    }
    if (kind == 3) {
      client.add(actor, Make(NodeType::cpu_write).ref("bo", made).number("value", i + 1));
    }
    va += kBlockBytes;
  }
  const bool works = !own.empty();
  const std::uint64_t first_va = kBlocksVa;
  if (works) bind_all(client, client.vm(), std::move(own));
  if (!others.empty()) bind_all(client, other, std::move(others));
  client.add_group(Urgency::all_medium, 1, random.percent(40) ? Protection::yes : Protection::no);
  if (client.groups() == 0) return;
  const std::uint64_t rounds = random.between(1, 3);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    if (works || random.percent(50)) client.wait(client.submit(0, 0, {}), 6'000 * kMs);
    const std::uint64_t asks = random.between(1, 4);
    for (std::uint64_t k = 0; k < asks; ++k) {
      const std::uint64_t pages = random.percent(75) ? random.between(1, 2)
                                                     : random.between(8, 100'000);
      scene.builder.add(actor, Make(NodeType::reclaim).number("pages", pages));
    }
    if (random.percent(30)) {
      const Node hole =
          Make(NodeType::bind_unmap).number("va", first_va).number("size", kPage).node();
      bind_all(client, client.vm(), {hole});
    }
  }
  if (random.percent(30)) {
    constexpr EventKind kWhen[] = {EventKind::protm_active, EventKind::protm_enter_sampled,
                                   EventKind::protm_pend_raised};
    client.submit(0, 0, {.least_ns = kMs, .most_ns = 20 * kMs});
    const std::uint32_t outsider = scene.outsider();
    const EventKind kind = random.one_of(kWhen);
    scene.builder.add(outsider, Make(NodeType::reclaim).number("pages", 1'000),
                      after(kind, 0, random.below(10) * kMs));
  }
  client.wait(client.submit(0, 0, {}), 6'000 * kMs);
  client.add(actor, Make(NodeType::cpu_read).ref("bo", all[random.below(all.size())]));
}

/// The page of LATEST_FLUSH is mapped as it should be and as it should not, and read while the GPU
/// sleeps and when it has gone. No job: how often a release flushes is left to drivers.
void user_page(Scene& scene) {
  Random& random = scene.random;
  const std::uint32_t actor = scene.builder.add_actor("user", false);
  const auto map_page = [&](std::uint64_t flags, std::uint64_t size) {
    Make map(NodeType::mmap);
    map.number("offset", vocab::uapi::kUserFlushIdMmioOffset);
    if (flags != 0) map.number("flags", flags);
    if (size != kPage) map.number("size", size);
    return scene.builder.add(actor, map);
  };
  const std::uint32_t page = map_page(0, kPage);
  const std::uint64_t more = random.below(4);
  for (std::uint64_t i = 0; i < more; ++i) {
    const std::uint64_t flags = random.percent(75) ? random.below(8) : 0;
    map_page(flags, flags == 0 ? kPage * random.between(1, 3) : kPage);
  }
  const Make read = Make(NodeType::map_read).ref("mapping", page);
  // A GPU falls asleep 50 ms after its last call, far from what is asked here.
  const std::uint32_t pause = scene.builder.add(
      actor, Make(NodeType::sleep).number("time", random.between(100, 400) * kMs));
  if (random.percent(70)) read_behind(scene, actor, pause, read);
  if (random.percent(40)) return;
  constexpr NodeType kEnds[] = {NodeType::unbind, NodeType::unplug};
  const std::uint32_t end = scene.builder.add(actor, Make(random.one_of(kEnds)));
  read_behind(scene, actor, end, read);
  if (random.percent(30)) map_page(0, kPage);
}

/// Labels as long as they may be and longer, on buffers that are there and that are not.
void labels(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  constexpr std::uint64_t kLengths[] = {0, 8, kLabelMax - 1, kLabelMax, kLabelMax + 1,
                                        2 * kLabelMax - 1};
  const std::uint64_t count = random.between(2, 4);
  for (std::uint64_t i = 0; i < count; ++i) {
    Make label(NodeType::bo_set_label);
    label.ref("bo", client.buffer()).number("label", random.one_of(kLengths));
    client.add(client.actor(), label);
    if (random.percent(40)) {
      client.add(client.actor(), Make(NodeType::bo_query_info).ref("bo", client.buffer()));
    }
  }
}

}  // namespace protm::fuzz
