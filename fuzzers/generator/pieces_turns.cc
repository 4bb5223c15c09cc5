// SPDX-License-Identifier: GPL-2.0-only
// Set pieces about slots and ticks: sessions that go on for long, groups that ask and lose their
// slot, queues that ask while their group enters, doorbells that ask for nothing.
#include "fuzzers/generator/set_piece_parts.h"
#include "gpu-model/vocab/machine_config.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::kNoStep;
using contract::PointKind;
using contract::ScheduleEntry;
using contract::Trigger;
using vocab::Latency;
using vocab::Switch;

/// Sessions follow each other without a pause for longer than a period of the watchdog.
void long_sessions(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::low_and_medium, 1, Protection::yes);
  if (random.percent(25)) client.add_group(Urgency::low_and_medium, 1);
  vocab::MachineConfig& machine = scene.program.machine;
  if (random.percent(50)) {
    machine.set_latency(Latency::protm_exit, draw_short(30 * kUs, 400 * kMs, random));
  }
  const std::uint64_t jobs = random.between(3, 6);
  std::uint32_t last = kNoStep;
  for (std::uint64_t i = 0; i < jobs; ++i) {
    const std::uint64_t before = random.percent(20) ? random.between(1, 40) * kMs : 0;
    last = submit_region(scene, client, 0, 0, before,
                         {.least_ns = 2'000 * kMs, .most_ns = 4'500 * kMs});
  }
  if (client.groups() > 1) client.submit(1, 0, {}, Trouble::none, inside(0, 100 * kMs, random));
  client.wait(last, 40'000 * kMs);
}

/// A group of a low priority asks, others take its slot before it is granted, and give it back
/// one by one or all at once.
void asks_and_loses_slot(Scene& scene) {
  Random& random = scene.random;
  vocab::MachineConfig& machine = scene.program.machine;
  machine.csg_slots = static_cast<std::uint32_t>(random.between(3, 4));
  if (random.percent(60)) machine.set_switch(Switch::pend_again_on_resume, 0);
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1);
  client.add_group(Urgency::low_and_medium, 1, Protection::yes);
  const std::uint64_t others = machine.csg_slots - 1 + random.below(2);
  for (std::uint64_t i = 0; i < others; ++i) client.add_group(Urgency::all_medium, 1);
  RunTime busy{.least_ns = 100 * kMs, .most_ns = 400 * kMs};
  if (random.percent(50)) busy = {.least_ns = 1'000 * kMs, .most_ns = 2'500 * kMs};
  client.submit(0, 0, busy);
  const std::uint32_t asks = submit_region(scene, client, 1, 0, 0, {});
  const Trigger asked = after(EventKind::protm_pend_raised, 0, random.below(40) * 50 * kUs);
  for (std::size_t i = 2; i < client.groups(); ++i) {
    client.submit(i, 0, busy, Trouble::none, i == 2 ? asked : Trigger{});
  }
  client.wait(asks, 6'000 * kMs);
  if (random.percent(50)) return;
  // All at the same time, so that no tick comes in between.
  const std::uint64_t at_ns = random.between(2, 30) * 10 * kMs;
  for (std::size_t i = 0; i < client.groups(); ++i) {
    if (i != 1) client.destroy_group(scene.stranger("end"), i, {.at_ns = at_ns, .after = {}});
  }
}

/// Queues of one group ask microseconds apart, while the first one's entry is on its way, and a
/// neighbour runs out of work meanwhile.
void queues_ask(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  const auto queues = static_cast<std::uint32_t>(random.between(2, 3));
  client.add_group(Urgency::all_medium, queues, Protection::yes);
  const bool neighbour = random.percent(60);
  if (neighbour) client.add_group(Urgency::low_and_medium, 1);
  vocab::MachineConfig& machine = scene.program.machine;
  if (random.percent(30)) machine.set_latency(Latency::ack, draw_short(kUs, 2 * kMs, random));
  if (random.percent(30)) {
    machine.set_latency(Latency::doorbell, draw_short(kUs, 100 * kUs, random));
  }
  constexpr std::uint64_t kStep = 5 * kUs;
  if (neighbour && client.groups() > 1) {
    const RunTime short_one{.least_ns = kMs / 10, .most_ns = 3 * kMs};
    client.submit(1, 0, random.percent(70) ? short_one : RunTime{.most_ns = 100 * kMs});
  }
  std::uint32_t job =
      submit_region(scene, client, 0, 0, 0, {.least_ns = 5 * kMs, .most_ns = 60 * kMs});
  for (std::uint32_t queue = 1; queue < queues; ++queue) {
    const std::uint64_t before = random.percent(70) ? kStep * random.between(1, 40)
                                                    : random.between(1, 10) * kMs;
    job = submit_region(scene, client, 0, queue, before, {.most_ns = 4 * kMs});
  }
  client.wait(job, 8'000 * kMs);
  if (random.percent(50)) return;
  constexpr const char* kTasks[] = {"tick_work", "fw_events_work", "irq.job"};
  constexpr PointKind kPoints[] = {PointKind::mutex_lock, PointKind::mem_read, PointKind::mem_write,
                                   PointKind::mmio_write, PointKind::down_write};
  const std::uint64_t lines = random.between(1, 2);
  for (std::uint64_t i = 0; i < lines; ++i) {
    until(scene, ScheduleEntry::Verb::let, role(random.one_of(kTasks)), random.one_of(kPoints), {},
          static_cast<std::uint32_t>(random.between(1, 12)));
  }
}

/// Firmware that leaves on any doorbell, with neighbours whose events come into the session.
void doorbells_inside(Scene& scene) {
  Random& random = scene.random;
  vocab::MachineConfig& machine = scene.program.machine;
  machine.set_switch(Switch::bare_doorbell_is_request, 1);
  if (random.percent(30)) machine.set_switch(Switch::idle_events_while_active, 1);
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  const std::uint64_t others = random.below(3);
  for (std::uint64_t i = 0; i < others; ++i) client.add_group(Urgency::low_and_medium, 1);
  for (std::size_t i = 1; i < client.groups(); ++i) {
    client.submit(i, 0, {.least_ns = kMs / 10, .most_ns = 30 * kMs});
  }
  std::uint32_t job = kNoStep;
  const std::uint64_t jobs = random.between(1, 3);
  for (std::uint64_t i = 0; i < jobs; ++i) {
    job = submit_region(scene, client, 0, 0, random.below(3) * kMs,
                        {.least_ns = 2 * kMs, .most_ns = 60 * kMs});
  }
  // Shorter than what a session costs that is thrown out again and again.
  client.wait(job, random.percent(50) ? random.between(50, 300) * kMs : 5'000 * kMs);
  if (random.percent(50)) client.destroy_group(client.actor(), 0, {});
}

}  // namespace protm::fuzz
