// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/full.h"

#include <algorithm>
#include <string>

#include "conformance/format/case_words.h"
#include "fuzzers/generator/machine.h"
#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/set_piece.h"
#include "fuzzers/generator/wrong_calls.h"
#include "gpu-model/vocab/machine_config.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/needs.h"

namespace protm::fuzz {

using contract::Capability;
using contract::EventKind;
using contract::kNoStep;
using contract::NodeType;
using contract::Program;
using contract::Trigger;

namespace {

/// Clients that have a protected group at all, in percent.
constexpr std::uint32_t kProtectedClients = 75;
/// Groups that take no part in protected mode and run beside the others.
constexpr std::uint64_t kPlainGroups = 3;

void draw_machine_of(Scene& scene) {
  Program& program = scene.program;
  const bool few = scene.swarm.on(Topic::pressure);
  scene.slots = draw_machine(scene.random, program, few ? Slots::few : Slots::any);
  if (!scene.random.percent(30)) return;
  // Another machine with the numbers that were drawn, where they are legal there.
  const auto names = vocab::config_names();
  const auto other = vocab::config_by_name(names[scene.random.below(names.size())]);
  const vocab::MachineConfig moved = vocab::moved_to(program.machine, *other);
  program.machine = vocab::config_problem(moved).empty() ? moved : *other;
  scene.slots = program.machine.csg_slots;
}

/// How long a client's jobs run in this Program.
RunTime draw_run_time(Scene& scene) {
  constexpr std::uint32_t kWeights[] = {30, 40, 25, 5};
  if (scene.swarm.on(Topic::pressure)) return {.least_ns = 15 * kMs, .most_ns = 50 * kMs};
  switch (scene.random.weighted(kWeights)) {
    case 0: return {};
    case 1: return {.least_ns = 2 * kMs, .most_ns = 20 * kMs};
    case 2: return {.least_ns = 10 * kMs, .most_ns = 120 * kMs};
    default: return {.least_ns = 1'000 * kMs, .most_ns = 4'000 * kMs};
  }
}

void add_groups(Scene& scene, Client& client) {
  Random& random = scene.random;
  const bool pressure = scene.swarm.on(Topic::pressure);
  const Urgency urgency = pressure && random.percent(60) ? Urgency::all_medium
                          : random.percent(30)           ? Urgency::any
                                                         : Urgency::low_and_medium;
  const auto queues = [&] {
    return static_cast<std::uint32_t>(random.percent(75) ? 1 : random.between(2, 3));
  };
  std::uint64_t plain = random.below(kPlainGroups + 1);
  if (pressure) plain = (scene.slots + random.between(0, 2)) / scene.clients.size() + 1;
  std::uint64_t protect = random.percent(kProtectedClients) ? 1 + random.below(2) : 0;
  if (plain + protect == 0) plain = 1;
  // Which of them come first decides who has a slot when the first one asks.
  while (plain + protect != 0) {
    const bool next = random.below(plain + protect) < protect;
    client.add_group(urgency, queues(), next ? Protection::yes : Protection::no);
    --(next ? protect : plain);
  }
}

void make_clients(Scene& scene) {
  Random& random = scene.random;
  constexpr std::uint32_t kWeights[] = {55, 33, 12};
  const std::uint64_t count = 1 + random.weighted(kWeights);
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool nice = random.percent(40);
    const std::uint32_t actor = scene.builder.add_actor("client" + std::to_string(i), nice);
    std::uint32_t file = scene.file;
    const bool own = scene.swarm.on(Topic::files) && random.percent(70);
    if (own) file = scene.builder.add(actor, Make(NodeType::open).number("fences", 1));
    scene.clients.emplace_back(scene.builder, random, actor, nice, file);
  }
  for (Client& client : scene.clients) {
    client.set_up();
    if (random.percent(15)) client.rebind(client.actor(), {});
    add_groups(scene, client);
  }
}

/// Clients that set themselves up at once do so in an order that microseconds decide. Most come
/// one after the other.
void put_in_order(Scene& scene) {
  const std::uint64_t gap_ns = scene.random.percent(kOneByOne) ? kGapNs : 0;
  for (std::size_t i = 0; i < scene.clients.size(); ++i) {
    const std::uint32_t first = scene.clients[i].file() != kNoStep &&
                                        scene.clients[i].file() != scene.file
                                    ? scene.clients[i].file()
                                    : scene.clients[i].vm();
    if (first == kNoStep) continue;
    Trigger& when = scene.program.steps[first].when;
    if (scene.file == kNoStep) when.at_ns = i * gap_ns;
    else when = after(EventKind::step_returned, scene.file, i * gap_ns);
  }
}

void submit_some(Scene& scene, Client& client, const RunTime& time) {
  Random& random = scene.random;
  const std::uint64_t first = random.below(client.groups());
  for (std::size_t i = 0; i < client.groups() && scene.room(4); ++i) {
    const std::size_t group = (first + i) % client.groups();
    const std::uint64_t jobs = random.percent(30) ? 2 : 1;
    for (std::uint64_t k = 0; k < jobs; ++k) {
      const auto queue = static_cast<std::uint32_t>(random.below(client.queues(group)));
      const Trigger when = random.percent(12) ? scene.moment() : Trigger{};
      client.submit(group, queue, time, Trouble::none, when);
    }
    if (random.percent(8)) client.ask();
    if (random.percent(25) && scene.swarm.on(Topic::wrong)) {
      add_wrong_call(scene.builder, random, client);
    }
  }
}

void work(Scene& scene, Client& client) {
  Random& random = scene.random;
  const RunTime time = draw_run_time(scene);
  const bool idle = scene.swarm.on(Topic::idle);
  const std::uint64_t rounds = 1 + random.below(idle ? 3 : 2);
  for (std::uint64_t round = 0; round < rounds && client.groups() != 0 && scene.room(8); ++round) {
    if (round != 0 && idle) scene.sleep(client.actor(), random.between(60, 700) * kMs);
    if (client.groups() > 1 && random.percent(10)) {
      const std::size_t waiter = random.below(client.groups());
      client.submit_handshake(waiter, (waiter + 1) % client.groups(), time);
    }
    submit_some(scene, client, time);
    if (client.jobs().empty() || random.percent(20)) continue;
    client.wait(client.jobs().back(), random.between(1'500, 9'000) * kMs);
  }
}

/// What befalls the clients: topics that are on, one after the other, often the same one again.
void befall(Scene& scene) {
  const std::uint64_t times = scene.random.below(6);
  for (std::uint64_t i = 0; i < times && scene.room(6); ++i) {
    const TopicInfo* const topic = scene.swarm.draw(scene.random);
    if (topic != nullptr) topic->befall(scene);
  }
}

void play_topics(Scene& scene) {
  draw_machine_of(scene);
  for (const TopicInfo& topic : topic_table()) {
    if (topic.prepare != nullptr && scene.swarm.on(topic.id)) topic.prepare(scene);
  }
  make_clients(scene);
  put_in_order(scene);
  for (Client& client : scene.clients) work(scene, client);
  befall(scene);
}

Program draw(std::uint64_t seed) {
  Scene scene(seed);
  Program& program = scene.program;
  const SetPiece* const piece = set_piece_of(seed);
  program.title = "seed " + std::to_string(seed) + ": " +
                  (piece != nullptr ? std::string(piece->name) : scene.swarm.words());
  program.heap_param = format::kDefaultHeapName;
  if (piece != nullptr) piece->play(scene);
  else play_topics(scene);
  scene.builder.finish();
  program.requires_mask = contract::needed_by(program);
  for (const auto need : {Capability::panthor, Capability::protm, Capability::vm_bind}) {
    program.requires_mask = program.requires_mask | need;
  }
  return std::move(program);
}

/// Drawn in place of a Program that nobody can run.
constexpr std::uint64_t kSpareSeeds = 1ull << 40;

}  // namespace

Program generate_full(std::uint64_t seed) {
  Program program = draw(seed);
  // Any call is drawn, those of the announced design as well; only its own profile has them.
  std::uint64_t spare = seed;
  while (contract::has(program.requires_mask, Capability::user_buffers)) {
    spare += kSpareSeeds;
    program = draw(spare);
  }
  program.title.replace(0, program.title.find(':'), "seed " + std::to_string(seed));
  return program;
}

}  // namespace protm::fuzz
