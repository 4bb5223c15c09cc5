// SPDX-License-Identifier: GPL-2.0-only
// The device: life cycle, power states, the reset worker and the interrupt idiom that the GPU, MMU
// and firmware parts share. Patch 4 adds the protected heap, patch 7 the rw-semaphore.
// Switch HEAP-32.
// Not modelled: clocks, devfreq, the user MMIO page (flush id), PWR_CONTROL of arch 14.
// Source: panthor_device.[ch] (7.x); patches 4/8, 7/8; facts-driver-7x.md sections 2, 7.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/contract/driver.h"
#include "sut-adapters/series-v1/dma_heap.h"
#include "sut-adapters/series-v1/list.h"
#include "sut-adapters/series-v1/switches.h"

namespace protm::v1 {

struct PanthorDevice;
struct PanthorGpu;
struct PanthorPwr;
struct PanthorHeapPool;
struct PanthorMmu;
struct PanthorGem;
struct Vm;
struct PanthorFw;
struct PanthorScheduler;
class SeriesV1;

/// 5 s job time-out and friends, in ms.
inline constexpr std::uint64_t kJobTimeoutMs = 5000;
inline constexpr std::uint64_t kAutosuspendMs = 50;

enum class PmState : std::uint32_t { suspended, resuming, active, suspending };
enum class IrqState : std::uint32_t { active, processing, suspended, suspending };

/// One interrupt source: RAWSTAT, CLEAR, MASK and STATUS words from `base`.
struct PanthorIrq {
  PanthorDevice* ptdev = nullptr;
  contract::IrqLine line = contract::IrqLine::gpu;
  std::uint32_t base = 0;
  void (*handler)(PanthorDevice* ptdev, std::uint32_t status) = nullptr;
  std::uint32_t mask = 0;
  IrqState state = IrqState::suspended;
  contract::SpinLock mask_lock{"irq.mask_lock"};
};

/// enum panthor_gem_reclaim_state.
enum class ReclaimState : std::uint8_t {
  unused,
  mmapped,
  gpu_mapped_single_vm,
  gpu_mapped_multi_vm,
  unreclaimable
};
/// struct drm_gpuvm_bo.
struct VmBo {
  PanthorGem* bo = nullptr;
  Vm* vm = nullptr;
  std::uint32_t refs = 0;
  bool evicted = false;
};

struct PanthorDevice {
  PanthorDevice(contract::Kernel& k, contract::Drm& d, std::pmr::memory_resource* r,
                DmaHeapCore& h, const Options& o)
      : kernel(k), drm(d), mr(r), heaps(h), switches(o.switches), patches(o.patches) {}
  contract::Kernel& kernel;
  contract::Drm& drm;
  std::pmr::memory_resource* mr;
  DmaHeapCore& heaps;
  SwitchMask switches;
  std::uint32_t patches;         ///< the first so many of the series are applied
  contract::Ptr<PanthorDevice> self;   ///< no reference
  SeriesV1* v1 = nullptr;

  vocab::uapi::GpuInfo gpu_info{};
  vocab::uapi::CsifInfo csif_info{};
  bool coherent = false;

  contract::Ptr<PanthorPwr> pwr;     ///< NULL before arch 14
  contract::Ptr<PanthorGpu> gpu;
  contract::Ptr<PanthorMmu> mmu;
  contract::Ptr<PanthorFw> fw;
  contract::Ptr<PanthorScheduler> scheduler;

  struct {
    PmState state = PmState::suspended;
    contract::Completion awake{.role = "pm.awake"};
    bool asleep = false;
    bool recovery_needed = false;
  } pm;
  struct {
    contract::Workqueue wq;
    contract::Work work{"reset_work"};
    bool pending = false;
    bool fast = false;
  } reset;
  struct {
    contract::Mutex lock{"unplug.lock"};
    contract::Completion done{"unplug.done"};
    bool begun = false;
  } unplug;
  struct {
    contract::Ptr<DmaHeap> heap;
    /// Excludes VM operations from an entry: read = VM operation, write = entry.
    contract::RwSem lock{"protm.lock"};
    bool entering = false;       ///< the firmware is asked for an entry that is not over
    bool exit_refused = false;   ///< a forced exit timed out since the last reset
    std::uint32_t exits = 0;     ///< exit events that somebody took
  } protm;
  struct Reclaim {
    explicit Reclaim(std::pmr::memory_resource* r) : vm_bos(r) {}
    ListNode<PanthorGem> unused, mmapped, gpu_mapped_shared;
    ListNode<Vm> vms;            ///< least recently used first
    std::pmr::vector<VmBo> vm_bos;
  } reclaim{mr};
  std::uint32_t live_vms = 0;    ///< VMs of files
  std::uint32_t live_groups = 0;
};

/// True while defect `s` is to be shown.
[[nodiscard]] inline bool has_defect(const PanthorDevice* ptdev, Switch s) {
  return (ptdev->switches & switch_bit(s)) != 0;
}

/// Whether patch `n` of the series is applied.
[[nodiscard]] inline bool has_patch(const PanthorDevice* ptdev, std::uint32_t n) {
  return ptdev->patches >= n;
}

/// Brings the device up; all is undone on failure. Errors: EPROBE_DEFER, ENOMEM, ENXIO, ...
int panthor_device_init(PanthorDevice* ptdev);
/// Takes the device out of service; the second caller waits for the first.
void panthor_device_unplug(PanthorDevice* ptdev);
/// Asks for a GPU reset; one at a time.
void panthor_device_schedule_reset(PanthorDevice* ptdev);
[[nodiscard]] inline bool panthor_device_reset_is_pending(const PanthorDevice* ptdev) {
  return ptdev->reset.pending;
}
/// Runtime PM get that clears the state of an earlier failure.
int panthor_device_resume_and_get(PanthorDevice* ptdev);
/// The base's device PM ops for a system sleep, with a door before the hardware that is closed
/// meanwhile: runtime PM counts a device in use as active although its power is off.
int panthor_device_sleep(PanthorDevice* ptdev);
int panthor_device_wake(PanthorDevice* ptdev);

int panthor_request_irq(PanthorDevice* ptdev, const contract::Ptr<PanthorIrq>& irq,
                        std::uint32_t mask, const char* role);
void panthor_irq_suspend(PanthorIrq* irq);
void panthor_irq_resume(PanthorIrq* irq);
/// Adds or removes event bits; the register follows at once while the line is active.
void panthor_irq_enable_events(PanthorIrq* irq, std::uint32_t events);
void panthor_irq_disable_events(PanthorIrq* irq, std::uint32_t events);

/// Stops VM operations and entries from meeting: takes protm.lock for reading and leaves protected
/// mode. On failure nothing is held. Errors: ETIMEDOUT (a reset is scheduled).
int panthor_protm_block(PanthorDevice* ptdev);
void panthor_protm_unblock(PanthorDevice* ptdev);

}  // namespace protm::v1
