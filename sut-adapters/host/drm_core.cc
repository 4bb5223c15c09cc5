// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/drm_core.h"

namespace protm::host {

DrmCore::DrmCore(KernelImpl& k, contract::Bus& bus, std::pmr::memory_resource* memory)
    : kernel(k),
      ctx{.kernel = k, .bus = bus, .memory = memory},
      fences(ctx),
      resvs(ctx, fences),
      bufs(ctx, resvs),
      gems(ctx, resvs, bufs),
      primes(k, gems, bufs, resvs),
      syncobjs(ctx, fences),
      sched(ctx, fences),
      chrdevs(ctx),
      gpuvms(k, memory),
      pgtables(k, memory),
      mms(k, memory),
      files(ctx, k, DrmSubsystems{fences, syncobjs, gems, bufs, primes, chrdevs}),
      providers(memory),
      in_syscall_(memory),
      delayed_(memory) {
  ctx.caller = &DrmCore::caller;
  ctx.caller_ctx = this;
  bufs.set_deferred(this);
  delayed_work_.role = "delayed_fput";
  delayed_work_.fn = contract::Callback{&DrmCore::run_delayed, this, nullptr, 0};
}

Caller DrmCore::caller(void* self) {
  const TaskContext context = static_cast<DrmCore*>(self)->kernel.current_context();
  Caller who;
  // The task, not the actor: what ends a process may run beside a call of it that is stuck.
  if (context.actor != kNoActor) who.task = static_cast<DrmCore*>(self)->kernel.current_task();
  who.in_step = context.step != contract::kNoStep;
  who.step = context.step;
  return who;
}

void DrmCore::defer(const DmaBufPtr& buf) {
  const auto it = in_syscall_.find(ctx.who().task);
  if (it != in_syscall_.end()) {
    it->second.push_back(buf);
    return;
  }
  delayed_.push_back(buf);
  kernel.queue_work(kernel.system_wq(), delayed_work_);
}

void DrmCore::run_delayed(void* self) {
  DrmCore& core = *static_cast<DrmCore*>(self);
  while (!core.delayed_.empty()) {
    const DmaBufPtr buf = core.delayed_.front();
    core.delayed_.erase(core.delayed_.begin());
    core.bufs.release(buf);
  }
}

}  // namespace protm::host
