// SPDX-License-Identifier: GPL-2.0-only
// A GPU address space: VMA tree, page tables, locked region, operations.
// Leaves out: sparse mappings, huge-page widening of remaps beyond what the page-table writer
// does itself; which buffers lose their pages (reclaim.h).
// Source: panthor_mmu.c (7.3); facts-driver-7x.md 1; facts-driver.md 4.
#pragma once

#include "oracle/reference/gem.h"

namespace protm::reference {

struct Vma : contract::GpuVa {
  std::uint32_t flags{};   ///< kVmBindOpMap*
  bool evicted = false;    ///< in the tree only: the buffer gave its pages back
};

struct LockedRegion {
  std::uint64_t start = 0;
  std::uint64_t size = 0;    ///< 0: nothing is locked
};

enum class VmKind : std::uint8_t { user, mcu };

struct VmLayout {
  VmKind kind{};
  std::uint64_t kernel_start{}, kernel_size{};
  std::uint64_t auto_start{}, auto_size{};
};

struct Vm {
  Device* d = nullptr;
  Ptr<Vm> self;
  contract::Kref ref;
  VmKind kind{};
  contract::GpuVm tree;
  contract::PageTable table;
  contract::VaSpace kernel_va;
  std::uint64_t auto_start{}, auto_end{};
  std::uint64_t user_range{};
  std::uint64_t range{};                ///< of all addresses
  std::uint64_t memattr{}, transcfg{};
  Ptr<contract::GemObject> root;        ///< carries the resv that private objects share
  contract::Mutex op_lock{.role = "vm.op_lock"};
  contract::Mutex mm_lock{.role = "vm.mm_lock"};
  LockedRegion locked;                  ///< under op_lock and slots_lock
  contract::Mutex heaps_lock{.role = "vm.heaps_lock"};
  Ptr<HeapPool> heap_pool;            ///< with a reference; NULL: no heap was ever made
  bool destroyed = false;
  bool unusable = false;
  bool unhandled_fault = false;
  bool mm_ready = false, tree_ready = false, table_ready = false;
  // The queue of asynchronous operations (vm_bind.h).
  contract::GpuScheduler bind_sched{.role = "vm_bind"};
  contract::SchedEntity bind_entity;
  bool bind_sched_live = false, bind_entity_live = false;
  Link<Vm> bind_node;
  // Under as.slots_lock.
  int as_id = -1;
  std::uint32_t active_count = 0;
  Link<Vm> lru;
  // Of reclaim.h.
  Link<Vm> reclaim_node;
  List<Bo> private_bos;                 ///< that no other VM maps, least recently used first
};

/// One map or unmap, or nothing but fences. `offset` and `object` belong to maps.
struct VmOp {
  enum class Kind : std::uint8_t { map, unmap, sync_only };
  Kind kind{};
  std::uint64_t va{}, size{}, offset{};
  Ptr<contract::GemObject> object{};
  std::uint32_t flags{};
  /// An unmap that cuts no mapping in two, so that it can do without memory.
  bool cuts_nothing = false;
  /// An unmap that may begin or end inside a block, for which tables are set aside.
  bool may_split = false;
};

class Vms {
 public:
  [[nodiscard]] static Result<Ptr<Vm>> create(Device& device, const VmLayout& layout);
  static void get(const Ptr<Vm>& vm);
  static void put(const Ptr<Vm>& vm);   ///< NULL is a no-op
  /// Marks a VM of a file destroyed and takes all its mappings away. Drops the file's reference.
  static void destroy(const Ptr<Vm>& vm);

  /// Runs a map or unmap under the locks, with the region locked where the VM has an AS.
  /// Errors: -ENOMEM, -EINVAL, -ETIMEDOUT (no AS command was sent, or one got stuck).
  [[nodiscard]] static int run(const Ptr<Vm>& vm, const VmOp& op);
  /// The same, again behind each reset that it asked for. Not in the reset's own work.
  [[nodiscard]] static int run_past_resets(const Ptr<Vm>& vm, const VmOp& op);

  static Result<std::uint64_t> alloc_va(const Ptr<Vm>& vm, std::uint64_t va, std::uint64_t size,
                                        const char* role);
  static void free_va(const Ptr<Vm>& vm, std::uint64_t va);
  /// Object mapped at `va` with a reference, and the offset of `va` in it; NULL = not mapped.
  static Ptr<contract::GemObject> object_at(const Ptr<Vm>& vm, std::uint64_t va,
                                            std::uint64_t& offset);

 private:
  /// Addresses of the kernel's buffers, under mm_lock.
  static contract::VaSpace& addresses_of(Vm& vm);
};

}  // namespace protm::reference
