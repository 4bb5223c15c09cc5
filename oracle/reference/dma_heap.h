// SPDX-License-Identifier: GPL-2.0-only
// The dma-heap core as the review asks for it: a registry of named heaps with a reference count,
// an in-kernel look-up, and one char device per heap whose open files hold a reference.
// The object that embeds the cdev is freed only when the cdev's kobject is released, so a close
// that drops the last reference is safe.
// Not modelled: buffers that keep their heap alive (HEAP-8), removal of module code under a heap.
// Source: drivers/dma-buf/dma-heap.c (7.3), patches 1 and 2 and their review; facts-driver.md 11.
#pragma once

#include <array>
#include <memory_resource>
#include <string>
#include <string_view>

#include "gpu-model/vocab/uapi_core.h"
#include "oracle/reference/list.h"
#include "sut-adapters/contract/driver.h"

namespace protm::reference {

using contract::Drm;
using contract::Kernel;
using contract::Result;

class HeapCore;
struct Profile;

/// One registered heap. `ref` counts the owner, finders and open files.
struct Heap : contract::DmaHeapBase, contract::FilePrivate {
  explicit Heap(std::pmr::memory_resource* memory) : name(memory) {}
  contract::Kref ref;
  contract::Cdev cdev;
  contract::HeapExport ops;
  std::pmr::string name;
  HeapCore* core = nullptr;
  std::uint32_t minor{};
  Link<Heap> link;
};

/// All heaps of the system.
class HeapCore {
 public:
  HeapCore(Kernel& kernel, Drm& drm) : k_(kernel), drm_(drm) {}
  virtual ~HeapCore() = default;

  /// What the review leaves open about heaps (HEAP-9, HEAP-12).
  void follow(const Profile& profile) { profile_ = &profile; }
  /// Registers a heap and hands its first reference to the caller.
  /// Errors: -EINVAL name or callback missing or name in use, -ENOMEM, -EBUSY no minor left.
  Result<Ptr<contract::DmaHeapBase>> add(const contract::HeapExport& info);
  /// Looks a heap up by name and takes a reference; NULL when there is none.
  virtual Ptr<contract::DmaHeapBase> find(const char* name);
  /// Drops a reference, unless heaps are immortal; NULL is a no-op. Source: review of patch 1
  /// (HEAP-2).
  virtual void put(const Ptr<contract::DmaHeapBase>& heap);
  /// Errors: -EINVAL flags or a length that aligns to 0, and what the exporter returns.
  virtual Result<Ptr<contract::DmaBuf>> buffer_alloc(const Ptr<contract::DmaHeapBase>& heap,
                                                     std::uint64_t len, std::uint32_t fd_flags,
                                                     std::uint64_t heap_flags);

  // Char device entry points.
  int open(const Ptr<contract::CharFile>& file);
  void release(const Ptr<contract::CharFile>& file);
  std::int64_t ioctl(const Ptr<contract::CharFile>& file, std::uint32_t cmd, std::uint64_t arg);

  /// Heap objects that are not freed yet.
  [[nodiscard]] std::uint32_t live() const { return live_; }

 protected:
  static constexpr std::uint32_t kMinors = 128;

  /// What an open file of a heap owes it. A mutant may forget it.
  [[nodiscard]] virtual bool file_get(const Ptr<Heap>& heap);
  virtual void file_put(const Ptr<Heap>& heap);
  /// Runs when the last reference is gone.
  virtual void last_put(const Ptr<Heap>& heap);
  /// Gives the buffer a descriptor and tells its number to user space.
  virtual int hand_out(const Ptr<contract::DmaBuf>& buffer, vocab::uapi::DmaHeapAllocation request,
                       std::uint64_t arg, std::span<std::byte> data, std::uint64_t out_size);
  /// Nobody has a reference any more, or ever had one.
  virtual void free_heap(const Ptr<Heap>& heap);

  Kernel& k_;
  Drm& drm_;
  contract::Mutex list_lock_{.role = "heap_list_lock"};
  List<Heap> heaps_;

 private:
  static void cdev_released(Heap* heap);
  int reserve_minor(const Ptr<Heap>& heap);
  void forget_minor(std::uint32_t minor);
  [[nodiscard]] Ptr<Heap> heap_of(std::uint32_t minor) const;
  [[nodiscard]] bool is_called(const Ptr<Heap>& heap, std::string_view name) const;
  std::int64_t ioctl_alloc(const Ptr<Heap>& heap, std::uint64_t arg, std::span<std::byte> data,
                           std::uint64_t out_size);

  std::array<Ptr<Heap>, kMinors> minors_{};
  std::uint32_t live_ = 0;
  const Profile* profile_ = nullptr;   ///< null: the base
};

/// File operations of all heaps; their `driver` argument is the contract::Driver.
extern const contract::CharOps kHeapCharOps;

}  // namespace protm::reference
