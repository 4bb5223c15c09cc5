// SPDX-License-Identifier: GPL-2.0-only
// A map or unmap in two halves: what may fail for want of memory, and the change of VMA tree and
// page tables, which may run later, in the VM's own queue.
// Leaves out: who asks for it and in which order (vm.cc, vm_bind.cc).
// Source: panthor_mmu.c (7.3) panthor_vm_prepare_map_op_ctx(), panthor_vm_exec_op().
#pragma once

#include <array>
#include <memory_resource>
#include <vector>

#include "oracle/reference/vm.h"

namespace protm::reference {

/// What becomes of a VM whose operation failed half-way. Nobody can tell user space in time of an
/// operation that was queued: such a VM takes no more maps.
enum class OnFailure : std::uint8_t { keep_vm, vm_unusable };

/// One operation: what the steps of the split need, taken before it runs. Keeps the object that it
/// maps; the caller keeps the VM.
class VmOpRun {
 public:
  VmOpRun(Vm& vm, const VmOp& op);
  ~VmOpRun();
  VmOpRun(const VmOpRun&) = delete;
  VmOpRun& operator=(const VmOpRun&) = delete;

  /// Errors: -ENOMEM.
  int prepare();
  /// Runs it under the VM's lock, with the region locked where the VM has an AS.
  /// Errors: -EINVAL, -ENOMEM, -ETIMEDOUT (no AS command was sent, or one got stuck).
  int run(OnFailure on_failure);
  [[nodiscard]] const VmOp& op() const { return op_; }
  /// Sets aside what `restore` of the operation's range needs; before op_lock is taken, under which
  /// nobody waits for memory. Errors: -ENOMEM.
  int prepare_restore() { return reserve_tables(tables_of_map()); }
  /// A mapping that loses its pages but stays in the tree, and one that has them again: under
  /// op_lock, each with its own locked region. Errors: -ETIMEDOUT.
  int evict(const Ptr<Vma>& vma);
  int restore(const Ptr<Vma>& vma);

 private:
  static int step_map(void* ctx, const contract::GpuVaRequest& request) {
    return static_cast<VmOpRun*>(ctx)->map(request);
  }
  static int step_remap(void* ctx, const Ptr<contract::GpuVa>& old,
                        const contract::GpuVaRest& prev, const contract::GpuVaRest& next) {
    return static_cast<VmOpRun*>(ctx)->remap(contract::ptr_cast<Vma>(old), prev, next);
  }
  static int step_unmap(void* ctx, const Ptr<contract::GpuVa>& old) {
    return static_cast<VmOpRun*>(ctx)->unmap(contract::ptr_cast<Vma>(old));
  }
  /// How many tables an unmap needs for the blocks at its ends, and a map for all of its range.
  [[nodiscard]] std::uint64_t tables_of_split() const;
  [[nodiscard]] std::uint64_t tables_of_map() const;
  int reserve_tables(std::uint64_t count);
  /// To the writer of page tables and back, what it did not need.
  void lend_tables();
  void take_tables_back();
  int run_locked();
  int execute();
  int map(const contract::GpuVaRequest& request);
  int remap(const Ptr<Vma>& old, const contract::GpuVaRest& prev,
            const contract::GpuVaRest& next);
  int unmap(const Ptr<Vma>& old);
  /// Takes down what lies in [from, to) of a mapping.
  int cut_pages(const Ptr<Vma>& old, std::uint64_t from, std::uint64_t to);
  /// The 2 MiB at `va` lie in the mapping and were mapped as one block.
  [[nodiscard]] bool is_block(const Ptr<Vma>& vma, std::uint64_t va) const;
  int map_pages(std::uint64_t va, std::uint32_t flags, const Ptr<contract::GemObject>& gem,
                std::uint64_t offset, std::uint64_t size);
  void unmap_pages(std::uint64_t va, std::uint64_t size);
  /// All pages of a mapping, with what the MMU wants around it. Errors: -ETIMEDOUT.
  int take_down(const Ptr<Vma>& vma);
  void insert(const Ptr<Vma>& vma, std::uint64_t va, std::uint64_t range,
              std::uint64_t offset, const Ptr<contract::GemObject>& gem, std::uint32_t flags);
  Ptr<Vma> take() {
    for (Ptr<Vma>& vma : spare_) {
      if (!vma) continue;
      const Ptr<Vma> taken = vma;
      vma = nullptr;
      return taken;
    }
    return nullptr;
  }

  Vm& vm_;
  Device& d_;
  VmOp op_;
  bool pinned_ = false;
  bool counted_ = false;   ///< as a user of the object (reclaim.h)
  std::array<Ptr<Vma>, 3> spare_{};
  std::pmr::vector<vocab::Pa> spare_tables_;  ///< while it does not run; then the writer has them
};

}  // namespace protm::reference
