// SPDX-License-Identifier: GPL-2.0-only
// The topic of the dma-heap accessors: registration, look-up, allocation and the device, by several
// actors on few names, so that they meet.
#include <cstdint>
#include <string>

#include "conformance/format/case_words.h"
#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/topics.h"
#include "gpu-model/vocab/uapi_core.h"

namespace protm::fuzz {

using contract::kNoStep;
using contract::Makes;
using contract::NodeType;
using contract::Trigger;

namespace {

std::string name_of_heap(Random& random) {
  constexpr const char* kNames[] = {"one", "two", "three", "on", "system"};
  if (random.percent(25)) return std::string(format::kDefaultHeapName);
  return random.one_of(kNames);
}

std::uint64_t length(Random& random) {
  constexpr std::uint64_t kLengths[] = {4096, 8192, 65536, 1, 0, 1ull << 40, 4097};
  return random.percent(70) ? 4096 : random.one_of(kLengths);
}

/// The command with another direction, size, type or number. The answer is always copied out with
/// its descriptor: nobody could close one that is not told.
std::uint64_t heap_command(Random& random) {
  constexpr std::uint32_t kBits[] = {30, 16, 17, 19, 23, 24, 29, 8, 0, 1, 7};
  return vocab::uapi::kIoctlDmaHeapAlloc ^ 1ull << random.one_of(kBits);
}

/// One operation on what there is, or nothing.
void operation(Scene& scene, std::uint32_t actor, const Trigger& when) {
  Random& random = scene.random;
  ProgramBuilder& builder = scene.builder;
  const auto on = [&](NodeType type, std::string_view field, Makes makes) {
    const std::uint32_t step = scene.any(makes);
    if (step != kNoStep) builder.add(actor, Make(type).ref(field, step), when);
  };
  const std::uint32_t number = scene.swarm.pick(random, number_of(SwarmList::operations), 12);
  switch (number) {
    case 0:
    case 1: {
      Make op(NodeType::heap_register);
      op.text("name", name_of_heap(random));
      if (random.percent(40)) op.number("protected", random.below(2));
      if (random.percent(20)) op.number("limit", 4096 * random.below(4));
      builder.add(actor, op, when);
      return;
    }
    case 2: return on(NodeType::heap_unregister, "heap", Makes::heap);
    case 3: {
      builder.add(actor, Make(NodeType::heap_find).text("name", name_of_heap(random)), when);
      return;
    }
    case 4: return on(NodeType::heap_put, "heap", Makes::heap);
    case 5: {
      builder.add(actor, Make(NodeType::heap_put_null), when);
      return;
    }
    case 6: {
      const std::uint32_t heap = scene.any(Makes::heap);
      if (heap == kNoStep) return;
      Make op(NodeType::heap_alloc);
      op.ref("heap", heap).number("len", length(random));
      if (random.percent(20)) op.number("fd_flags", random.below(1u << 20));
      if (random.percent(5)) op.number("heap_flags", 1);
      builder.add(actor, op, when);
      return;
    }
    case 7: return on(random.percent(50) ? NodeType::buffer_put : NodeType::buffer_close, "buffer",
                      Makes::buffer);
    case 8: {
      builder.add(actor, Make(NodeType::heap_open).text("name", name_of_heap(random)), when);
      return;
    }
    case 9:
    case 10: {
      const std::uint32_t file = scene.any(Makes::heap_file);
      if (file == kNoStep) return;
      Make op(NodeType::heap_ioctl);
      op.ref("file", file).number("len", length(random));
      if (random.percent(10)) op.number("fd_flags", random.below(1u << 20));
      if (random.percent(5)) op.number("heap_flags", 1 + random.below(4));
      if (random.percent(5)) op.number("fd", 5);
      if (random.percent(5)) op.number("cmd", heap_command(random));
      builder.add(actor, op, when);
      return;
    }
    default: return on(NodeType::heap_close, "file", Makes::heap_file);
  }
}

}  // namespace

void befall_heaps(Scene& scene) {
  const std::uint32_t owner = scene.outsider();
  const std::string name = name_of_heap(scene.random);
  const Trigger start = scene.random.percent(50) ? scene.moment() : Trigger{};
  const std::uint32_t heap =
      scene.builder.add(owner, Make(NodeType::heap_register).text("name", name), start);
  if (scene.random.percent(70)) {
    scene.builder.add(owner, Make(NodeType::heap_open).text("name", name));
  }
  // The others come while the owner's heap is there, and when it goes.
  const std::uint32_t other = scene.random.percent(60) ? scene.outsider() : owner;
  const std::uint64_t operations = scene.random.between(3, 9);
  for (std::uint64_t i = 0; i < operations && scene.room(2); ++i) {
    const bool first = i == 0 && other != owner;
    const Trigger when =
        first ? after(contract::EventKind::step_returned, heap, 0) : Trigger{};
    operation(scene, scene.random.percent(50) && !first ? owner : other, when);
  }
}

}  // namespace protm::fuzz
