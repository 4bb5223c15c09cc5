// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_mmu.h"

#include <algorithm>
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_pwr.h"
#include "sut-adapters/series-v1/panthor_sched.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::Atomicity;
using contract::MutexGuard;
using contract::Ptr;
using vocab::AsCommand;

constexpr std::uint64_t kAsPollUs = 10;
constexpr std::uint64_t kAsTimeoutUs = 100000;
/// MAIR bytes of the io-pgtable format.
constexpr std::uint64_t kMairNonCacheable = 4u << 4 | 4u;
constexpr std::uint64_t kMairWriteBack = 15u << 4 | 15u;
constexpr std::uint64_t kMairDevice = 4u;
constexpr std::uint64_t kMairInnerNonCacheable = 15u << 4 | 4u;
/// MAIR as io-pgtable-arm.c sets it up; further indexes are zero.
constexpr std::uint64_t kMair = kMairNonCacheable | kMairWriteBack << 8 | kMairDevice << 16 |
                                kMairInnerNonCacheable << 24;

int wait_ready(PanthorDevice* ptdev, std::uint32_t as) {
  contract::Kernel& k = ptdev->kernel;
  const std::uint32_t status = as_reg(as, vocab::kAsStatus.offset);
  const int ret = k.poll([&] { return (k.read32(status) & vocab::AsStatus::as_active.mask) == 0; },
                         kAsPollUs, kAsTimeoutUs, Atomicity::atomic);
  if (ret != 0) {
    k.log("AS_ACTIVE bit stuck");
    panthor_device_schedule_reset(ptdev);
  }
  return ret;
}

std::uint64_t mair_to_memattr(std::uint64_t mair, bool coherent) {
  std::uint64_t memattr = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const auto attr = static_cast<std::uint8_t>(mair >> (8 * i));
    const std::uint8_t outer = attr >> 4;
    const std::uint8_t inner = attr & 0xf;
    std::uint32_t out = vocab::kMemattrAllocExpl;
    if ((outer & 3) == 0 || (outer & 4) == 0 || (inner & 4) == 0) {
      out |= vocab::kMemattrNonCacheable | vocab::kMemattrShMidgardInner;
    } else {
      out |= vocab::kMemattrWriteBack;
      out |= coherent ? vocab::kMemattrShCpuInner : vocab::kMemattrShMidgardInner;
      if ((inner & 1) != 0) out |= vocab::kMemattrAllocWrite;
      if ((inner & 2) != 0) out |= vocab::kMemattrAllocRead;
    }
    memattr |= static_cast<std::uint64_t>(out) << (8 * i);
  }
  return memattr;
}

int panthor_mmu_as_enable(PanthorDevice* ptdev, std::uint32_t as, std::uint64_t transtab,
                          std::uint64_t transcfg, std::uint64_t memattr) {
  contract::Kernel& k = ptdev->kernel;
  panthor_irq_enable_events(&ptdev->mmu->irq, 1u << as);
  k.write64(as_reg(as, vocab::kAsTranstabLo.offset), transtab);
  k.write64(as_reg(as, vocab::kAsMemattrLo.offset), memattr);
  k.write64(as_reg(as, vocab::kAsTranscfgLo.offset), transcfg);
  return as_send_cmd_and_wait(ptdev, as, AsCommand::update);
}

void lru_remove(PanthorMmu& mmu, const Vm* vm) {
  const auto end = mmu.lru.begin() + mmu.lru_count;
  const auto kept = std::remove(mmu.lru.begin(), end, vm);
  mmu.lru_count = static_cast<std::uint32_t>(kept - mmu.lru.begin());
}

// Number of a free AS for `vm`, after evicting an idle VM where that is needed.
int panthor_mmu_pick_as(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  PanthorMmu& mmu = *ptdev->mmu;
  if (vm->for_mcu) return 0;
  const auto as = static_cast<std::uint32_t>(std::countr_one(mmu.alloc_mask | 1u));
  if (as < kMaxAsSlots && (ptdev->gpu_info.as_present & (1u << as)) != 0) {
    return static_cast<int>(as);
  }
  if (mmu.lru_count == 0) {
    ptdev->kernel.warn("no idle AS to evict");
    return -EBUSY;
  }
  Vm* const victim = mmu.lru[0];
  const int victim_as = victim->as.id;
  const int ret =
      panthor_mmu_as_disable(ptdev, static_cast<std::uint32_t>(victim_as), AsRecycle::yes);
  if (ret != 0) return ret;
  panthor_vm_release_as_locked(victim);
  return victim_as;
}

int panthor_vm_enable_as_locked(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  PanthorMmu& mmu = *ptdev->mmu;
  const auto as = static_cast<std::uint32_t>(vm->as.id);
  const std::uint32_t va_bits =
      vocab::Word<vocab::MmuFeatures>(ptdev->gpu_info.mmu_features)[vocab::MmuFeatures::va_bits];
  std::uint64_t transcfg = vocab::kTranscfgPtwMemattrWb | vocab::kTranscfgPtwRa |
                           vocab::kTranscfgAdrmodeAarch64_4k |
                           (static_cast<std::uint64_t>(55 - va_bits)
                            << vocab::kTranscfgInaBitsShift);
  if (ptdev->coherent) transcfg |= vocab::kTranscfgPtwShOs;
  vm->unhandled_fault = false;
  if ((mmu.faulty_mask & (1u << as)) != 0) {
    ptdev->kernel.write32(vocab::kMmuIrqClear.offset, 1u << as);
    mmu.faulty_mask &= ~(1u << as);
  }
  return panthor_mmu_as_enable(ptdev, as, ptdev->drm.pgtable_ttbr(vm->pgtbl), transcfg,
                               mair_to_memattr(kMair, ptdev->coherent));
}

int panthor_vm_active_locked(Vm* vm) {
  PanthorMmu& mmu = *vm->ptdev->mmu;
  if (vm->as.active_cnt != 0) {
    vm->as.active_cnt++;
    return 0;
  }
  bool enable = true;
  if (vm->as.id >= 0) {
    // Still programmed from the last time, unless a fault took it out of service.
    enable = (mmu.faulty_mask & (1u << vm->as.id)) != 0;
  } else {
    const int as = panthor_mmu_pick_as(vm);
    if (as < 0) return as;
    vm->as.id = as;
    mmu.alloc_mask |= 1u << as;
    mmu.slots[static_cast<std::size_t>(as)] = vm;
  }
  const int ret = enable ? panthor_vm_enable_as_locked(vm) : 0;
  if (ret != 0) {
    // Upstream keeps it: who unmaps next locks on an address space that is not set up.
    panthor_vm_release_as_locked(vm);
    return ret;
  }
  vm->as.active_cnt = 1;
  lru_remove(mmu, vm);
  return 0;
}

void panthor_mmu_irq_one_fault(PanthorDevice* ptdev, std::uint32_t as) {
  contract::Kernel& k = ptdev->kernel;
  PanthorMmu& mmu = *ptdev->mmu;
  const std::uint32_t bit = 1u << as;
  (void)k.read32(as_reg(as, vocab::kAsFaultstatus.offset));
  (void)k.read64(as_reg(as, vocab::kAsFaultaddressLo.offset));
  // AS commands do not run in protected mode; without an exit the reset cleans up.
  const bool gate = panthor_protm_block(ptdev) == 0;
  {
    MutexGuard guard(k, mmu.slots_lock);
    mmu.faulty_mask |= bit;
    k.log("Unhandled page fault");
    k.write32(vocab::kMmuIrqClear.offset, bit);
    if (mmu.slots[as] != nullptr) mmu.slots[as]->unhandled_fault = true;
    if (gate) {
      (void)panthor_mmu_as_disable(ptdev, as, AsRecycle::no);
    } else {
      panthor_irq_disable_events(&mmu.irq, bit);
    }
  }
  if (gate) panthor_protm_unblock(ptdev);
}

void panthor_mmu_irq_handler(PanthorDevice* ptdev, std::uint32_t status) {
  for (std::uint32_t as = 0; as < vocab::kMaxAs; ++as) {
    if ((status & (1u << as)) != 0) panthor_mmu_irq_one_fault(ptdev, as);
  }
  panthor_sched_report_mmu_fault(ptdev);
}

}  // namespace

int as_send_cmd_and_wait(PanthorDevice* ptdev, std::uint32_t as, AsCommand cmd) {
  int ret = wait_ready(ptdev, as);
  if (ret != 0) return ret;
  ptdev->kernel.write32(as_reg(as, vocab::kAsCommand.offset), static_cast<std::uint32_t>(cmd));
  return wait_ready(ptdev, as);
}

int panthor_mmu_as_disable(PanthorDevice* ptdev, std::uint32_t as, AsRecycle recycle) {
  contract::Kernel& k = ptdev->kernel;
  Vm* const vm = ptdev->mmu->slots[as];
  panthor_irq_disable_events(&ptdev->mmu->irq, 1u << as);
  // Upstream returns where the flush fails, with an AS that leads to pages which may go. No switch
  // stands for that.
  const int flushed = panthor_gpu_flush_caches(ptdev, 3, 3, 2);
  int ret = 0;
  if (vm != nullptr && vm->locked_region.size != 0) {
    ret = as_send_cmd_and_wait(ptdev, as, AsCommand::unlock);
    if (ret != 0) return ret;
    // Upstream keeps it, and the operation unlocks once more what is not locked.
    vm->locked_region = {};
  }
  if (recycle == AsRecycle::yes) return flushed;
  k.write64(as_reg(as, vocab::kAsTranstabLo.offset), 0);
  k.write64(as_reg(as, vocab::kAsMemattrLo.offset), 0);
  k.write64(as_reg(as, vocab::kAsTranscfgLo.offset), vocab::kTranscfgAdrmodeUnmapped);
  ret = as_send_cmd_and_wait(ptdev, as, AsCommand::update);
  return ret != 0 ? ret : flushed;
}

void panthor_vm_release_as_locked(Vm* vm) {
  PanthorMmu& mmu = *vm->ptdev->mmu;
  if (vm->as.id < 0) return;
  mmu.slots[static_cast<std::size_t>(vm->as.id)] = nullptr;
  mmu.alloc_mask &= ~(1u << vm->as.id);
  lru_remove(mmu, vm);
  vm->as.active_cnt = 0;
  vm->as.id = -1;
}

int panthor_vm_active(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  contract::Kernel& k = ptdev->kernel;
  if (!k.dev_enter()) return -ENODEV;
  int ret = 0;
  if (vm->as.active_cnt != 0) {
    vm->as.active_cnt++;
  } else {
    panthor_vm_reclaim_touch(vm);
    MutexGuard op_guard(k, vm->op_lock);
    if (vm->locked_region.size != 0) k.warn("vm activated inside a locked region");
    ret = panthor_protm_block(ptdev);
    if (ret == 0) {
      {
        MutexGuard guard(k, ptdev->mmu->slots_lock);
        ret = panthor_vm_active_locked(vm);
      }
      panthor_protm_unblock(ptdev);
    }
  }
  k.dev_exit();
  return ret;
}

void panthor_vm_idle(Vm* vm) {
  PanthorMmu& mmu = *vm->ptdev->mmu;
  if (vm->as.active_cnt > 1) {
    vm->as.active_cnt--;
    return;
  }
  MutexGuard guard(vm->ptdev->kernel, mmu.slots_lock);
  if (vm->as.active_cnt == 0) return;
  vm->as.active_cnt--;
  if (vm->as.active_cnt != 0 || vm->as.id < 0) return;
  lru_remove(mmu, vm);
  mmu.lru[mmu.lru_count++] = vm;
}

int panthor_mmu_init(PanthorDevice* ptdev) {
  ptdev->mmu = ptdev->kernel.make<PanthorMmu>("mmu");
  if (ptdev->mmu == nullptr) return -ENOMEM;
  ptdev->mmu->vm.wq =
      ptdev->kernel.alloc_workqueue("panthor-vm-bind", contract::WorkqueueKind::unbound);
  const auto irq = ptdev->mmu.member(&PanthorMmu::irq);
  irq->line = contract::IrqLine::mmu;
  irq->base = vocab::kMmuIrqRawstat.offset;
  irq->handler = panthor_mmu_irq_handler;
  const int ret = panthor_request_irq(ptdev, irq, vocab::kMmuIrqPageFaultMask, "mmu");
  if (ret != 0) return ret;
  panthor_irq_resume(&*irq);
  return 0;
}

// Takes every AS from its VM; `program` also writes the registers. False when one did not obey.
static bool panthor_mmu_release_all(PanthorDevice* ptdev, bool program) {
  PanthorMmu& mmu = *ptdev->mmu;
  MutexGuard guard(ptdev->kernel, mmu.slots_lock);
  bool clean = true;
  for (std::uint32_t as = 0; as < kMaxAsSlots; ++as) {
    Vm* const vm = mmu.slots[as];
    if (vm == nullptr) continue;
    if (program) clean &= panthor_mmu_as_disable(ptdev, as, AsRecycle::no) == 0;
    panthor_vm_release_as_locked(vm);
  }
  return clean;
}

void panthor_mmu_forget(PanthorDevice* ptdev) { (void)panthor_mmu_release_all(ptdev, false); }

// Upstream gives up an AS that hangs as it is, with the tables that it goes on translating by. No
// switch stands for that.
static bool panthor_mmu_all_off(PanthorDevice* ptdev) {
  MutexGuard guard(ptdev->kernel, ptdev->mmu->slots_lock);
  std::uint32_t left = 0;
  for (std::uint32_t as = 0; as < kMaxAsSlots; ++as) {
    if (ptdev->mmu->slots[as] == nullptr) continue;
    if (panthor_mmu_as_disable(ptdev, as, AsRecycle::no) != 0) left |= 1u << as;
  }
  return left == 0;
}

void panthor_mmu_unplug(PanthorDevice* ptdev) {
  if (ptdev->pm.state != PmState::suspended) {
    panthor_irq_suspend(&ptdev->mmu->irq);
    if (!panthor_mmu_all_off(ptdev)) (void)panthor_hw_soft_reset(ptdev);
  }
  panthor_mmu_forget(ptdev);
}

void panthor_mmu_suspend(PanthorDevice* ptdev) {
  // What keeps its region locked is put right by the reset of a slow resume only.
  if (!panthor_mmu_release_all(ptdev, true)) ptdev->reset.fast = false;
  panthor_irq_suspend(&ptdev->mmu->irq);
}

void panthor_mmu_resume(PanthorDevice* ptdev) {
  ptdev->mmu->alloc_mask = 0;
  ptdev->mmu->faulty_mask = 0;
  // A fault of which nobody wanted to hear any more is not that of the next VM there. Upstream
  // clears the bits of its mask only. No switch stands for that.
  ptdev->kernel.write32(vocab::kMmuIrqClear.offset, vocab::kMmuIrqPageFaultMask);
  panthor_irq_resume(&ptdev->mmu->irq);
}

void panthor_mmu_pre_reset(PanthorDevice* ptdev) {
  panthor_irq_suspend(&ptdev->mmu->irq);
  panthor_mmu_stop_vms(ptdev);
}

// A VM operation that goes on beside a reset may lock its region once the GPU is back. Upstream
// takes its AS away as it is, so that the next VM there has a locked region. No switch stands for
// that.
static void panthor_mmu_unlock_left_regions(PanthorDevice* ptdev) {
  PanthorMmu& mmu = *ptdev->mmu;
  MutexGuard guard(ptdev->kernel, mmu.slots_lock);
  for (std::uint32_t as = 0; as < kMaxAsSlots; ++as) {
    Vm* const vm = mmu.slots[as];
    if (vm == nullptr || vm->locked_region.size == 0) continue;
    (void)as_send_cmd_and_wait(ptdev, as, AsCommand::unlock);
  }
}

void panthor_mmu_post_reset(PanthorDevice* ptdev) {
  panthor_mmu_unlock_left_regions(ptdev);
  (void)panthor_mmu_release_all(ptdev, false);
  ptdev->mmu->alloc_mask = 0;
  ptdev->mmu->faulty_mask = 0;
  panthor_irq_resume(&ptdev->mmu->irq);
  panthor_mmu_start_vms(ptdev);
}

}  // namespace protm::v1
