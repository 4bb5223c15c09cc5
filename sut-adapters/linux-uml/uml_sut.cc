// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/uml_sut.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "gpu-model/vocab/uapi.h"
#include "gpu-model/vocab/uapi_core.h"

namespace protm::uml {
namespace {

namespace uapi = vocab::uapi;
using contract::Call;
using contract::Record;
using contract::RecordKind;
using contract::SysCall;

/// Nothing but PING or idle traffic for so long: the driver does nothing more by itself. While a
/// fence is open its longest silent timer is the job timeout, 5 s and a tick.
/// Source: panthor_sched.c JOB_TIMEOUT_MS; panthor_device.c autosuspend delay 50 ms.
constexpr std::uint64_t kQuietNs = 1 * vocab::kSec;
/// At boot: less than the autosuspend delay, because T = 0 finds a device that is awake.
constexpr std::uint64_t kQuietAtBootNs = 10 * vocab::kMs;
/// Work costs no simulated time: a call that takes this long sleeps, or waits in a loop.
constexpr std::uint64_t kBlockedAfterNs = 5 * vocab::kUs;
constexpr std::uint64_t kQuietWithFencesNs = 8 * vocab::kSec;
constexpr std::uint64_t kPollNs = 1 * vocab::kSec;

/// The window: user memory of the Program below, bytes of single orders above.
constexpr std::uint64_t kStagingAt = 2 << 20;
constexpr std::uint64_t kRunnerStaging = 1 << 20;
constexpr std::uint64_t kActorStaging = 64 << 10;
static_assert(kStagingAt + kRunnerStaging + 8 * kActorStaging <= PROTM_WINDOW_BYTES);

constexpr std::uint64_t kWordBytes = 8;
static_assert(contract::kMapWrite == std::uint32_t{PROTM_MAP_WRITE} &&
              contract::kMapExec == std::uint32_t{PROTM_MAP_EXEC} &&
              contract::kMapPrivate == std::uint32_t{PROTM_MAP_PRIVATE});
constexpr const char* kDeviceName = "8000000.gpu";
constexpr const char* kDriver = "/sys/bus/platform/drivers/panthor/";

void set_name(protm_order& order, const std::string& name) {
  std::snprintf(order.name, sizeof order.name, "%s", name.c_str());
}

bool is_submit(const protm_order& order) {
  return order.kind == PROTM_IOCTL &&
         (order.args[1] == uapi::kIoctlGroupSubmit || order.args[1] == uapi::kIoctlVmBind);
}

}  // namespace

UmlSut::UmlSut(rig::Rig& rig, std::span<std::byte> window, std::function<void()> wait)
    : rig_(rig), window_(window), wait_(std::move(wait)) {
  rig_.user().attach(window_.first(kStagingAt));
}

std::byte* UmlSut::at(std::uint64_t address) { return &window_[address - protm_window_address]; }

std::uint64_t UmlSut::staging(std::uint32_t number, std::span<const std::byte> bytes) {
  const std::uint64_t offset =
      number == 0 ? kStagingAt : kStagingAt + kRunnerStaging + (number - 1) * kActorStaging;
  const std::uint64_t room = number == 0 ? kRunnerStaging : kActorStaging;
  std::memcpy(&window_[offset], bytes.data(), std::min<std::uint64_t>(bytes.size(), room));
  return protm_window_address + offset;
}

void UmlSut::give(std::uint32_t number, const protm_order& order) {
  actors_[number].order = order;
  actors_[number].order->actor = number;
  line_.push_back(number);
}

void UmlSut::start(const Call& call) {
  const std::uint32_t number = call.actor < PROTM_ACTORS - 1 ? call.actor + 1 : 0;
  Actor& actor = actors_[number];
  if (actor.call_step != call.step) actor.told_blocked = false;
  actor.call_actor = call.actor;
  actor.call_step = call.step;
  actor.call = call.call;
  actor.into = call.into;
  protm_order o{};
  std::copy(std::begin(call.args), std::end(call.args), std::begin(o.args));
  const auto access = [&](std::uint32_t kind, std::span<const std::byte> bytes) {
    o.kind = kind;
    o.data = staging(number, bytes);
    o.args[3] = bytes.size();
  };
  switch (call.call) {
    case SysCall::open:
      o.kind = call.name == "dri" ? PROTM_OPEN_RENDER : PROTM_OPEN;
      set_name(o, "/dev/" + std::string(call.name));
      break;
    case SysCall::close: o.kind = PROTM_CLOSE; break;
    case SysCall::ioctl: o.kind = PROTM_IOCTL; break;
    case SysCall::cpu_store64:
      access(PROTM_STORE, std::as_bytes(std::span(&call.args[3], 1)));
      break;
    case SysCall::cpu_store_bytes: access(PROTM_STORE, call.bytes); break;
    case SysCall::cpu_load64:
      access(PROTM_LOAD, std::as_bytes(std::span(&call.args[3], 1)));
      break;
    case SysCall::cpu_load_bytes: access(PROTM_LOAD, call.into); break;
    case SysCall::mmap: o.kind = PROTM_MAP; break;
    case SysCall::munmap: o.kind = PROTM_MAP_END; break;
    case SysCall::fdinfo:
      o.kind = PROTM_FDINFO;
      o.data = staging(number, call.into);
      o.args[1] = call.into.size();
      break;
    case SysCall::map_load64:
    case SysCall::map_store64:
      o.kind = call.call == SysCall::map_load64 ? PROTM_MAP_LOAD : PROTM_MAP_STORE;
      o.data = staging(number, std::as_bytes(std::span(&call.args[2], 1)));
      o.args[2] = kWordBytes;
      break;
    case SysCall::load:
      if (loaded_) {  // as a second modprobe would be told
        returned_.push_back({.actor = call.actor, .step = call.step, .result = -EEXIST});
        return;
      }
      loaded_ = true;
      o.kind = PROTM_ADD_DEVICE;
      break;
    case SysCall::probe:
    case SysCall::unbind:
    case SysCall::suspend:
    case SysCall::resume:
    case SysCall::unplug:
    case SysCall::unload:
    case SysCall::reclaim: device_order(call, number, o); break;
    case SysCall::sleep: o.kind = PROTM_SLEEP; break;
    case SysCall::heap_register:
    case SysCall::heap_find:
    case SysCall::heap_alloc:
    case SysCall::heap_unregister:
    case SysCall::heap_put:
    case SysCall::buffer_put: heap_order(call, o); break;
  }
  give(number, o);
}

/// What happens to the device from outside.
void UmlSut::device_order(const Call& call, std::uint32_t number, protm_order& order) {
  const auto file = [&](const char* name) {
    const std::string_view device(kDeviceName);
    order.kind = PROTM_WRITE_FILE;
    set_name(order, std::string(kDriver) + name);
    order.args[0] = device.size();
    order.data = staging(number, std::as_bytes(std::span(device)));
  };
  const bool was_unplugged = unplugged_;
  switch (call.call) {
    case SysCall::probe:
      unplugged_ = false;
      if (!was_unplugged) return file("bind");
      order.kind = PROTM_ADD_DEVICE;
      break;
    case SysCall::unbind: return file("unbind");
    case SysCall::suspend: order.kind = PROTM_SUSPEND; break;
    case SysCall::resume: order.kind = PROTM_RESUME; break;
    case SysCall::unplug:
      unplugged_ = true;
      order.kind = PROTM_REMOVE_DEVICE;
      break;
    case SysCall::reclaim:
      order.kind = PROTM_RECLAIM;
      set_name(order, "/sys/kernel/debug/dri");
      break;
    default: order.kind = PROTM_NONE; break;  // no modules: the agent refuses, no case asks
  }
}

/// In-kernel users of a dma-heap and exporters: their arguments are the order's.
void UmlSut::heap_order(const Call& call, protm_order& order) {
  set_name(order, std::string(call.name));
  switch (call.call) {
    case SysCall::heap_register: order.kind = PROTM_HEAP_REGISTER; break;
    case SysCall::heap_find: order.kind = PROTM_HEAP_FIND; break;
    case SysCall::heap_alloc: order.kind = PROTM_HEAP_ALLOC; break;
    case SysCall::buffer_put: order.kind = PROTM_BUFFER_PUT; break;
    default:
      order.kind = PROTM_HEAP_PUT;
      // NULL is for a put to say; a heap that could not be registered is no handle at all.
      if (call.call == SysCall::heap_unregister && call.args[0] == 0) order.args[0] = ~0ull;
      break;
  }
}

/// Until every call that was started came back or is blocked: steps that begin together end
/// together, whatever the number of calls in each.
void UmlSut::run_ready() {
  while (!line_.empty() || running_ != kNobody) wait_();
}

std::span<const contract::Returned> UmlSut::take_returned() {
  taken_ = std::move(returned_);
  returned_.clear();
  return taken_;
}

std::span<const contract::Returned> UmlSut::take_blocked() {
  taken_blocked_ = std::move(blocked_);
  blocked_.clear();
  return taken_blocked_;
}

bool UmlSut::take_order(protm_order& order) {
  if ((ready() & 1u << order.actor) == 0) return false;
  Actor& actor = actors_[order.actor];
  order = *actor.order;
  actor.order.reset();
  actor.busy = true;
  line_.erase(line_.begin());
  running_ = order.actor;
  gate_ns_ = rig_.now().ns + kBlockedAfterNs;
  if (order.kind == PROTM_SLEEP) {  // nobody has to wait to know what it does
    gate_ns_ = rig_.now().ns;
    time_moved();
  }
  return true;
}

std::uint32_t UmlSut::ready() const {
  return running_ != kNobody || line_.empty() ? 0 : 1u << line_.front();
}

void UmlSut::time_moved() {
  if (rig_.now().ns < gate_ns_) return;
  gate_ns_ = vocab::kNever;
  if (running_ == kNobody) return;
  Actor& actor = actors_[running_];
  if (!actor.told_blocked) {
    blocked_.push_back({.actor = actor.call_actor, .step = actor.call_step});
  }
  actor.told_blocked = true;
  running_ = kNobody;
}

/// Where the kernel found the syncs of a GROUP_SUBMIT's last job, or of a VM_BIND's last operation:
/// through its arguments.
std::optional<uapi::ObjArray> UmlSut::syncs_of(const protm_order& call) const {
  const auto last_of = [&](const uapi::ObjArray& array, auto& item) {
    const std::uint64_t last = std::uint64_t{array.count - 1} * array.stride;
    return array.count != 0 && fetch(array.array + last, item);
  };
  if (call.args[1] == uapi::kIoctlVmBind) {
    uapi::VmBind bind{};
    uapi::VmBindOp op{};
    if (!fetch(call.args[2], bind) || (bind.flags & uapi::kVmBindAsync) == 0) return {};
    return last_of(bind.ops, op) ? std::optional(op.syncs) : std::nullopt;
  }
  uapi::GroupSubmit group{};
  uapi::QueueSubmit queue{};
  if (!fetch(call.args[2], group)) return {};
  return last_of(group.queue_submits, queue) ? std::optional(queue.syncs) : std::nullopt;
}

/// The fence that a step's call signals: the last of those that it attaches to syncobjs.
std::optional<protm_order> UmlSut::watch_for(const protm_order& call, std::uint32_t step) const {
  const auto syncs = syncs_of(call);
  std::optional<protm_order> found;
  for (std::uint32_t i = 0; syncs && i < syncs->count; ++i) {
    uapi::SyncOp sync{};
    if (!fetch(syncs->array + i * sizeof sync, sync)) break;
    if ((sync.flags & uapi::kSyncOpSignal) == 0) continue;
    found.emplace();
    found->kind = PROTM_WATCH_FENCE;
    found->args[0] = call.args[0];
    found->args[1] = sync.handle;
    found->args[2] = step;
  }
  return found;
}

void UmlSut::carried_out(const protm_order& order) {
  Actor& actor = actors_[order.actor];
  if (!actor.busy) return;
  actor.busy = false;
  if (running_ == order.actor) {
    running_ = kNobody;
    gate_ns_ = vocab::kNever;
  }
  active();
  std::int64_t result = order.result;
  if (actor.watching) {
    actor.watching = false;
    result = actor.held_result;
  } else if (is_submit(order) && result >= 0) {
    if (const auto watch = watch_for(order, actor.call_step)) {
      actor.watching = true;
      actor.held_result = result;
      ++open_fences_;
      give(order.actor, *watch);
      return;
    }
  }
  std::uint64_t output = 0;
  if (order.kind == PROTM_FDINFO && result >= 0) {
    std::memcpy(actor.into.data(), at(order.data), static_cast<std::size_t>(result));
  } else if (order.kind == PROTM_MAP_LOAD && result >= 0) {
    std::memcpy(&output, at(order.data), kWordBytes);
  } else if (order.kind == PROTM_LOAD && result >= 0) {
    if (actor.call == SysCall::cpu_load64) {
      std::memcpy(&output, at(order.data), kWordBytes);
    } else {
      std::memcpy(actor.into.data(), at(order.data), actor.into.size());
    }
  }
  returned_.push_back({.actor = actor.call_actor,
                       .step = actor.call_step,
                       .result = result,
                       .output = output});
}

void UmlSut::fence_signalled(std::uint32_t step, std::int32_t error, std::uint64_t seqno) {
  if (open_fences_ != 0) --open_fences_;
  active();
  rig_.report(Record{.kind = RecordKind::fence_signalled,
                     .a = step,
                     .c = seqno,
                     .d = static_cast<std::uint64_t>(-std::int64_t{error})});
}

std::int64_t UmlSut::order(const protm_order& order) {
  Actor& runner = actors_[0];
  constexpr std::uint32_t kOwn = UINT32_MAX;
  runner.call_actor = runner.call_step = kOwn;
  give(0, order);
  for (;;) {
    for (const contract::Returned& r : take_returned()) {
      if (r.actor == kOwn) return r.result;
    }
    move(vocab::kNever);
  }
}

std::int64_t UmlSut::write_file(const std::string& path, std::span<const std::byte> bytes) {
  protm_order o{};
  o.kind = PROTM_WRITE_FILE;
  set_name(o, path);
  o.args[0] = std::min<std::uint64_t>(bytes.size(), kRunnerStaging);
  o.data = staging(0, bytes);
  return order(o);
}

void UmlSut::close_user_memory() {
  const std::uint64_t used = rig_.user().mapped_bytes();
  const auto pages = [&](std::uint32_t kind, std::uint64_t begin, std::uint64_t end) {
    protm_order o{};
    o.kind = kind;
    o.args[0] = begin;
    o.args[1] = end - begin;
    order(o);
  };
  pages(PROTM_UNMAP, protm_window_address + used, protm_window_address + kStagingAt);
  for (const rig::UserMemoryImpl::OddPages& odd : rig_.user().odd_pages()) {
    pages(odd.readonly != 0 ? PROTM_READONLY : PROTM_UNMAP, odd.begin, odd.end);
  }
}

std::uint64_t UmlSut::quiet_at_ns() const {
  if (!booted_) return last_active_ns_ + kQuietAtBootNs;
  return last_active_ns_ + (open_fences_ != 0 ? kQuietWithFencesNs : kQuietNs);
}

bool UmlSut::at_rest() { return rig_.machine().at_rest() && rig_.now().ns >= quiet_at_ns(); }

bool UmlSut::move(std::uint64_t also_ns) {
  const std::uint64_t now = rig_.now().ns;
  // Quiet and still here: somebody waits for something else, perhaps for ever.
  const std::uint64_t quiet = now < quiet_at_ns() ? quiet_at_ns() : now + kPollNs;
  wake_ns_ = std::min(also_ns, quiet);
  wait_();
  wake_ns_ = vocab::kNever;
  return true;
}

void UmlSut::report_rest(bool after_unbind) {
  // What the driver believes is not visible from outside; the record marks where the run is over.
  if (!after_unbind) {
    rig_.report(Record{.kind = RecordKind::rest_state, .text = rig_.text("quiesce")});
  }
}

}  // namespace protm::uml
