// SPDX-License-Identifier: GPL-2.0-only
// Set pieces about values that topics hardly ever draw: names and answers of dma-heaps, tiler heaps
// of nobody and of a VM that goes, sessions that are over at once, jobs without progress.
#include <string>
#include <vector>

#include "fuzzers/generator/set_piece_parts.h"
#include "gpu-model/vocab/machine_config.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::PointKind;
using contract::ScheduleEntry;
using contract::Trigger;
using vocab::Latency;

namespace {

/// Bytes of the struct of DMA_HEAP_IOCTL_ALLOC.
constexpr std::uint64_t kHeapStructBytes = 24;
/// Where a tiler context that no call made is written, and its chunk.
constexpr std::uint64_t kNobodyVa = 0x50000000;
constexpr std::uint64_t kNobodyBytes = 256u << 10;

/// The name as it is, or so nearly that a careless comparison takes it.
std::string nearly(Random& random, const std::string& name) {
  switch (random.below(6)) {
    case 0:
    case 1: return name + "\n";
    case 2: return name.substr(0, name.size() - 1);
    case 3: return name + "s";
    case 4: return "";
    default: return name;
  }
}

Node odd_answer(Random& random) {
  switch (random.below(5)) {
    case 0: return Make(NodeType::memory_null).node();
    case 1: return Make(NodeType::memory_bad).node();
    case 2:
      return Make(NodeType::memory_fault)
          .number("after", random.between(kHeapStructBytes - 8, kHeapStructBytes + 8))
          .node();
    default: return Make(NodeType::memory_readonly).node();
  }
}

Node heap_op(std::uint64_t word) { return Make(NodeType::i_heap_op).number("op", word).node(); }

/// Tiling that needs `bytes` of a heap; its pass stays in flight until somebody says frag_end.
std::vector<Node> tiling(std::uint32_t heap, std::uint64_t bytes, std::uint64_t ns) {
  return {Make(NodeType::i_heap_set).ref("heap", heap).node(), heap_op(0),
          Make(NodeType::i_run_tiling)
              .ref("heap", heap)
              .number("time", ns)
              .number("bytes", bytes)
              .node(),
          heap_op(1)};
}

std::uint32_t make_tiler(Scene& scene, Client& client, std::uint64_t initial) {
  Random& random = scene.random;
  Make make(NodeType::tiler_heap_create);
  make.ref("vm", client.vm()).number("initial_chunks", initial);
  make.number("max_chunks", random.between(2, 6)).number("target_in_flight", random.between(1, 2));
  return client.add(client.actor(), make);
}

/// A second pass wants memory while the fragment work of the first goes on for long.
void passes_in_flight(Scene& scene, Client& client) {
  Random& random = scene.random;
  client.add_group(Urgency::all_medium, 2);
  if (client.groups() == 0) return;
  const std::uint32_t heap = make_tiler(scene, client, 1);
  const auto pass = [&] {
    return tiling(heap, 16 * kPage * random.between(1, 4), kMs * random.between(1, 5));
  };
  const std::uint64_t va = kDataVa + kSharedAt + 256;
  const auto store = [&](std::uint64_t value) {
    return Make(NodeType::i_store32).number("va", va).number("value", value).node();
  };
  const std::uint32_t first = client.submit_stream(0, pass());
  std::vector<Node> second = pass();
  second.push_back(store(2));
  const std::uint32_t last = client.submit_stream(0, std::move(second));
  Make fragment(NodeType::group_submit);
  fragment.ref("group", client.group_step(0)).number("queue", 1).ref("wait", first);
  fragment.list("stream",
                {Make(NodeType::i_run_fragment)
                     .number("time", random.between(20, 800) * kMs)
                     .node(),
                 store(1), Make(NodeType::i_heap_set).ref("heap", heap).node(), heap_op(3)});
  const std::uint32_t ends = client.add(client.actor(), fragment);
  client.wait(last, 4'000 * kMs);
  client.wait(ends, 4'000 * kMs);
}

/// A context in memory of the client, which the kernel does not know.
void context_of_nobody(Scene& scene, Client& client) {
  Random& random = scene.random;
  const std::uint32_t actor = client.actor();
  const std::uint32_t memory =
      client.add(actor, Make(NodeType::bo_create).number("size", kNobodyBytes));
  const Node map = Make(NodeType::bind_map)
                       .ref("bo", memory)
                       .number("va", kNobodyVa)
                       .number("size", kNobodyBytes)
                       .node();
  client.add(actor, Make(NodeType::vm_bind).ref("vm", client.vm()).list("ops", {map}));
  const auto write = [&](std::uint64_t offset, std::uint64_t value) {
    client.add(actor, Make(NodeType::cpu_write)
                          .ref("bo", memory)
                          .number("offset", offset)
                          .number("value", value));
  };
  // The words for memory that is left: where it begins and how much it is.
  write(16, kNobodyVa + kNobodyBytes / 4 + 32);
  write(24, 128u << 10);
  if (random.percent(50)) make_tiler(scene, client, 1);
  client.add_group(Urgency::all_medium, 1);
  if (client.groups() == 0) return;
  const std::uint64_t bytes = random.percent(50) ? kPage : 16 * kPage * random.between(1, 12);
  const std::uint32_t job = client.submit_stream(
      0, {Make(NodeType::i_heap_set).raw("heap", kNobodyVa).node(), heap_op(0),
          Make(NodeType::i_run_tiling)
              .raw("heap", kNobodyVa)
              .number("time", kMs)
              .number("bytes", bytes)
              .node()});
  client.wait(job, 6'000 * kMs);
  client.add(actor, Make(NodeType::group_get_state).ref("group", client.group_step(0)));
}

/// A VM goes with its heaps, in use or not.
void vm_takes_heaps(Scene& scene, Client& client) {
  Random& random = scene.random;
  client.add_group(Urgency::all_medium, 1);
  const std::uint32_t heap = make_tiler(scene, client, random.between(1, 3));
  if (client.groups() == 0 || heap == kNoStep) return;
  const bool runs = random.percent(60);
  std::uint32_t job = kNoStep;
  if (runs) {
    job = client.submit_stream(
        0, tiling(heap, 16 * kPage * random.between(1, 12), kMs * random.between(1, 20)));
  }
  const bool during = runs && random.percent(50);
  if (runs && !during) client.wait(job, 6'000 * kMs);
  const std::uint32_t who = during ? scene.outsider() : client.actor();
  const std::uint64_t delay_ns = during ? random.below(20) * kMs : 0;
  client.destroy_vm(who, during ? after(EventKind::job_started, job, delay_ns) : Trigger{});
  if (random.percent(50)) client.add(who, Make(NodeType::tiler_heap_destroy).ref("heap", heap));
  if (during) client.wait(job, 6'000 * kMs);
}

}  // namespace

/// Names that are nearly right, and allocations whose answer has no place.
void odd_heap_calls(Scene& scene) {
  Random& random = scene.random;
  scene.program.boot = contract::Boot::cold;
  const std::uint32_t actor = scene.builder.add_actor("owner", false);
  constexpr const char* kNames[] = {"one", "two", "system"};
  const std::string name = random.one_of(kNames);
  const std::uint32_t heap =
      scene.builder.add(actor, Make(NodeType::heap_register).text("name", name));
  const std::uint32_t file =
      scene.builder.add(actor, Make(NodeType::heap_open).text("name", name));
  const std::uint64_t calls = random.between(2, 5);
  for (std::uint64_t i = 0; i < calls; ++i) {
    if (random.percent(50)) {
      const std::uint32_t found = scene.builder.add(
          actor, Make(NodeType::heap_find).text("name", nearly(random, name)));
      scene.builder.add(actor, Make(NodeType::heap_put).ref("heap", found));
      continue;
    }
    Make call(NodeType::heap_ioctl);
    call.ref("file", file);
    if (random.percent(75)) call.list("args_memory", {odd_answer(random)});
    const std::uint32_t buffer = scene.builder.add(actor, call);
    if (random.percent(50)) {
      scene.builder.add(actor, Make(NodeType::buffer_close).ref("buffer", buffer));
    }
  }
  scene.builder.add(actor, Make(NodeType::heap_close).ref("file", file));
  scene.builder.add(actor, Make(NodeType::heap_unregister).ref("heap", heap));
}

/// Tiler heaps at their limits and beyond them.
void odd_tilers(Scene& scene) {
  Client& client = only_client(scene);
  switch (scene.random.below(3)) {
    case 0: return passes_in_flight(scene, client);
    case 1: return context_of_nobody(scene, client);
    default: return vm_takes_heaps(scene, client);
  }
}

/// Sessions that are over before the tick that began them has looked.
void short_sessions(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  if (client.groups() == 0) return;
  vocab::MachineConfig& machine = scene.program.machine;
  // Between two looks of the driver, which are 10 us apart.
  const bool quick = random.percent(60);
  if (quick) {
    machine.set_latency(Latency::protm_active, kUs * random.between(1, 3));
    machine.set_latency(Latency::protm_exit, kUs * random.between(1, 3));
  } else if (random.percent(50)) {
    machine.set_latency(Latency::protm_exit, draw_short(kUs, 100 * kUs, random));
  }
  const std::uint64_t jobs = random.between(1, 3);
  for (std::uint64_t i = 0; i < jobs; ++i) {
    std::vector<Node> inside;
    if (random.percent(85)) {
      inside.push_back(Make(NodeType::i_run_compute)
                           .number("time", kUs * random.between(1, quick ? 8 : 200))
                           .node());
    }
    client.wait(client.submit_stream(
                    0, {Make(NodeType::i_prot_region).list("region", std::move(inside)).node()}),
                8'000 * kMs);
  }
  if (quick && random.percent(50)) return;
  // The tick is held somewhere at the entry until the exit has been heard.
  constexpr PointKind kPoints[] = {PointKind::mmio_read, PointKind::mmio_read, PointKind::mem_read,
                                   PointKind::mem_write, PointKind::mmio_write,
                                   PointKind::blocked};
  const std::uint64_t lines = random.between(1, 2);
  for (std::uint64_t i = 0; i < lines; ++i) {
    const PointKind at = random.one_of(kPoints);
    until(scene, ScheduleEntry::Verb::let, role("tick_work"), at, {},
          static_cast<std::uint32_t>(random.between(1, 40)));
    until(scene, ScheduleEntry::Verb::run, role("irq.job"), PointKind::returned, {},
          static_cast<std::uint32_t>(random.between(1, 2)));
  }
}

/// Instructions that take longer than the progress timer of the firmware lets them.
void no_progress(Scene& scene) {
  Random& random = scene.random;
  const auto fast = vocab::config_by_name("arch12-fast");
  scene.program.machine = *fast;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, random.percent(30) ? Protection::yes : Protection::no);
  if (client.groups() == 0) return;
  // The timer ends it after 2.6 s, the scheduler's time-out after 5 s.
  RunTime slow{.least_ns = 4'700 * kMs, .most_ns = 4'990 * kMs};
  if (random.percent(30)) slow = {.least_ns = 2'000 * kMs, .most_ns = 4'700 * kMs};
  std::vector<Node> stream{client.run_for(slow)};
  if (random.percent(30)) {
    const RunTime halves{.least_ns = 1'000 * kMs, .most_ns = 2'400 * kMs};
    stream = {client.run_for(halves), client.run_for(halves)};
  }
  client.wait(client.submit_stream(0, std::move(stream)), 10'000 * kMs);
  client.add(client.actor(),
             Make(NodeType::group_get_state).ref("group", client.group_step(0)));
  if (random.percent(50)) client.wait(client.submit(0, 0, {}), 6'000 * kMs);
}

}  // namespace protm::fuzz
