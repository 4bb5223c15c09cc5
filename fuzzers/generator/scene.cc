// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/scene.h"

#include "conformance/format/binary_code.h"
#include "conformance/format/event_text.h"
#include "sut-adapters/contract/event.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::EventSpec;
using contract::kNoStep;
using contract::Makes;
using contract::NodeType;
using contract::Trigger;

namespace {

/// Small seeds differ in few bits; one step spreads them.
Random spread(std::uint64_t seed) { return Random(Random(seed).next()); }

constexpr std::uint32_t kOutsiders = 3;

/// A moment of an event, and how often it is taken: what a protected session shows comes first.
struct Moment {
  EventKind kind;
  std::uint32_t weight;
};
constexpr Moment kMoments[] = {
    {EventKind::protm_active, 12},
    {EventKind::protm_pend_raised, 6},
    {EventKind::protm_enter_sampled, 6},
    {EventKind::protm_enter_acked, 6},
    {EventKind::protm_exit_begun, 6},
    {EventKind::protm_exit_raised, 6},
    {EventKind::csg_state_acked, 4},
    {EventKind::group_on_slot, 3},
    {EventKind::group_off_slot, 2},
    {EventKind::as_command_written, 2},
    {EventKind::job_started, 6},
    {EventKind::job_ended, 3},
    {EventKind::fence_signalled, 3},
    {EventKind::fault_applied, 3},
    {EventKind::exit_refused, 2},
    {EventKind::reset_completed, 3},
    {EventKind::irq_high, 2},
    {EventKind::irq_low, 1},
    {EventKind::step_blocked, 2},
    {EventKind::step_returned, 4},
    {EventKind::ping_sampled, 1},
    {EventKind::status_update_sampled, 3},
    {EventKind::tiler_oom, 1},
};

}  // namespace

Scene::Scene(std::uint64_t seed) : random(spread(seed)), builder(program), swarm(random) {
  clients.reserve(contract::kMaxActors);
}

std::uint32_t Scene::outsider() {
  if (outsiders_.size() < kOutsiders && program.actors.size() < contract::kMaxActors) {
    return stranger("outsider");
  }
  if (outsiders_.empty()) return static_cast<std::uint32_t>(random.below(program.actors.size()));
  return outsiders_[random.below(outsiders_.size())];
}

std::uint32_t Scene::stranger(const char* name) {
  if (program.actors.size() == contract::kMaxActors) return outsider();
  const std::string number = std::to_string(program.actors.size());
  const std::uint32_t actor = builder.add_actor(name + number, random.percent(30));
  outsiders_.push_back(actor);
  return actor;
}

std::uint32_t Scene::any(Makes makes) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < program.steps.size(); ++i) {
    if (contract::node_info(contract::step_type(program, i)).makes == makes) found.push_back(i);
  }
  return found.empty() ? kNoStep : found[random.below(found.size())];
}

std::uint64_t Scene::a_while_ns() {
  constexpr std::uint32_t kWeights[] = {35, 15, 20, 20, 10};
  switch (random.weighted(kWeights)) {
    case 0: return 0;
    case 1: return random.between(1, 50) * kUs;
    case 2: return random.between(1, 40) * 50 * kUs;
    case 3: return random.between(2, 20) * kMs;
    default: return random.between(20, 200) * kMs;
  }
}

EventSpec Scene::event() {
  std::vector<std::uint32_t> weights;
  for (std::uint32_t i = 0; i < std::size(kMoments); ++i) {
    const bool on = swarm.allows(number_of(SwarmList::moments), i);
    weights.push_back(on ? kMoments[i].weight : 0);
  }
  weights.front() += 1;  // something must be left
  EventSpec event;
  event.kind = kMoments[random.weighted(weights)].kind;
  const auto words = format::event_arg_words(format::event_argument(event.kind));
  if (!words.empty()) event.arg = static_cast<std::uint32_t>(random.below(words.size()));
  if (random.percent(15)) event.count = static_cast<std::uint32_t>(random.between(2, 4));
  return event;
}

Trigger Scene::moment() {
  EventSpec event = this->event();
  const contract::EventArg form = format::event_argument(event.kind);
  if (form == contract::EventArg::fault) {
    if (program.faults.empty()) event = {.kind = EventKind::protm_active, .arg = 0, .count = 1};
    else event.arg = static_cast<std::uint32_t>(random.below(program.faults.size()));
  }
  if (form == contract::EventArg::step) {
    const bool group = event.kind == EventKind::group_on_slot ||
                       event.kind == EventKind::group_off_slot;
    const bool step = event.kind == EventKind::step_blocked ||
                      event.kind == EventKind::step_returned;
    const std::uint32_t named =
        step ? static_cast<std::uint32_t>(random.below(program.steps.size()))
             : any(group ? Makes::group : Makes::job);
    if (named == kNoStep) event = {.kind = EventKind::protm_active, .arg = 0, .count = 1};
    else event.arg = named;
  }
  return {.at_ns = 0, .after = event, .delay_ns = a_while_ns()};
}

void Scene::sleep(std::uint32_t actor, std::uint64_t ns) {
  builder.add(actor, Make(NodeType::sleep).number("time", ns));
}

void Scene::add_fault(vocab::MachineFault fault) {
  if (program.faults.size() == contract::kMaxFaults) return;
  fault.id = static_cast<std::uint32_t>(program.faults.size());
  program.faults.push_back({.host = false, .machine = fault, .call = {}});
}

void Scene::add_fault(contract::HostFault fault) {
  if (program.faults.size() == contract::kMaxFaults) return;
  contract::Fault made;
  made.host = true;
  made.machine.id = static_cast<std::uint32_t>(program.faults.size());
  made.call = std::move(fault);
  program.faults.push_back(std::move(made));
}

}  // namespace protm::fuzz
