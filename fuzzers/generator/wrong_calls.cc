// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/wrong_calls.h"

#include <vector>

namespace protm::fuzz {
namespace {

using contract::Node;
using contract::NodeType;

constexpr std::uint64_t kNobody = 999;  ///< a handle that no call returns

Make wrong_bind(Random& random, const Client& client) {
  Make map(NodeType::bind_map);
  map.ref("bo", client.buffer()).number("va", kSpareVa).number("size", 4096);
  Make bind(NodeType::vm_bind);
  bind.ref("vm", client.vm());
  switch (random.below(8)) {
    case 0: map.number("va", kSpareVa + 1); break;
    case 1: map.number("size", 100); break;
    case 2: map.number("offset", 8); break;
    case 3: map.number("offset", 1ull << 32); break;
    case 4: map.raw("bo", kNobody); break;
    case 5: map.number("va", 1ull << 50); break;
    case 6: map.number("flags", 1u << 20); break;
    default: bind.raw("vm", kNobody); break;
  }
  return bind.list("ops", {map.node()});
}

Make wrong_group(Random& random, const Client& client) {
  Make group(NodeType::group_create);
  group.ref("vm", client.vm());
  Make queue(NodeType::queue);
  switch (random.below(6)) {
    case 0: queue.number("ringbuf", 3000); break;
    case 1: queue.number("ringbuf", 128 << 10); break;
    case 2: queue.number("priority", 16); break;
    case 3: group.raw("priority", 9); break;
    case 4: group.number("max_compute_cores", 200); break;
    default: group.raw("vm", kNobody); break;
  }
  std::vector<Node> queues{queue.node()};
  if (random.percent(10)) queues.clear();
  return group.list("queues", std::move(queues));
}

Make wrong_submit(Random& random, const Client& client) {
  Make submit(NodeType::group_submit);
  submit.list("stream", {Make(NodeType::i_nop).node()});
  if (client.groups() == 0) return submit.raw("group", kNobody);
  submit.ref("group", client.group_step(random.below(client.groups())));
  switch (random.below(5)) {
    case 0: return submit.number("queue", 31);
    case 1: return submit.number("pad", 1);
    case 2: return submit.number("stream_addr", 0x100000004);
    case 3: return submit.number("stream_size", 12);
    default: return submit.raw("group", kNobody);
  }
}

Make wrong_object(Random& random, const Client& client) {
  switch (random.below(9)) {
    case 0: return Make(NodeType::vm_create).number("flags", 1);
    case 1: return Make(NodeType::vm_create).number("user_va_range", 1ull << 50);
    case 2: return Make(NodeType::vm_destroy).raw("vm", kNobody);
    case 3: return Make(NodeType::bo_create).number("size", 0);
    case 4: return Make(NodeType::bo_create).number("size", 4096).number("flags", 1u << 10);
    case 5: return Make(NodeType::bo_create).number("size", 4096).raw("vm", kNobody);
    case 6: return Make(NodeType::gem_close).raw("bo", kNobody);
    case 7: return Make(NodeType::bo_mmap_offset).ref("bo", client.buffer()).number("pad", 1);
    default: return Make(NodeType::group_destroy).raw("group", kNobody);
  }
}

Make wrong_query(Random& random, const Client& client) {
  switch (random.below(5)) {
    case 0: return Make(NodeType::dev_query).number("what", 0).number("size", 3);
    case 1: return Make(NodeType::vm_get_state).raw("vm", kNobody);
    case 2: return Make(NodeType::vm_get_state).ref("vm", client.vm()).number("pad", 1);
    case 3: return Make(NodeType::group_get_state).raw("group", kNobody);
    default: return Make(NodeType::syncobj_create).number("flags", 1u << 8);
  }
}

}  // namespace

void add_wrong_call(ProgramBuilder& builder, Random& random, const Client& client) {
  const auto add = [&](const Make& op) { builder.add(client.actor(), op); };
  switch (random.below(6)) {
    case 0:
    case 1: return add(wrong_bind(random, client));
    case 2: return add(wrong_group(random, client));
    case 3: return add(wrong_submit(random, client));
    case 4: return add(wrong_query(random, client));
    default: return add(wrong_object(random, client));
  }
}

}  // namespace protm::fuzz
