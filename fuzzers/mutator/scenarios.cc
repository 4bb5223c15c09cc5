// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/mutator/scenarios.h"

#include "conformance/format/binary.h"
#include "conformance/format/case_words.h"
#include "fuzzers/generator/program_builder.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::Node;
using contract::NodeType;
using contract::Program;

namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kVa = 0x200000;
constexpr std::uint64_t kGroupIsProtected = 1;
constexpr std::uint64_t kAsync = 1;

/// VM, buffer at kVa, stream area and one group of an actor.
struct Kit {
  std::uint32_t vm = 0, bo = 0, group = 0;
};

class Scene {
 public:
  Scene() : builder_(program_) { program_.heap_param = format::kDefaultHeapName; }

  std::uint32_t actor(const char* name) { return builder_.add_actor(name, false); }
  std::uint32_t add(std::uint32_t actor, const Make& op, const contract::Trigger& when = {}) {
    return builder_.add(actor, op, when);
  }
  std::uint32_t heap(std::uint32_t actor, NodeType type, const char* name) {
    const std::uint32_t step = builder_.add(actor, Make(type));
    contract::Value& value = program_.steps[step].op.fields.front();
    value.kind = contract::Value::Kind::text;
    value.text = name;
    return step;
  }

  Kit kit(std::uint32_t actor, std::uint64_t group_flags) {
    Kit kit;
    kit.vm = add(actor, Make(NodeType::vm_create));
    add(actor, Make(NodeType::stream_area).ref("vm", kit.vm));
    kit.bo = add(actor, Make(NodeType::bo_create).number("size", 8192));
    const Node map =
        Make(NodeType::bind_map).ref("bo", kit.bo).number("va", kVa).number("size", 8192).node();
    add(actor, Make(NodeType::vm_bind).ref("vm", kit.vm).list("ops", {map}));
    kit.group = add(actor, Make(NodeType::group_create)
                               .ref("vm", kit.vm)
                               .number("flags", group_flags)
                               .list("queues", {Make(NodeType::queue).node()}));
    return kit;
  }

  std::uint32_t job(std::uint32_t actor, const Kit& kit, bool protected_region) {
    const Node run = Make(NodeType::i_run_compute).number("time", 2 * kMs).node();
    const Node store = Make(NodeType::i_store64).number("va", kVa).number("value", 7).node();
    std::vector<Node> stream{store, run};
    if (protected_region) stream = {Make(NodeType::i_prot_region).list("region", {run}).node()};
    return add(actor, Make(NodeType::group_submit)
                          .ref("group", kit.group)
                          .list("stream", std::move(stream)));
  }

  Program take(std::uint64_t number) {
    builder_.finish();
    program_.machine.latency_seed = number;
    return format::canonical(program_);
  }

 private:
  Program program_;
  ProgramBuilder builder_;
};

/// A heap is looked up while its exporter takes it away.
Program heap_goes(std::uint64_t number) {
  Scene s;
  const std::uint32_t exporter = s.actor("exporter"), user = s.actor("user");
  const std::uint32_t heap = s.heap(exporter, NodeType::heap_register, "other");
  s.add(exporter, Make(NodeType::heap_unregister).ref("heap", heap),
        after(EventKind::step_returned, heap, kMs));
  const std::uint32_t found = s.heap(user, NodeType::heap_find, "other");
  const std::uint32_t buffer = s.add(user, Make(NodeType::heap_alloc).ref("heap", found));
  s.add(user, Make(NodeType::heap_put).ref("heap", found));
  s.add(user, Make(NodeType::buffer_put).ref("buffer", buffer));
  return s.take(number);
}

/// Somebody binds memory while a protected job of the same VM runs.
Program bind_in_window(std::uint64_t number) {
  Scene s;
  const std::uint32_t video = s.actor("video"), ui = s.actor("ui");
  const Kit kit = s.kit(video, kGroupIsProtected);
  const std::uint32_t job = s.job(video, kit, true);
  s.add(video, Make(NodeType::wait).ref("job", job).number("timeout", 2'000 * kMs));
  const Node unmap =
      Make(NodeType::bind_unmap).number("va", kVa + 4096).number("size", 4096).node();
  s.add(ui,
        Make(NodeType::vm_bind).ref("vm", kit.vm).number("flags", kAsync).list("ops", {unmap}),
        after(EventKind::protm_active, 0));
  s.add(ui, Make(NodeType::cpu_read).ref("bo", kit.bo));
  return s.take(number);
}

/// Two groups, one of them protected, and one goes while both have work.
Program group_goes(std::uint64_t number) {
  Scene s;
  const std::uint32_t video = s.actor("video"), ui = s.actor("ui"), admin = s.actor("admin");
  const Kit guarded = s.kit(video, kGroupIsProtected);
  const Kit plain = s.kit(ui, 0);
  const std::uint32_t job = s.job(video, guarded, true);
  const std::uint32_t other = s.job(ui, plain, false);
  s.add(ui, Make(NodeType::wait).ref("job", other).number("timeout", 2'000 * kMs));
  s.add(admin, Make(NodeType::group_destroy).ref("group", guarded.group),
        after(EventKind::job_started, job, kMs));
  s.add(admin, Make(NodeType::vm_destroy).ref("vm", guarded.vm));
  return s.take(number);
}

/// The device goes under a protected job.
Program device_goes(std::uint64_t number) {
  Scene s;
  const std::uint32_t video = s.actor("video"), admin = s.actor("admin");
  const Kit kit = s.kit(video, kGroupIsProtected);
  const std::uint32_t job = s.job(video, kit, true);
  s.add(video, Make(NodeType::wait).ref("job", job).number("timeout", 2'000 * kMs));
  s.add(admin, Make(NodeType::unbind), after(EventKind::job_started, job, kMs));
  return s.take(number);
}

}  // namespace

const std::vector<Program>& scenarios() {
  static const std::vector<Program> all{heap_goes(0), bind_in_window(1), group_goes(2),
                                        device_goes(3)};
  return all;
}

}  // namespace protm::fuzz
