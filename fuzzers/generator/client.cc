// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/client.h"

namespace protm::fuzz {

using contract::kNoStep;
using contract::Node;
using contract::NodeType;
using contract::Trigger;

namespace {

constexpr std::uint64_t kBlock = 2u << 20;
/// Words of a queue; kMaxSteps jobs of three stores fit.
constexpr std::uint64_t kQueueBytes = 64;
constexpr std::uint64_t kQueuesMax = 4;
constexpr std::uint32_t kProtm = 1;

/// VM_BIND with the flag async, in percent.
constexpr std::uint32_t kAsyncBinds = 25;

}  // namespace

Node Client::map_op(std::uint32_t bo, std::uint64_t va, std::uint64_t size,
                    std::uint64_t offset) const {
  return Make(NodeType::bind_map)
      .ref("bo", bo)
      .number("va", va)
      .number("size", size)
      .number("offset", offset)
      .node();
}

std::uint32_t Client::add(std::uint32_t actor, Make op, const Trigger& when) {
  return builder_.add(actor, op.ref("file", file_), when);
}

void Client::set_up() {
  vm_ = add(actor_, Make(NodeType::vm_create));
  add(actor_, Make(NodeType::stream_area).ref("vm", vm_));
  constexpr std::uint64_t kSizes[] = {16 * kPage, 16 * kPage, 24 * kPage, kBlock, 2 * kBlock};
  data_bytes_ = random_.one_of(kSizes);
  Make data(NodeType::bo_create);
  data.number("size", data_bytes_);
  // Private to the VM: its reservation object is the VM's.
  if (random_.percent(30)) data.ref("vm", vm_);
  data_ = add(actor_, data);
  std::vector<Node> ops{map_op(data_, kDataVa, data_bytes_, 0)};
  if (random_.percent(40)) {
    other_ = add(
        actor_, Make(NodeType::bo_create).number("size", kPage * random_.between(1, 8)));
    ops.push_back(map_op(other_, kSpareVa, kPage, 0));
  }
  Make bind(NodeType::vm_bind);
  bind.ref("vm", vm_).list("ops", ops);
  if (random_.percent(kAsyncBinds)) bind.number("flags", kAsync);
  add(actor_, bind);
}

void Client::add_group(Urgency urgency, std::uint32_t queues, Protection protection) {
  Make group(NodeType::group_create);
  group.ref("vm", vm_);
  if (protection == Protection::yes) group.number("flags", kProtm);
  if (urgency == Urgency::low_and_medium) group.number("priority", random_.below(2));
  // Now and then somebody asks for more than it may have.
  const bool may = sys_nice_ || random_.percent(5);
  if (urgency == Urgency::any) group.number("priority", random_.below(may ? 4 : 2));
  std::vector<Node> list;
  for (std::uint32_t i = 0; i < queues; ++i) {
    Make queue(NodeType::queue);
    if (random_.percent(20)) queue.number("ringbuf", kPage << random_.below(5));
    if (random_.percent(20)) queue.number("priority", random_.below(16));
    list.push_back(queue.node());
  }
  group.list("queues", std::move(list));
  Group made;
  made.step = add(actor_, group);
  made.queues = queues;
  made.protection = protection;
  made.stores.resize(queues);
  if (made.step != kNoStep) groups_.push_back(std::move(made));
}

Node Client::run_for(const RunTime& time) {
  // Whole tenths of a millisecond: times that a reader can add up.
  constexpr std::uint64_t kTenth = kMs / 10;
  return Make(NodeType::i_run_compute)
      .number("time", kTenth * random_.between(time.least_ns / kTenth, time.most_ns / kTenth))
      .node();
}

Node Client::own_store(std::size_t group, std::uint32_t queue) {
  const std::uint32_t word = groups_[group].stores[queue]++ % (kQueueBytes / 8);
  const std::uint64_t va = kDataVa + (group * kQueuesMax + queue) * kQueueBytes + word * 8;
  constexpr NodeType kKinds[] = {NodeType::i_store32, NodeType::i_store64, NodeType::i_sync_set64};
  return Make(random_.one_of(kKinds))
      .number("va", va)
      .number("value", random_.between(1, 0xffffff))
      .node();
}

Node Client::shared_add() {
  return Make(NodeType::i_sync_add64)
      .number("va", kDataVa + kSharedAt + 8 * random_.below(4))
      .number("value", random_.between(1, 9))
      .node();
}

Node Client::faulty() {
  switch (random_.below(8)) {
    case 0:
      return Make(NodeType::i_store32).number("va", kUnmappedVa).node();
    case 1:
      return Make(NodeType::i_sync_add64).number("va", kUnmappedVa + 8).node();
    case 2:
      return Make(NodeType::i_load32).number("va", kUnmappedVa).node();
    case 3:
      return Make(NodeType::i_call).number("va", kUnmappedVa).node();
    case 4:
      return Make(NodeType::i_store64).number("va", kDataVa + data_bytes_ - 4).node();
    default:
      return Make(NodeType::i_invalid).node();
  }
}

Node Client::region(std::size_t group, std::uint32_t queue, const RunTime& time) {
  std::vector<Node> inside;
  if (random_.percent(30)) inside.push_back(own_store(group, queue));
  if (random_.percent(95)) inside.push_back(run_for(time));
  if (random_.percent(40)) inside.push_back(shared_add());
  if (random_.percent(3)) inside.push_back(faulty());
  return Make(NodeType::i_prot_region).list("region", std::move(inside)).node();
}

std::vector<Node> Client::stream(std::size_t group, std::uint32_t queue, const RunTime& time,
                                 Trouble trouble) {
  std::vector<Node> out;
  if (random_.percent(10)) out.push_back(Make(NodeType::i_nop).node());
  if (random_.percent(10)) out.push_back(Make(NodeType::i_flush).node());
  if (random_.percent(60)) out.push_back(own_store(group, queue));
  if (trouble == Trouble::endless) {
    out.push_back(run_for({.least_ns = 5'500 * kMs, .most_ns = 20'000 * kMs}));
  } else if (trouble == Trouble::blocked) {
    // Nobody ever stores there: a page of the data buffer that jobs leave alone.
    out.push_back(Make(NodeType::i_sync_wait64).number("va", kDataVa + kSharedAt + 512).node());
  } else if (groups_[group].protection == Protection::yes) {
    // Now and then a plain job, or one that comes back for a second session.
    const std::uint64_t regions = random_.percent(75) ? 1 : random_.below(4);
    for (std::uint64_t i = 0; i < regions; ++i) out.push_back(region(group, queue, time));
    if (regions == 0 || random_.percent(30)) out.push_back(run_for(time));
  } else {
    out.push_back(run_for(time));
  }
  if (trouble == Trouble::fault) out.push_back(faulty());
  out.push_back(random_.percent(50) ? own_store(group, queue) : shared_add());
  if (random_.percent(30)) out.push_back(shared_add());
  return out;
}

std::uint32_t Client::submit(std::size_t group, std::uint32_t queue, const RunTime& time,
                             Trouble trouble, const Trigger& when) {
  Make op(NodeType::group_submit);
  op.ref("group", groups_[group].step).list("stream", stream(group, queue, time, trouble));
  if (queue != 0) op.number("queue", queue);
  if (!jobs_.empty() && random_.percent(12)) op.ref("wait", jobs_[random_.below(jobs_.size())]);
  const std::uint32_t job = add(actor_, op, when);
  if (job != kNoStep) jobs_.push_back(job);
  return job;
}

std::uint32_t Client::submit_stream(std::size_t group, std::vector<Node> stream,
                                    const Trigger& when, std::uint32_t queue) {
  Make op(NodeType::group_submit);
  op.ref("group", groups_[group].step).list("stream", std::move(stream));
  if (queue != 0) op.number("queue", queue);
  const std::uint32_t job = add(actor_, op, when);
  if (job != kNoStep) jobs_.push_back(job);
  return job;
}

void Client::submit_handshake(std::size_t waiter, std::size_t setter, const RunTime& time) {
  const std::uint64_t word = kDataVa + kSharedAt + 256 + 8 * (handshakes_++ % 8);
  // The default condition: until the word is greater than the value.
  submit_stream(waiter, {own_store(waiter, 0),
                         Make(NodeType::i_sync_wait64).number("va", word).number("value", 0).node(),
                         own_store(waiter, 0)});
  submit_stream(setter, {run_for(time), Make(NodeType::i_sync_add64).number("va", word).node()});
}

std::uint32_t Client::submit_store(std::uint32_t actor, std::size_t group, std::uint64_t va) {
  const Node store =
      Make(NodeType::i_store64).number("va", va).number("value", random_.next() >> 16).node();
  return add(actor, Make(NodeType::group_submit)
                                           .ref("group", groups_[group].step)
                                           .list("stream", {store}));
}

void Client::wait(std::uint32_t job, std::uint64_t timeout_ns) {
  if (job == kNoStep) return;
  add(actor_,
               Make(NodeType::wait).ref("job", job).number("timeout", timeout_ns));
}

void Client::ask() {
  switch (random_.below(6)) {
    case 0:
      add(actor_,
                   Make(NodeType::dev_query).number("what", random_.below(4)));
      return;
    case 1:
      add(actor_, Make(NodeType::vm_get_state).ref("vm", vm_));
      return;
    case 2:
      add(actor_, Make(NodeType::bo_mmap_offset).ref("bo", data_));
      return;
    case 3:
      add(actor_, Make(NodeType::cpu_write)
                                         .ref("bo", data_)
                                         .number("offset", kSharedAt + 1024 + 8 * random_.below(8))
                                         .number("value", random_.below(1000)));
      return;
    case 4:
      add(actor_, Make(NodeType::syncobj_create));
      return;
    default:
      add(actor_, Make(NodeType::bo_create)
                                         .number("size", random_.between(1, 3 * kPage))
                                         .number("flags", random_.below(2)));
      return;
  }
}

void Client::rebind(std::uint32_t actor, const Trigger& when) {
  const std::uint64_t spare = kSpareVa + kBlock * ++binds_;
  const std::uint64_t free_pages = (data_bytes_ - kUsedBytes) / kPage;
  const std::uint64_t page = random_.below(free_pages);
  const std::uint64_t at = kUsedBytes + page * kPage;
  const std::uint64_t size = kPage * random_.between(1, free_pages - page);
  std::vector<Node> ops;
  const auto unmap = [&](std::uint64_t va, std::uint64_t bytes) {
    ops.push_back(Make(NodeType::bind_unmap).number("va", va).number("size", bytes).node());
  };
  switch (random_.below(5)) {
    case 0:  // the buffer's end a second time
      ops.push_back(map_op(data_, spare, size, at));
      break;
    case 1:  // a hole
      unmap(kDataVa + at, size);
      break;
    case 2:  // over the middle, from another offset
      ops.push_back(map_op(data_, kDataVa + at, kPage, kUsedBytes));
      break;
    case 3:  // away and back in one call
      unmap(kDataVa + at, size);
      ops.push_back(map_op(data_, kDataVa + at, size, at));
      break;
    default:  // where nothing is
      unmap(spare, kBlock);
      break;
  }
  Make bind(NodeType::vm_bind);
  bind.ref("vm", vm_).list("ops", std::move(ops));
  if (random_.percent(kAsyncBinds)) bind.number("flags", kAsync);
  add(actor, bind, when);
}

void Client::destroy_group(std::uint32_t actor, std::size_t group, const Trigger& when) {
  add(actor, Make(NodeType::group_destroy).ref("group", groups_[group].step),
               when);
}

void Client::destroy_vm(std::uint32_t actor, const Trigger& when) {
  add(actor, Make(NodeType::vm_destroy).ref("vm", vm_), when);
}

void Client::close_buffer(std::uint32_t actor, const Trigger& when) {
  add(actor, Make(NodeType::gem_close).ref("bo", data_), when);
}

}  // namespace protm::fuzz
