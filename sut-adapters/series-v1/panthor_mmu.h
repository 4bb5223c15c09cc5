// SPDX-License-Identifier: GPL-2.0-only
// Address spaces and VMs: AS slots, region lock, page-table updates, faults. Patch 6 splits lock
// and expand, patch 7 adds protm.lock and the forced exit. Switches MMU-15, MMU-24, MMU-25.
// Not modelled: sparse mappings, user-space dump of mappings.
// Source: panthor_mmu.[ch] (7.x); patches 6/8, 7/8; facts-driver-7x.md section 1.
#pragma once

#include <array>
#include <cstdint>

#include "sut-adapters/series-v1/panthor_device.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "sut-adapters/series-v1/list.h"
#include "sut-adapters/series-v1/panthor_gem.h"

namespace protm::v1 {

inline constexpr std::uint32_t kMaxAsSlots = 32;

/// A mapping (struct panthor_vma).
struct PanthorVma : contract::GpuVa {
  std::uint32_t flags = 0;
  bool evicted = false;
};

struct VmOpCtx;

struct Vm {
  PanthorDevice* ptdev = nullptr;
  contract::Ptr<Vm> self;              ///< no reference
  contract::Kref refcount;
  contract::GpuVm base;
  contract::PageTable pgtbl;
  contract::Ptr<PanthorGem> root_gem;
  contract::VaSpace mm;
  contract::Mutex mm_lock{"vm.mm_lock"};
  contract::Mutex op_lock{"vm.op_lock"};
  VmOpCtx* op_ctx = nullptr;
  std::uint64_t va_size = 0;
  std::uint64_t user_va_range = 0;
  std::uint64_t auto_va_start = 0;
  std::uint64_t auto_va_end = 0;
  struct {
    int id = -1;
    std::uint32_t active_cnt = 0;
  } as;
  struct {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
  } locked_region;
  contract::GpuScheduler sched{"vm_bind"};
  contract::SchedEntity entity;
  bool has_sched = false;              ///< `sched` and `entity` are live
  ListNode<Vm> node;                   ///< in PanthorMmu::vm.list
  struct {
    contract::Ptr<PanthorHeapPool> pool;
    contract::Mutex lock{"vm.heaps_lock"};
  } heaps;
  struct {
    ListNode<PanthorGem> lru;          ///< objects of this VM alone
    ListNode<Vm> lru_node;             ///< in PanthorDevice::reclaim.vms
  } reclaim;
  bool for_mcu = false;
  bool destroyed = false;
  bool unusable = false;
  bool unhandled_fault = false;
  bool pgtbl_ready = false;
};

struct PanthorMmu {
  PanthorIrq irq;
  contract::Mutex slots_lock{"as.slots_lock"};
  std::uint32_t alloc_mask = 0;
  std::uint32_t faulty_mask = 0;
  std::array<Vm*, kMaxAsSlots> slots{};
  std::array<Vm*, kMaxAsSlots> lru{};   ///< idle VMs that still own an AS, least recent first
  std::uint32_t lru_count = 0;
  struct {
    contract::Mutex lock{"vm.list_lock"};
    ListNode<Vm> list;
    bool reset_in_progress = false;
    contract::Workqueue wq;
  } vm;
};

int panthor_mmu_init(PanthorDevice* ptdev);
void panthor_mmu_unplug(PanthorDevice* ptdev);
/// Takes every AS from its VM without a command: the GPU was reset.
void panthor_mmu_forget(PanthorDevice* ptdev);
void panthor_mmu_suspend(PanthorDevice* ptdev);
void panthor_mmu_resume(PanthorDevice* ptdev);
void panthor_mmu_pre_reset(PanthorDevice* ptdev);
void panthor_mmu_post_reset(PanthorDevice* ptdev);

struct VmArgs {
  bool for_mcu = false;
  std::uint64_t kernel_va_start = 0;
  std::uint64_t kernel_va_size = 0;
  std::uint64_t auto_va_start = 0;
  std::uint64_t auto_va_size = 0;
};
contract::Result<contract::Ptr<Vm>> panthor_vm_create(PanthorDevice* ptdev, const VmArgs& args);
contract::Ptr<Vm> panthor_vm_get(Vm* vm);
void panthor_vm_put(Vm* vm);
/// VM_DESTROY and file close: no more operations, everything unmapped, the handle's reference gone.
void panthor_vm_destroy(Vm* vm);

/// Gives the VM an AS and makes it resident. Errors: ENODEV, EBUSY, ETIMEDOUT.
int panthor_vm_active(Vm* vm);
void panthor_vm_idle(Vm* vm);
/// Number of the VM's AS, or -1.
[[nodiscard]] inline int panthor_vm_as(const Vm* vm) { return vm->as.id; }
[[nodiscard]] inline bool panthor_vm_has_unhandled_faults(const Vm* vm) {
  return vm->unhandled_fault;
}

/// A kernel VA range: fixed, or found in the automatic range for kVmKernelAutoVa.
contract::Result<std::uint64_t> panthor_vm_alloc_va(Vm* vm, std::uint64_t va, std::uint64_t size,
                                                    std::uint64_t align, const char* role);
void panthor_vm_free_va(Vm* vm, std::uint64_t va);
int panthor_vm_map_bo_range(Vm* vm, const contract::Ptr<PanthorGem>& bo, std::uint64_t offset,
                            std::uint64_t size, std::uint64_t va, std::uint32_t flags);
int panthor_vm_unmap_range(Vm* vm, std::uint64_t va, std::uint64_t size);
/// The object mapped at `va` with a reference, and the offset in it; null when nothing is mapped.
contract::Ptr<PanthorGem> panthor_vm_get_bo_for_va(Vm* vm, std::uint64_t va, std::uint64_t* offset);
/// One operation of a synchronous VM_BIND. `handle_file` resolves the BO handle.
int panthor_vm_bind_exec_sync_op(const contract::Ptr<contract::DrmFile>& file, Vm* vm,
                                 const vocab::uapi::VmBindOp& op);

/// A job for one operation of an asynchronous VM_BIND, with a reference for the caller.
/// Errors: EINVAL, ENOMEM.
contract::Result<contract::Ptr<contract::SchedJob>> panthor_vm_bind_job_create(
    const contract::Ptr<contract::DrmFile>& file, Vm* vm, const vocab::uapi::VmBindOp& op);
void panthor_vm_bind_job_put(const contract::Ptr<contract::SchedJob>& job);
/// The reservation of the object that the job maps; null when it maps none.
contract::Ptr<contract::Resv> panthor_vm_bind_job_resv(
    const contract::Ptr<contract::SchedJob>& job);

// --- panthor_mmu_bind.cc: the VM_BIND queue of a VM --------------------------------------------
int panthor_vm_sched_init(Vm* vm);
void panthor_vm_sched_fini(Vm* vm);
void panthor_mmu_stop_vms(PanthorDevice* ptdev);
void panthor_mmu_start_vms(PanthorDevice* ptdev);

// --- between panthor_mmu.cc (AS) and panthor_mmu_vm.cc (VM operations) -------------------------
enum class AsRecycle : std::uint8_t { no, yes };
/// Sends an AS command and waits for it. Errors: ETIMEDOUT (a reset is scheduled).
int as_send_cmd_and_wait(PanthorDevice* ptdev, std::uint32_t as, vocab::AsCommand cmd);
int panthor_mmu_as_disable(PanthorDevice* ptdev, std::uint32_t as, AsRecycle recycle);
void panthor_vm_release_as_locked(Vm* vm);
int panthor_vm_lock_region(Vm* vm, std::uint64_t start, std::uint64_t size);
int panthor_vm_expand_region(Vm* vm, std::uint64_t start, std::uint64_t size);
void panthor_vm_unlock_region(Vm* vm);

}  // namespace protm::v1
