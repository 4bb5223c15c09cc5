// SPDX-License-Identifier: GPL-2.0-only
// Mappings of a VM and how map and unmap requests cut them (drm_gpuvm): a tree in VA order, the
// nine cases of sm_map, the cuts of sm_unmap. Steps go to the driver in ascending VA order.
// Not modelled: vm_bo and evict lists, merging of equal neighbours (panthor does not use it).
// Source: drm_gpuvm.c __drm_gpuvm_sm_map, __drm_gpuvm_sm_unmap; facts-driver.md 4.3, R6, R7.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>

#include "sut-adapters/contract/drm.h"

namespace protm::host {

/// All VMs' mapping trees of one Host.
class GpuVms {
 public:
  GpuVms(contract::Kernel& kernel, std::pmr::memory_resource* memory)
      : kernel_(kernel), vms_(memory) {}

  /// Starts a tree for [start, start + range); the reserved part takes no mapping.
  int init(contract::GpuVm& vm, std::uint64_t start, std::uint64_t range,
           std::uint64_t reserved_start, std::uint64_t reserved_range);
  /// Ends it; mappings left in it are a WARN.
  void fini(contract::GpuVm& vm);
  /// Errors: -EINVAL before any step; else the first non-zero answer of a step.
  int sm_map(contract::GpuVm& vm, const contract::GpuVaRequest& request,
             const contract::GpuVmSteps& steps);
  int sm_unmap(contract::GpuVm& vm, std::uint64_t va, std::uint64_t range,
               const contract::GpuVmSteps& steps);
  /// Errors: -EINVAL outside the VM, -EEXIST on overlap.
  int insert(contract::GpuVm& vm, const contract::Ptr<contract::GpuVa>& va);
  void remove(contract::GpuVm& vm, const contract::Ptr<contract::GpuVa>& va);
  /// First mapping that overlaps [va, va + range), or null.
  contract::Ptr<contract::GpuVa> find(contract::GpuVm& vm, std::uint64_t va, std::uint64_t range);
  /// Visits in VA order; the visitor may remove the mapping it is given.
  void for_each(contract::GpuVm& vm,
                contract::FunctionRef<void(const contract::Ptr<contract::GpuVa>&)> visit);
  /// Trees that were started and not ended.
  [[nodiscard]] std::uint32_t live() const { return static_cast<std::uint32_t>(vms_.size()); }

 private:
  struct Mapping {
    contract::Ptr<contract::GpuVa> va;
    std::uint64_t end = 0;
  };
  struct Tree {
    explicit Tree(std::pmr::memory_resource* memory) : mappings(memory) {}
    std::uint64_t start = 0, end = 0;
    std::uint64_t reserved_start = 0, reserved_end = 0;
    std::pmr::map<std::uint64_t, Mapping> mappings;  ///< by first VA
  };
  Tree& tree(const contract::GpuVm& vm);
  static bool range_valid(const Tree& tree, std::uint64_t va, std::uint64_t range);
  /// First mapping whose end lies behind `va`, not starting at or behind `end`.
  static const Mapping* first_overlap(const Tree& tree, std::uint64_t va, std::uint64_t end);

  contract::Kernel& kernel_;
  std::pmr::map<std::uint32_t, Tree> vms_;
  std::uint32_t last_id_ = 0;
};

}  // namespace protm::host
