// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/set_piece.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "conformance/format/case_words.h"
#include "fuzzers/generator/set_piece_parts.h"
#include "gpu-model/vocab/machine_fault.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::Node;
using contract::NodeType;
using contract::PointKind;
using contract::ScheduleEntry;
using contract::TaskSpec;
using contract::Trigger;
using vocab::FaultKind;

Client& only_client(Scene& scene) {
  const std::uint32_t actor = scene.builder.add_actor("client0", scene.random.percent(40));
  scene.clients.emplace_back(scene.builder, scene.random, actor, false);
  scene.clients.back().set_up();
  return scene.clients.back();
}

Trigger inside(std::uint64_t least_ns, std::uint64_t most_ns, Random& random) {
  constexpr std::uint64_t kStep = 50 * kUs;
  return after(EventKind::protm_active, 0,
               kStep * random.between(least_ns / kStep, most_ns / kStep));
}

void until(Scene& scene, ScheduleEntry::Verb verb, TaskSpec task, PointKind point,
           std::string object, std::uint32_t count) {
  scene.program.schedule.push_back(
      {verb, std::move(task), {point, std::move(object), count}});
}

TaskSpec role(const char* word) { return {TaskSpec::kNoActor, word}; }

std::uint64_t draw_short(std::uint64_t least_ns, std::uint64_t most_ns, Random& random) {
  const std::uint64_t most = std::max(least_ns, most_ns >> random.below(8));
  return kUs * random.between(least_ns / kUs, most / kUs);
}

std::uint32_t submit_region(Scene& scene, Client& client, std::size_t group, std::uint32_t queue,
                            std::uint64_t before_ns, const RunTime& region, const Trigger& when) {
  std::vector<Node> stream;
  if (before_ns != 0) {
    stream.push_back(Make(NodeType::i_run_compute).number("time", before_ns).node());
  }
  stream.push_back(
      Make(NodeType::i_prot_region).list("region", {client.run_for(region)}).node());
  if (scene.random.percent(30)) stream.push_back(client.run_for({.most_ns = 40 * kMs}));
  return client.submit_stream(group, std::move(stream), when, queue);
}

namespace {

/// Programs that are a set piece, in percent.
constexpr std::uint32_t kPercent = 8;

// --- dma-heaps -----------------------------------------------------------------------------------

/// A heap goes while another call looks for it, or passes it on the way to another one; one of the
/// two is held at a reference or at the lock of the list.
void heaps_meet(Scene& scene) {
  Random& random = scene.random;
  const bool opens = random.percent(50);
  // A search for the very heap that has lost its last reference and still stands in the list.
  const bool dying = !opens && random.percent(30);
  const bool at_list = opens || dying;
  // The two worst places: the owner between its last reference and the list, a search that holds a
  // reference of the heap it passes.
  const bool worst = dying || random.percent(50);
  // Of two who start at once the first one runs, until it is held.
  const bool owner_first = worst ? at_list : random.percent(50);
  const std::uint32_t a = scene.builder.add_actor(owner_first ? "owner" : "other", false);
  const std::uint32_t b = scene.builder.add_actor(owner_first ? "other" : "owner", false);
  const std::uint32_t owner = owner_first ? a : b;
  const std::uint32_t other = owner_first ? b : a;
  const auto add_heap = [&](const char* name) {
    return scene.builder.add(owner, Make(NodeType::heap_register).text("name", name));
  };
  const std::uint32_t first = add_heap("one");
  const std::uint32_t last = add_heap("two");
  const Trigger both = after(EventKind::step_returned, last, 0);
  scene.builder.add(owner, Make(NodeType::heap_unregister).ref("heap", first), both);
  const std::string name = !dying && (worst || random.percent(70)) ? "two" : "one";
  if (opens) {
    const std::uint32_t file =
        scene.builder.add(other, Make(NodeType::heap_open).text("name", "one"), both);
    if (random.percent(40)) {
      scene.builder.add(other, Make(NodeType::heap_ioctl).ref("file", file).number("len", 4096));
    }
    scene.builder.add(other, Make(NodeType::heap_close).ref("file", file));
  } else {
    const std::uint32_t found =
        scene.builder.add(other, Make(NodeType::heap_find).text("name", name), both);
    scene.builder.add(other, Make(NodeType::heap_put).ref("heap", found));
  }
  if (random.percent(30)) {
    scene.builder.add(owner, Make(NodeType::heap_find).text("name", name));
  }
  struct At {
    PointKind kind;
    const char* object;
  };
  constexpr std::array kPoints{At{PointKind::kref_put, "heap"}, At{PointKind::kref_get, "heap"},
                               At{PointKind::mutex_lock, "heap_list_lock"},
                               At{PointKind::mutex_unlock, "heap_list_lock"}};
  constexpr std::uint32_t kWeights[] = {4, 1, 4, 1};
  const std::uint64_t lines = random.percent(75) ? 1 : 2;
  for (std::uint64_t i = 0; i < lines; ++i) {
    const bool there = worst && i == 0;
    const At& at = there ? kPoints[at_list ? 2 : 0] : kPoints[random.weighted(kWeights)];
    const bool owners = there ? at_list : random.percent(50);
    // To register a heap takes the lock as well.
    const bool again = owners && std::string_view(at.object) == "heap_list_lock";
    // A search comes first to the heap that was there before.
    const std::uint64_t count = there ? (at_list ? 1 : 2) : random.between(1, 2);
    until(scene, ScheduleEntry::Verb::let, {owners ? owner : other, {}}, at.kind, at.object,
          static_cast<std::uint32_t>(count + (again ? 2 : 0)));
  }
}

/// The driver uses a heap that a step has made, and is looked at when it has gone.
void heap_of_the_driver(Scene& scene) {
  Random& random = scene.random;
  contract::Program& program = scene.program;
  program.boot = contract::Boot::cold;
  program.heap_present = false;
  const std::uint32_t actor = scene.builder.add_actor("admin", random.percent(30));
  const std::string name(format::kDefaultHeapName);
  const std::uint32_t heap = scene.builder.add(
      actor, Make(NodeType::heap_register).text("name", name).number("protected", 1));
  scene.builder.add(actor, Make(NodeType::load));
  const std::uint32_t file = scene.builder.add(actor, Make(NodeType::open).number("fences", 1));
  Client& client = scene.clients.emplace_back(scene.builder, random, actor, false, file);
  client.set_up();
  const std::uint64_t groups = random.between(1, 2);
  for (std::uint64_t i = 0; i < groups; ++i) {
    client.add_group(Urgency::low_and_medium, 1,
                     random.percent(80) ? Protection::yes : Protection::no);
  }
  if (random.percent(50)) client.wait(client.submit(0, 0, {}), 2'000 * kMs);
  if (random.percent(20)) client.destroy_group(actor, 0, {});
  constexpr NodeType kEnds[] = {NodeType::unbind, NodeType::unbind, NodeType::unplug,
                                NodeType::unload};
  const NodeType end = random.one_of(kEnds);
  scene.builder.add(actor, Make(end));
  if (random.percent(80)) {
    scene.builder.add(actor, Make(NodeType::heap_unregister).ref("heap", heap));
  }
  scene.builder.add(actor, Make(NodeType::heap_find).text("name", name));
  if (random.percent(50)) scene.builder.add(actor, Make(NodeType::close).ref("file", file));
  if (random.percent(40)) scene.builder.add(actor, Make(NodeType::heap_find).text("name", name));
}

// --- sessions ------------------------------------------------------------------------------------

void add_exit_fault(Scene& scene) {
  Random& random = scene.random;
  vocab::MachineFault fault;
  fault.kind = random.percent(50) ? FaultKind::refuse_exit : FaultKind::late_exit;
  fault.nth = static_cast<std::uint32_t>(random.percent(85) ? 1 : 2);
  // Around the 505 ms for which an exit is waited for; or so close that the reset meets the exit.
  constexpr std::uint64_t kTenth = kMs / 10;
  if (fault.kind == FaultKind::late_exit) {
    fault.value_ns = random.percent(50) ? random.between(5'030, 5'070) * kTenth
                                        : random.between(480, 560) * kMs;
  }
  scene.add_fault(fault);
}

/// The reset is held at its beginning until what a slow exit brings about has been seen.
void hold_reset(Scene& scene) {
  Random& random = scene.random;
  constexpr PointKind kPoints[] = {PointKind::picked, PointKind::picked, PointKind::mutex_lock,
                                   PointKind::mmio_read};
  constexpr const char* kOthers[] = {"irq.job", "irq.gpu", "tick_work", "fw_events_work"};
  until(scene, ScheduleEntry::Verb::let, role("reset_work"), random.one_of(kPoints), {},
        static_cast<std::uint32_t>(random.between(1, 2)));
  until(scene, ScheduleEntry::Verb::run, role(random.one_of(kOthers)), PointKind::returned, {}, 1);
}

/// A VM operation, or a call that makes one, comes into a session that does not end when it should.
void operation_meets_exit(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  const bool company = random.percent(40);
  if (company) client.add_group(Urgency::low_and_medium, 1, Protection::no);
  add_exit_fault(scene);
  const std::uint32_t job =
      client.submit(0, 0, {.least_ns = 10 * kMs, .most_ns = 3'000 * kMs});
  if (company && client.groups() > 1) client.submit(1, 0, {});
  client.wait(job, 8'000 * kMs);
  const std::uint32_t outsider = scene.outsider();
  const Trigger when = inside(kMs, 6 * kMs, random);
  switch (random.below(6)) {
    case 0: client.destroy_vm(outsider, when); break;
    case 1: {
      Make group(NodeType::group_create);
      group.ref("vm", client.vm()).list("queues", {Make(NodeType::queue).node()});
      client.add(outsider, group, when);
      break;
    }
    default: client.rebind(outsider, when); break;
  }
  if (random.percent(40)) client.rebind(outsider, after(EventKind::reset_completed, 0, 20 * kMs));
  if (random.percent(60)) hold_reset(scene);
}

/// Work of a group of any priority arrives while another one's session goes on.
void work_meets_session(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::low_and_medium, 1, Protection::yes);
  client.add_group(Urgency::all_medium, static_cast<std::uint32_t>(random.between(1, 2)),
                   random.percent(20) ? Protection::yes : Protection::no);
  if (client.groups() != 2) return;
  // With a job before it the group idles on its slot, without one it has none.
  if (random.percent(50)) client.wait(client.submit(1, 0, {}), 5'000 * kMs);
  const std::uint32_t job =
      client.submit(0, 0, {.least_ns = 100 * kMs, .most_ns = 2'000 * kMs});
  if (random.percent(30)) {
    scene.program.machine.set_latency(vocab::Latency::protm_exit, random.between(1, 20) * kMs);
  }
  const std::uint32_t outsider = scene.outsider();
  Make submit(NodeType::group_submit);
  submit.ref("group", client.group_step(1));
  submit.number("queue", random.below(client.queues(1)));
  submit.list("stream", {client.run_for({.least_ns = kMs, .most_ns = 20 * kMs})});
  const std::uint32_t late = client.add(outsider, submit, inside(kMs, 30 * kMs, random));
  if (random.percent(50)) {
    client.add(outsider, Make(NodeType::wait).ref("job", late).number("timeout", 1'000 * kMs));
  }
  client.wait(job, 8'000 * kMs);
}

/// Groups that hold slots beside a session that hangs go, or have work, when the reset comes.
void groups_meet_reset(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  const std::uint64_t others = random.between(1, 3);
  for (std::uint64_t i = 0; i < others; ++i) client.add_group(Urgency::all_medium, 1);
  vocab::MachineFault fault;
  fault.kind = FaultKind::protected_fault;
  fault.value_ns = kUs * random.between(1, 5'000);
  if (random.percent(70)) scene.add_fault(fault);
  fault = {};
  fault.kind = FaultKind::refuse_exit;
  scene.add_fault(fault);
  std::vector<std::size_t> idle;
  for (std::size_t i = 1; i < client.groups(); ++i) {
    const bool busy = random.percent(50);
    if (!busy) idle.push_back(i);
    const RunTime time = busy ? RunTime{.least_ns = 50 * kMs, .most_ns = 700 * kMs} : RunTime{};
    const std::uint32_t job = client.submit(i, 0, time);
    if (!busy) client.wait(job, 5'000 * kMs);
  }
  const std::uint32_t job = client.submit(0, 0, {.least_ns = 20 * kMs, .most_ns = 200 * kMs});
  const std::uint32_t outsider = scene.outsider();
  const Trigger when = inside(0, 8 * kMs, random);
  // Mostly one that has nothing to do: only the slot still holds it.
  const std::size_t whose = !idle.empty() && random.percent(70) ? idle[random.below(idle.size())]
                                                                : random.below(client.groups());
  if (random.percent(75)) client.destroy_group(outsider, whose, when);
  else client.rebind(outsider, when);
  client.wait(job, 8'000 * kMs);
}

constexpr std::array kPieces{
    SetPiece{"heaps-meet", 5, heaps_meet},
    SetPiece{"heap-of-the-driver", 2, heap_of_the_driver},
    SetPiece{"operation-meets-exit", 4, operation_meets_exit},
    SetPiece{"work-meets-session", 2, work_meets_session},
    SetPiece{"groups-meet-reset", 4, groups_meet_reset},
    SetPiece{"odd-start", 4, odd_start},
    SetPiece{"device-meets-session", 3, device_meets_session},
    SetPiece{"long-sessions", 2, long_sessions},
    SetPiece{"asks-and-loses-slot", 4, asks_and_loses_slot},
    SetPiece{"queues-ask", 3, queues_ask},
    SetPiece{"doorbells-inside", 2, doorbells_inside},
    SetPiece{"binds-of-two", 3, binds_of_two},
    SetPiece{"entry-fails", 2, entry_fails},
    SetPiece{"entry-meets-reset", 3, entry_meets_reset},
    SetPiece{"faults-in-a-row", 3, faults_in_a_row},
    SetPiece{"cut-blocks", 3, cut_blocks},
    SetPiece{"memory-pressure", 4, memory_pressure},
    SetPiece{"user-page", 2, user_page},
    SetPiece{"labels", 1, labels},
    SetPiece{"odd-heap-calls", 2, odd_heap_calls},
    SetPiece{"odd-tilers", 4, odd_tilers},
    SetPiece{"short-sessions", 3, short_sessions},
    SetPiece{"no-progress", 2, no_progress},
    SetPiece{"silent-at-grant", 3, silent_at_grant},
    SetPiece{"slow-exits", 2, slow_exits},
};

}  // namespace

std::span<const SetPiece> set_pieces() { return kPieces; }

const SetPiece* set_piece_of(std::uint64_t seed) {
  constexpr std::uint64_t kStream = 0x5e7'9139'ce;
  Random random(Random(seed ^ kStream).next());
  if (!random.percent(kPercent)) return nullptr;
  std::array<std::uint32_t, kPieces.size()> weights{};
  for (std::size_t i = 0; i < kPieces.size(); ++i) weights[i] = kPieces[i].weight;
  return &kPieces[random.weighted(weights)];
}

std::uint64_t next_set_piece(std::uint64_t seed) {
  while (set_piece_of(seed) == nullptr) ++seed;
  return seed;
}

}  // namespace protm::fuzz
