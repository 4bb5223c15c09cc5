// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/in_process_sut.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace protm::host {

using contract::Call;
using contract::RecordKind;
using contract::SysCall;

namespace {

constexpr std::uint64_t kWordBytes = 8;

/// How many of `bytes` from `offset` on lie in one page: the part of a CPU access that can fail.
std::uint64_t in_one_page(std::uint64_t offset, std::uint64_t bytes) {
  return std::min(bytes, vocab::kPageSize - offset % vocab::kPageSize);
}

const char* role_of(SysCall call) {
  switch (call) {
    case SysCall::heap_register: return "heap_register";
    case SysCall::heap_unregister: return "heap_unregister";
    case SysCall::heap_find: return "heap_find";
    case SysCall::heap_put: return "heap_put";
    case SysCall::heap_alloc: return "heap_alloc";
    case SysCall::buffer_put: return "buffer_put";
    case SysCall::open: return "open";
    case SysCall::close: return "close";
    case SysCall::ioctl: return "ioctl";
    case SysCall::cpu_store64:
    case SysCall::cpu_store_bytes: return "cpu_store";
    case SysCall::cpu_load64:
    case SysCall::cpu_load_bytes: return "cpu_load";
    case SysCall::mmap: return "mmap";
    case SysCall::munmap: return "munmap";
    case SysCall::map_load64: return "map_load";
    case SysCall::map_store64: return "map_store";
    case SysCall::fdinfo: return "fdinfo";
    case SysCall::load: return "load";
    case SysCall::probe: return "probe";
    case SysCall::unbind: return "unbind";
    case SysCall::suspend: return "suspend";
    case SysCall::resume: return "resume";
    case SysCall::unplug: return "unplug";
    case SysCall::unload: return "unload";
    case SysCall::sleep: return "sleep";
    case SysCall::reclaim: return "reclaim";
  }
  return "call";
}

DeviceOps ops_of(contract::Driver* driver) {
  DeviceOps ops;
  ops.ctx = driver;
  ops.probe = [](void* d) { return static_cast<contract::Driver*>(d)->probe(); };
  ops.remove = [](void* d) { static_cast<contract::Driver*>(d)->remove(); };
  ops.suspend = [](void* d) { return static_cast<contract::Driver*>(d)->suspend(); };
  ops.resume = [](void* d) { return static_cast<contract::Driver*>(d)->resume(); };
  return ops;
}

}  // namespace

InProcessSut::InProcessSut(const contract::SutInfo& info, const contract::Surroundings& around,
                           DriverFactory make, const void* options)
    : info_(info),
      around_(around),
      kernel_(around),
      drm_core_(kernel_, *around.bus, around.memory),
      drm_(drm_core_, kernel_.device()),
      heaps_(around.memory),
      buffers_(around.memory),
      returned_(around.memory),
      taken_(around.memory),
      blocked_(around.memory),
      baseline_(around.memory) {
  driver_ = make(kernel_, drm_, around.memory, options);
  drm_.set_driver(driver_);
  drm_core_.ctx.module = driver_;
  kernel_.device().set_ops(ops_of(driver_));
  PlatformDevice* const second = kernel_.second_device();
  if (second == nullptr) return;
  second_.emplace(*this, *second);
  second_->driver = make(second_->kernel, second_->drm, around.memory, options);
  second_->driver->join(*driver_);
  second_->drm.set_driver(second_->driver);
  second->set_ops(ops_of(second_->driver));
}

// --- calls as tasks --------------------------------------------------------------------------

void InProcessSut::start(const Call& call) {
  std::pmr::polymorphic_allocator<> alloc(around_.memory);
  auto* const flight = static_cast<Flight*>(alloc.allocate_bytes(sizeof(Flight), alignof(Flight)));
  new (flight) Flight(*this, call, around_.memory);
  kernel_.spawn(role_of(call.call), &InProcessSut::task_entry, flight,
                TaskContext{call.actor, call.step, call.sys_nice, call.sys_admin});
}

void InProcessSut::task_entry(void* arg) {
  Flight& flight = *static_cast<Flight*>(arg);
  InProcessSut& sut = flight.sut;
  flight.call.name = flight.name;
  contract::Returned r;
  r.actor = flight.call.actor;
  r.step = flight.call.step;
  sut.initialise();
  r.result = sut.perform(flight.call, r.output);
  sut.returned_.push_back(r);
  flight.~Flight();
  sut.around_.memory->deallocate(&flight, sizeof(Flight), alignof(Flight));
}

int InProcessSut::initialise() {
  if (initialised_) return init_result_;
  initialised_ = true;
  init_result_ = driver_->module_init();
  for (const RoleCount& r : kernel_.live_objects()) baseline_.push_back(r);
  return init_result_;
}

std::int64_t InProcessSut::perform(const Call& call, std::uint64_t& output) {
  switch (call.call) {
    case SysCall::load: return load();
    case SysCall::probe:
    case SysCall::unbind:
    case SysCall::suspend:
    case SysCall::resume:
    case SysCall::unplug: return perform_device(call);
    case SysCall::unload: return unload();
    case SysCall::sleep: kernel_.sleep_ns(call.args[0]); return 0;
    case SysCall::heap_register:
    case SysCall::heap_unregister:
    case SysCall::heap_find:
    case SysCall::heap_put:
    case SysCall::heap_alloc:
    case SysCall::buffer_put: return perform_heap(call);
    default: return perform_file(call, output);
  }
}

PlatformDevice* InProcessSut::device_of(const Call& call) {
  return call.device == 0 ? &kernel_.device() : kernel_.second_device();
}

std::int64_t InProcessSut::perform_device(const Call& call) {
  PlatformDevice* const device = device_of(call);
  if (device == nullptr) return -ENODEV;
  switch (call.call) {
    case SysCall::probe: return loaded_ ? device->bind() : -ENODEV;
    case SysCall::unbind: return device->unbind();
    case SysCall::suspend: return device->suspend();
    case SysCall::resume: return device->resume();
    default: return device->unplug();
  }
}

std::int64_t InProcessSut::load() {
  if (init_result_ != 0) return init_result_;
  if (loaded_) return -EEXIST;
  loaded_ = true;
  for (PlatformDevice* const device : {&kernel_.device(), kernel_.second_device()}) {
    if (device != nullptr && device->present()) device->attach();
  }
  return 0;
}

// What is bound is unbound. Source: kernel/module/main.c delete_module(); fops_get() in fs/open.c
// and dma_buf_export(): open files and exported buffers keep the module of their operations.
std::int64_t InProcessSut::unload() {
  if (!loaded_) return -ENOENT;
  if (kernel_.drm_users() != 0) return -EAGAIN;
  for (PlatformDevice* const device : {&kernel_.device(), kernel_.second_device()}) {
    if (device == nullptr || !device->bound()) continue;
    const int error = device->unbind();
    if (error != 0) return error;
  }
  driver_->module_exit();
  loaded_ = false;
  report_leaks(LeakScope::module_only);
  return 0;
}

// --- heaps and their in-kernel users ---------------------------------------------------------

InProcessSut::HeapHandle* InProcessSut::heap(std::uint64_t handle) {
  if (handle == 0 || handle > heaps_.size() || !heaps_[handle - 1].held) return nullptr;
  return &heaps_[handle - 1];
}

std::int64_t InProcessSut::heap_register(const Call& call) {
  const std::uint64_t limit = call.args[1] == UINT64_MAX ? 0 : call.args[1];
  HeapProvider* const provider = drm_.provider_add(call.name, call.args[0] != 0, limit);
  const auto added = driver_->dma_heap_add(provider->exported());
  if (!added) {
    drm_.provider_withdraw(provider);
    return added.error();
  }
  heaps_.push_back(HeapHandle{.heap = *added, .provider = provider});
  return static_cast<std::int64_t>(heaps_.size());
}

std::int64_t InProcessSut::heap_alloc(const Call& call) {
  const HeapHandle* const h = heap(call.args[0]);
  if (h == nullptr) return -EINVAL;
  const contract::Ptr<contract::DmaHeapBase> on = h->heap;   // the table may grow meanwhile
  const auto buffer = driver_->dma_heap_buffer_alloc(
      on, call.args[1], static_cast<std::uint32_t>(call.args[2]), call.args[3]);
  if (!buffer) return buffer.error();
  buffers_.push_back(BufferHandle{.buffer = *buffer});
  return static_cast<std::int64_t>(buffers_.size());
}

std::int64_t InProcessSut::perform_heap(const Call& call) {
  switch (call.call) {
    case SysCall::heap_register: return heap_register(call);
    case SysCall::heap_alloc: return heap_alloc(call);
    case SysCall::heap_find: {
      const auto found = driver_->dma_heap_find(call.name.data());   // a terminated copy
      if (!found) return 0;
      heaps_.push_back(HeapHandle{.heap = found});
      return static_cast<std::int64_t>(heaps_.size());
    }
    case SysCall::heap_put:
      if (call.args[0] != 0) return heap_put(call.args[0]);
      driver_->dma_heap_put(nullptr);
      return 0;
    // The exporter keeps what it gave at registration: the heap may have other holders, and until
    // the last one is gone its callbacks may run (HEAP-6).
    case SysCall::heap_unregister: return heap_put(call.args[0]);
    default: return buffer_put(call.args[0]);
  }
}

std::int64_t InProcessSut::heap_put(std::uint64_t handle) {
  HeapHandle* const h = heap(handle);
  if (h == nullptr) return -EINVAL;
  h->held = false;
  driver_->dma_heap_put(contract::Ptr<contract::DmaHeapBase>(h->heap));
  return 0;
}

std::int64_t InProcessSut::buffer_put(std::uint64_t handle) {
  if (handle == 0 || handle > buffers_.size() || !buffers_[handle - 1].held) return -EINVAL;
  buffers_[handle - 1].held = false;
  drm_.dma_buf_put(contract::Ptr<contract::DmaBuf>(buffers_[handle - 1].buffer));
  return 0;
}

// --- files -----------------------------------------------------------------------------------

std::int64_t InProcessSut::store_bytes(const Call& call) {
  const std::uint64_t bytes = call.bytes.size() / kWordBytes * kWordBytes;
  for (std::uint64_t i = 0; i < bytes;) {
    const std::uint64_t n = in_one_page(call.args[2] + i, bytes - i);
    const std::int64_t error = drm_.sys_cpu_store(static_cast<int>(call.args[0]), call.args[1],
                                                  call.args[2] + i, call.bytes.subspan(i, n));
    if (error < 0) return error;
    i += n;
  }
  return 0;
}

std::int64_t InProcessSut::load_bytes(const Call& call) {
  const std::uint64_t bytes = call.into.size() / kWordBytes * kWordBytes;
  for (std::uint64_t i = 0; i < bytes;) {
    const std::uint64_t n = in_one_page(call.args[2] + i, bytes - i);
    const std::int64_t error = drm_.sys_cpu_load(static_cast<int>(call.args[0]), call.args[1],
                                                 call.args[2] + i, call.into.subspan(i, n));
    if (error < 0) return error;
    i += n;
  }
  return 0;
}

std::int64_t InProcessSut::perform_file(const Call& call, std::uint64_t& output) {
  const int fd = static_cast<int>(call.args[0]);
  switch (call.call) {
    case SysCall::open: return drm_.sys_open(call.name);
    case SysCall::close: return drm_.sys_close(fd);
    case SysCall::ioctl:
      return drm_.sys_ioctl(fd, static_cast<std::uint32_t>(call.args[1]), call.args[2]);
    case SysCall::cpu_store64:
      return drm_.sys_cpu_store64(fd, call.args[1], call.args[2], call.args[3]);
    case SysCall::cpu_load64:
      return drm_.sys_cpu_load64(fd, call.args[1], call.args[2], &output);
    case SysCall::cpu_store_bytes: return store_bytes(call);
    case SysCall::cpu_load_bytes: return load_bytes(call);
    case SysCall::mmap:
      return drm_.sys_mmap(fd, call.args[1], call.args[2],
                           static_cast<std::uint32_t>(call.args[3]));
    case SysCall::fdinfo: return drm_.sys_fdinfo(fd, call.into);
    case SysCall::reclaim: return drm_.sys_reclaim(call.args[0]);
    case SysCall::munmap: return drm_.sys_munmap(call.args[0]);
    case SysCall::map_load64: return drm_.sys_map_load(call.args[0], call.args[1], &output);
    case SysCall::map_store64:
      return drm_.sys_map_store(call.args[0], call.args[1], call.args[2]);
    default: return -ENOSYS;
  }
}

// --- what the runner asks --------------------------------------------------------------------

std::span<const contract::Returned> InProcessSut::take_returned() {
  taken_.clear();
  taken_.swap(returned_);
  return taken_;
}

std::span<const contract::Returned> InProcessSut::take_blocked() {
  blocked_.clear();
  for (const TaskContext& c : kernel_.newly_blocked()) {
    contract::Returned r;
    r.actor = c.actor;
    r.step = c.step;
    blocked_.push_back(r);
  }
  kernel_.newly_blocked().clear();
  return blocked_;
}

void InProcessSut::rest_value(const char* what, std::uint64_t value, std::uint32_t gpu) {
  kernel_.report(RecordKind::rest_state, 0, what, gpu, 0, value);
}

// What each GPU says of itself.
void InProcessSut::report_gpus_rest(const contract::DriverRest& first,
                                    const contract::DriverRest& second) {
  const auto each = [&](const char* what, auto value) {
    rest_value(what, value(first, kernel_.device()), second_ ? 1 : 0);
    if (second_) rest_value(what, value(second, *kernel_.second_device()), 2);
  };
  using contract::DriverRest;
  each("protm_active",
       [](const DriverRest& rest, const PlatformDevice&) { return rest.protm_active; });
  each("reset_pending",
       [](const DriverRest& rest, const PlatformDevice&) { return rest.reset_pending; });
  each("rpm_active", [](const DriverRest&, const PlatformDevice& device) {
    const bool asleep = device.pm_runtime_status() == contract::RpmStatus::suspended;
    return !asleep || device.pm().usage != 0 ? 1u : 0u;
  });
}

void InProcessSut::report_rest(bool after_unbind) {
  contract::DriverRest rest;
  contract::DriverRest second;
  kernel_.run_atomic("rest", [&] {
    rest = driver_->rest();
    if (second_) second = second_->driver->rest();
  });
  rest_value("vms", rest.vms + second.vms);
  rest_value("groups", rest.groups + second.groups);
  rest_value("heaps", rest.heaps);
  report_gpus_rest(rest, second);
  rest_value("live_heap_buffers", drm_.live_buffers());
  if (!after_unbind) return;
  // A task of its own: the last reference to a device may go, and its driver's part of that sleeps.
  kernel_.spawn("exit", [](void* drm) { static_cast<DrmImpl*>(drm)->end_process(); }, &drm_);
  kernel_.run_ready();
  // Exporters that gave up their heap go away now, so that only what a driver keeps is a leak.
  kernel_.run_atomic("rest", [&] {
    for (HeapHandle& h : heaps_) {
      if (h.provider == nullptr || h.held) continue;
      drm_.provider_withdraw(h.provider);
      h.provider = nullptr;
    }
  });
  report_leaks(LeakScope::all);
}

void InProcessSut::report_leaks(LeakScope scope) {
  // dma-heap is built in, and what its exporters have is theirs. A dma-buf goes with its file, a
  // moment later at times, and has a resv; a driver's object that stays shows by its own role.
  const auto builtin = [](const char* role) {
    static constexpr std::string_view kRoles[] = {"heap", "heap_provider", "char_file", "dma_buf",
                                                  "resv"};
    return std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
  };
  for (const RoleCount& now : kernel_.live_objects()) {
    if (scope == LeakScope::module_only && builtin(now.role)) continue;
    std::uint32_t before = 0;
    for (const RoleCount& b : baseline_) {
      if (std::strcmp(b.role, now.role) == 0) before = b.live;
    }
    if (now.live > before) kernel_.report(RecordKind::leak, 0, now.role, now.live - before);
  }
  const auto left = [this](const char* role, std::uint32_t live) {
    if (live != 0) kernel_.report(RecordKind::leak, 0, role, live);
  };
  left("page", kernel_.live_pages());
  left("drm_mm", drm_.live_mms());
  left("gpuvm", drm_.live_gpuvms());
}

contract::Sut* make_in_process_sut(const contract::SutInfo& info,
                                   const contract::Surroundings& around, DriverFactory make,
                                   const void* options) {
  void* const place = around.memory->allocate(sizeof(InProcessSut), alignof(InProcessSut));
  return new (place) InProcessSut(info, around, make, options);
}

}  // namespace protm::host
