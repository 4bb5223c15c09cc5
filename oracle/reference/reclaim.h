// SPDX-License-Identifier: GPL-2.0-only
// Memory pressure: which buffers give their pages back, in which order, and how a VM gets them back
// for its next job. A buffer that is pinned, an import's or without pages has nothing to give; one
// that a VM maps leaves the page tables under a region lock first, as any VM operation.
// Leaves out: pressure that must not block, a system without free swap, gem_lru_mutex (nothing here
// is done in the middle of a change of the lists).
// Source: panthor_gem.c panthor_gem_shrinker_scan(), panthor_gem_try_evict(), panthor_mmu.c
// panthor_vm_evict_bo_mappings_locked(), panthor_vm_bo_validate() (7.3); facts-driver-7x.md 1.6.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "oracle/reference/vm.h"

namespace protm::reference {

class Reclaim {
 public:
  explicit Reclaim(Device& device)
      : d_(device), k_(device.k), uses_(device.k.memory()) {}
  virtual ~Reclaim() = default;

  /// Asks for so many pages; how many came. The last buffer may have more than are still wanted.
  std::uint64_t scan(std::uint64_t pages);
  /// Puts the buffer where it belongs now.
  void update(const Ptr<Bo>& bo);
  /// One more mapping, or map to come, of the buffer in the VM; and one less.
  void use(Vm& vm, const Ptr<contract::GemObject>& gem);
  void unuse(Vm& vm, const Ptr<contract::GemObject>& gem);
  /// The VM's buffers are wanted longer than those of all VMs before.
  void vm_activated(Vm& vm);
  /// Pages and mappings of all that the VM maps are there again. Under the VM's resv.
  /// Errors: -ENOMEM, -ETIMEDOUT.
  virtual int restore(Vm& vm);
  /// Whoever needs the pages waits for an eviction under way.
  void wait_until_evicted(const Ptr<contract::GemObject>& gem);
  /// The buffers that the VM maps, or is about to.
  template <class F>
  void for_each_of(const Vm& vm, F&& visit) const {
    for (const Use& use : uses_) {
      if (use.vm == vm.self) visit(use.bo);
    }
  }

 protected:
  /// Whether a buffer's jobs are waited for.
  enum class Busy : std::uint8_t { is_not, may_be };
  /// What the VM maps of the buffer goes, unless somebody is at the VM. Errors: -EDEADLK.
  virtual int evict_from(Vm& vm, const Ptr<Bo>& bo);
  [[nodiscard]] virtual ReclaimState state_of(const Ptr<Bo>& bo) const;
  /// False when one of its jobs takes longer.
  virtual bool wait_for_jobs(const Ptr<Bo>& bo);

  Device& d_;
  Kernel& k_;

 private:
  /// What drm_gpuvm_bo is: a buffer in a VM.
  struct Use {
    Ptr<Bo> bo;
    Ptr<Vm> vm;
    std::uint32_t count = 0;
    bool evicted = false;   ///< since then nobody restored the VM
  };

  Use* find(const Vm& vm, const Ptr<Bo>& bo);
  std::uint64_t scan_list(List<Bo>& list, std::uint64_t pages, Busy busy);
  std::uint64_t scan_vms(std::uint64_t pages);
  bool evict(const Ptr<Bo>& bo, Busy busy);
  bool evict_from_all(const Ptr<Bo>& bo, std::span<const Ptr<Vm>> vms);
  int restore_one(Vm& vm, const Ptr<Bo>& bo);
  /// Under op_lock.
  std::pmr::vector<Ptr<Vma>> mappings(Vm& vm, const Ptr<Bo>& bo);
  Ptr<Vma> first_evicted(Vm& vm, const Ptr<Bo>& bo);   ///< takes op_lock; NULL = none

  std::pmr::vector<Use> uses_;
  List<Bo> unused_, mmapped_, shared_;
  List<Vm> vms_;   ///< with buffers of their own, least recently active first
};

/// The reservations that a submit needs, locked.
class VmUse {
 public:
  enum class For : std::uint8_t { vm_only, all_buffers };
  VmUse(Vm& vm, For what);
  ~VmUse();
  VmUse(const VmUse&) = delete;
  VmUse& operator=(const VmUse&) = delete;
  [[nodiscard]] std::span<const Ptr<contract::Resv>> resvs() const { return resvs_; }

 private:
  Device& d_;
  std::pmr::vector<Ptr<contract::GemObject>> buffers_;   ///< with a reference
  std::pmr::vector<Ptr<contract::Resv>> resvs_;
};

}  // namespace protm::reference
