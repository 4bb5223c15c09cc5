// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using vocab::AsCommand;

// LOCKADDR of the smallest power-of-two region that covers the range; widens the range to it.
std::uint64_t pack_region_range(std::uint64_t* start, std::uint64_t* size) {
  const std::uint64_t end = *start + *size;
  const auto differing = static_cast<std::uint32_t>(std::bit_width(*start ^ (end - 1)));
  const auto smallest =
      static_cast<std::uint32_t>(std::bit_width(vocab::kLockRegionMinSize) - 1);
  const std::uint32_t width = std::max(differing, smallest) - 1;
  const std::uint64_t below = (1ull << width) - 1;
  *start &= ~below;
  *size = width >= 63 ? ~0ull : 1ull << (width + 1);
  return (*start & vocab::kLockaddrBaseMask) | width;
}

// Sends LOCK for the range; the caller holds slots_lock and the VM has an AS.
int lock_on_as(Vm* vm, std::uint64_t* start, std::uint64_t* size) {
  const auto as = static_cast<std::uint32_t>(vm->as.id);
  vm->ptdev->kernel.write64(as_reg(as, vocab::kAsLockaddrLo.offset),
                            pack_region_range(start, size));
  return as_send_cmd_and_wait(vm->ptdev, as, AsCommand::lock);
}

// Leaves protected mode until slots_lock is held and the MMU takes commands. The wait must not
// hold slots_lock, which ticks, the fault handler and other VMs need (MMU-24). Returns with
// slots_lock held on 0.
int lock_slots_outside_protm(Vm* vm, std::uint64_t size) {
  PanthorDevice* const ptdev = vm->ptdev;
  contract::Kernel& k = ptdev->kernel;
  for (;;) {
    k.mutex_lock(ptdev->mmu->slots_lock);
    if (vm->as.id < 0 || size == 0 || !panthor_fw_protm_is_active(ptdev)) return 0;
    const bool holds = has_defect(ptdev, Switch::mmu_24);
    if (!holds) k.mutex_unlock(ptdev->mmu->slots_lock);
    const int ret = panthor_fw_protm_exit_sync(ptdev);
    const bool ignored = has_defect(ptdev, Switch::mmu_15);  // as posted: nobody looks at it
    if (holds && (ret == 0 || ignored)) return 0;
    if (holds) k.mutex_unlock(ptdev->mmu->slots_lock);
    if (ret == 0) continue;
    if (!ignored) return ret;
    k.mutex_lock(ptdev->mmu->slots_lock);
    return 0;
  }
}

}  // namespace

int panthor_vm_lock_region(Vm* vm, std::uint64_t start, std::uint64_t size) {
  PanthorDevice* const ptdev = vm->ptdev;
  contract::Kernel& k = ptdev->kernel;
  if (vm->locked_region.size != 0) {
    k.warn("vm region locked twice");
    return -EINVAL;
  }
  k.down_read(ptdev->protm.lock);
  int ret = lock_slots_outside_protm(vm, size);
  if (ret == 0) {
    if (vm->as.id >= 0 && size != 0) ret = lock_on_as(vm, &start, &size);
    if (ret == 0) {
      vm->locked_region.start = start;
      vm->locked_region.size = size;
    }
    k.mutex_unlock(ptdev->mmu->slots_lock);
  }
  if (ret != 0) k.up_read(ptdev->protm.lock);
  return ret;
}

int panthor_vm_expand_region(Vm* vm, std::uint64_t start, std::uint64_t size) {
  PanthorDevice* const ptdev = vm->ptdev;
  // Without a region the AS was disabled in the middle of the operation: all is to be locked.
  const bool gone = vm->locked_region.size == 0;
  const std::uint64_t have_start = gone ? start : vm->locked_region.start;
  const std::uint64_t have_end = gone ? start : have_start + vm->locked_region.size;
  if (!gone && start >= have_start && start + size <= have_end) return 0;
  if (!gone && (start + size <= have_start || start >= have_end)) {
    ptdev->kernel.warn("vm region expanded by a disjoint range");
  }
  const std::uint64_t end = std::max(have_end, start + size);
  start = std::min(start, have_start);
  size = end - start;

  MutexGuard guard(ptdev->kernel, ptdev->mmu->slots_lock);
  const int ret = vm->as.id >= 0 && size != 0 ? lock_on_as(vm, &start, &size) : 0;
  if (ret != 0) return ret;
  vm->locked_region.start = start;
  vm->locked_region.size = size;
  return 0;
}

void panthor_vm_unlock_region(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  {
    MutexGuard guard(ptdev->kernel, ptdev->mmu->slots_lock);
    if (vm->as.id >= 0 && vm->locked_region.size != 0) {
      int ret = panthor_gpu_flush_caches(ptdev, 3, 3, 2);
      if (ret == 0) {
        ret = as_send_cmd_and_wait(ptdev, static_cast<std::uint32_t>(vm->as.id),
                                   AsCommand::unlock);
      }
      if (ret != 0) panthor_device_schedule_reset(ptdev);
    }
    vm->locked_region.start = 0;
    vm->locked_region.size = 0;
  }
  ptdev->kernel.up_read(ptdev->protm.lock);
}

// As posted lock_region() alone knows about protected mode (MMU-25).
int panthor_protm_block(PanthorDevice* ptdev) {
  if (has_defect(ptdev, Switch::mmu_25)) return 0;
  ptdev->kernel.down_read(ptdev->protm.lock);
  const int ret =
      panthor_fw_protm_is_active(ptdev) ? panthor_fw_protm_exit_sync(ptdev) : 0;
  if (ret != 0) ptdev->kernel.up_read(ptdev->protm.lock);
  return ret;
}

void panthor_protm_unblock(PanthorDevice* ptdev) {
  if (!has_defect(ptdev, Switch::mmu_25)) ptdev->kernel.up_read(ptdev->protm.lock);
}

}  // namespace protm::v1
