// SPDX-License-Identifier: GPL-2.0-only
// Construction, system calls, deferred releases and providers; the contract's calls that only pass
// on to a subsystem are in drm_forward.cc.
#include "sut-adapters/host/drm_impl.h"

#include <utility>

#include "sut-adapters/contract/sut.h"

namespace protm::host {

// User memory is reached through the kernel, which knows whose it is.
DrmImpl::DrmImpl(KernelImpl& kernel, contract::Bus& bus, contract::UserMemory& /*user*/,
                 std::pmr::memory_resource* memory)
    : kernel_(kernel),
      ctx_{.kernel = kernel, .bus = bus, .memory = memory},
      fences_(ctx_),
      resvs_(ctx_, fences_),
      bufs_(ctx_, resvs_),
      gems_(ctx_, resvs_, bufs_),
      primes_(ctx_, kernel, gems_, bufs_),
      syncobjs_(ctx_, fences_),
      sched_(ctx_, fences_),
      chrdevs_(ctx_),
      gpuvms_(kernel, memory),
      pgtables_(kernel, memory),
      mms_(kernel, memory),
      files_(ctx_, kernel, DrmSubsystems{fences_, syncobjs_, gems_, bufs_, primes_, chrdevs_}),
      providers_(memory),
      in_syscall_(memory),
      delayed_(memory) {
  ctx_.caller = &DrmImpl::caller;
  ctx_.caller_ctx = this;
  bufs_.set_deferred(this);
  delayed_work_.role = "delayed_fput";
  delayed_work_.fn = contract::Callback{&DrmImpl::run_delayed, this, nullptr, 0};
}

Caller DrmImpl::caller(void* self) {
  const TaskContext context = static_cast<DrmImpl*>(self)->kernel_.current_context();
  Caller who;
  // The task, not the actor: what ends a process may run beside a call of it that is stuck.
  if (context.actor != kNoActor) {
    who.task = static_cast<DrmImpl*>(self)->kernel_.current_task();
  }
  who.in_step = context.step != contract::kNoStep;
  who.step = context.step;
  return who;
}

void DrmImpl::defer(const DmaBufPtr& buf) {
  const auto it = in_syscall_.find(ctx_.who().task);
  if (it != in_syscall_.end()) {
    it->second.push_back(buf);
    return;
  }
  delayed_.push_back(buf);
  kernel_.queue_work(kernel_.system_wq(), delayed_work_);
}

void DrmImpl::run_delayed(void* self) {
  DrmImpl& drm = *static_cast<DrmImpl*>(self);
  while (!drm.delayed_.empty()) {
    const DmaBufPtr buf = drm.delayed_.front();
    drm.delayed_.erase(drm.delayed_.begin());
    drm.bufs_.release(buf);
  }
}

template <class Body>
std::int64_t DrmImpl::syscall(Body body) {
  const std::uint64_t task = ctx_.who().task;
  if (task == 0) return body();  // a kernel task: its last puts go to the work item
  in_syscall_.try_emplace(task);
  const std::int64_t result = body();
  while (!in_syscall_.at(task).empty()) {
    Buffers& list = in_syscall_.at(task);
    const DmaBufPtr buf = list.front();
    list.erase(list.begin());
    bufs_.release(buf);
  }
  in_syscall_.erase(task);
  return result;
}

std::int64_t DrmImpl::sys_open(std::string_view name) {
  return syscall([&] { return files_.open(name); });
}

std::int64_t DrmImpl::sys_close(int fd) {
  return syscall([&] { return files_.close(fd); });
}

std::int64_t DrmImpl::sys_ioctl(int fd, std::uint32_t cmd, std::uint64_t arg) {
  return syscall([&] { return files_.ioctl(fd, cmd, arg); });
}

std::int64_t DrmImpl::sys_cpu_store(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                    std::span<const std::byte> from) {
  return syscall([&] { return files_.cpu_store(fd, mmap_offset, offset, from); });
}

std::int64_t DrmImpl::sys_cpu_load(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                   std::span<std::byte> to) {
  return syscall([&] { return files_.cpu_load(fd, mmap_offset, offset, to); });
}

std::int64_t DrmImpl::sys_cpu_store64(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                      std::uint64_t value) {
  return sys_cpu_store(fd, mmap_offset, offset, std::as_bytes(std::span(&value, 1)));
}

std::int64_t DrmImpl::sys_cpu_load64(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                     std::uint64_t* value) {
  return sys_cpu_load(fd, mmap_offset, offset, std::as_writable_bytes(std::span(value, 1)));
}

std::int64_t DrmImpl::sys_mmap(int fd, std::uint64_t offset, std::uint64_t size,
                               std::uint32_t access) {
  const contract::MapRequest request{.offset = offset,
                                     .size = size,
                                     .shared = (access & contract::kMapPrivate) == 0,
                                     .write = (access & contract::kMapWrite) != 0,
                                     .exec = (access & contract::kMapExec) != 0};
  return syscall([&] { return files_.mmap(fd, request); });
}

std::int64_t DrmImpl::sys_munmap(std::uint64_t mapping) {
  return syscall([&] { return files_.munmap(mapping); });
}

std::int64_t DrmImpl::sys_map_load(std::uint64_t mapping, std::uint64_t offset,
                                   std::uint64_t* value) {
  return syscall([&] { return files_.map_load(mapping, offset, *value); });
}

std::int64_t DrmImpl::sys_map_store(std::uint64_t mapping, std::uint64_t offset,
                                    std::uint64_t value) {
  return syscall([&] { return files_.map_store(mapping, offset, value); });
}

std::int64_t DrmImpl::sys_fdinfo(int fd, std::span<std::byte> into) {
  return syscall([&] { return files_.fdinfo(fd, into); });
}

std::int64_t DrmImpl::sys_reclaim(std::uint64_t pages) {
  return syscall([&] { return files_.reclaim(pages); });
}

HeapProvider* DrmImpl::provider_add(std::string_view name, bool is_protected, std::uint64_t limit) {
  HeapProvider::Options options;
  options.name = name;
  options.kind = is_protected ? contract::PageKind::protected_memory : contract::PageKind::normal;
  options.limit_bytes = limit;
  options.number = static_cast<std::uint32_t>(providers_.size()) + 1;
  return &providers_.emplace_back(ctx_, bufs_, options);
}

void DrmImpl::provider_withdraw(HeapProvider* provider) { provider->withdraw(); }

void DrmImpl::drm_dev_init(const contract::DrmDriverOps* ops) { ctx_.ops = ops; }

int DrmImpl::drm_register(const contract::DrmDriverOps* ops) {
  const std::int64_t failed = ctx_.kernel.fault("drm_register", "device");
  if (failed < 0) return static_cast<int>(failed);
  ctx_.ops = ops;
  files_.publish();
  return 0;
}

void DrmImpl::drm_unregister() { files_.withdraw(); }

}  // namespace protm::host
