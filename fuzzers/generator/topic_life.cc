// SPDX-License-Identifier: GPL-2.0-only
// Topics about the device as a whole: sleep, unbind and unplug, module load, files, and a start
// that does not have what a probe wants.
#include "conformance/format/case_words.h"
#include "fuzzers/generator/machine.h"
#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/topics.h"

namespace protm::fuzz {

using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::Trigger;

namespace {

/// A new client on a device that came back: opens it and runs a protected job.
void start_again(Scene& scene, std::uint32_t actor) {
  const std::uint32_t file =
      scene.builder.add(actor, Make(NodeType::open).number("fences", 1));
  Client again(scene.builder, scene.random, actor, false, file);
  again.set_up();
  again.add_group(Urgency::low_and_medium, 1,
                  scene.random.percent(70) ? Protection::yes : Protection::no);
  if (again.groups() == 0) return;
  again.wait(again.submit(0, 0, {}), 2'000 * kMs);
  if (scene.random.percent(50)) scene.builder.add(actor, Make(NodeType::close).ref("file", file));
}

}  // namespace

void befall_sleep(Scene& scene) {
  const std::uint32_t actor = scene.outsider();
  scene.builder.add(actor, Make(NodeType::suspend), scene.moment());
  if (scene.random.percent(80)) scene.sleep(actor, scene.a_while_ns() + kUs);
  if (scene.random.percent(90)) scene.builder.add(actor, Make(NodeType::resume));
}

void befall_device(Scene& scene) {
  constexpr NodeType kEnds[] = {NodeType::unbind, NodeType::unbind, NodeType::unplug,
                                NodeType::unload};
  const std::uint32_t actor = scene.outsider();
  const NodeType end = scene.random.one_of(kEnds);
  scene.builder.add(actor, Make(end), scene.moment());
  if (scene.random.percent(40)) return;
  if (end == NodeType::unload) scene.builder.add(actor, Make(NodeType::load));
  else scene.builder.add(actor, Make(NodeType::probe));
  if (scene.room(12)) start_again(scene, actor);
}

void befall_files(Scene& scene) {
  Client& client = scene.any_client();
  if (client.file() == kNoStep) return;
  scene.builder.add(scene.outsider(), Make(NodeType::close).ref("file", client.file()),
                    scene.moment());
}

void prepare_start(Scene& scene) {
  contract::Program& program = scene.program;
  Random& random = scene.random;
  const std::uint32_t actor = scene.builder.add_actor("admin", false);
  switch (random.below(9)) {
    case 0: program.heap_param = "other"; break;
    case 1: program.heap_present = false; break;
    case 2: program.heap_protected = false; break;
    case 3:
      program.heap_param.clear();
      program.heap_param_set = false;
      break;
    case 4: program.firmware.prot_sections = static_cast<std::uint8_t>(random.below(4)); break;
    case 5: program.firmware.prot_flavour = static_cast<std::uint8_t>(random.below(3)); break;
    case 6:
      program.firmware.patched = 1;
      program.firmware.patch[0] = draw_patch(random);
      break;
    case 7:
      program.firmware.said = 1;
      program.firmware.says[0] = draw_said(random);
      break;
    default:
      program.firmware.truncate_to = static_cast<std::uint32_t>(16 * random.below(400));
      break;
  }
  const bool bare = !program.heap_present;
  if (!bare && !random.percent(40)) return;
  // A heap that comes late: the probe is put off until it is there.
  program.boot = contract::Boot::cold;
  scene.builder.add(actor, Make(NodeType::load));
  if (bare && random.percent(80)) {
    scene.builder.add(actor, Make(NodeType::heap_register)
                                 .text("name", std::string(format::kDefaultHeapName))
                                 .number("protected", random.percent(90) ? 1 : 0));
    if (random.percent(80)) scene.builder.add(actor, Make(NodeType::probe));
  }
  scene.file = scene.builder.add(actor, Make(NodeType::open).number("fences", 1));
}

}  // namespace protm::fuzz
