// SPDX-License-Identifier: GPL-2.0-only
// GEM shmem objects: references, handles, pages on first use, vmap counts, mmap offsets, and
// imports of dma-bufs. State is Host's, found by the object's id; the object is the driver's.
// mmap offsets are given at the first question and never reused, so they do not depend on how many
// buffers a driver makes for itself. PRIME is in prime_table.h.
// Evicted pages leave their bytes in `swap`; the next that needs the pages gets them back.
// Not modelled: swap that is full.
// Source: drm_gem.c, drm_gem_shmem_helper.c, drm_prime.c; facts-host.md 6.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <vector>

#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/drm_dma_buf.h"
#include "sut-adapters/host/gem_resv.h"

namespace protm::host {

using GemPtr = contract::Ptr<contract::GemObject>;
/// Handles of one DRM file.
using GemHandles = std::pmr::map<std::uint32_t, GemPtr>;

class GemTable {
 public:
  GemTable(DrmContext& ctx, ResvTable& resvs, DmaBufTable& bufs)
      : ctx_(ctx), resvs_(resvs), bufs_(bufs), states_(ctx.memory), offsets_(ctx.memory) {}

  /// Errors: -ENOSPC no mmap offsets for so much, or for nothing; -EINVAL, -ENOMEM.
  int init(DrmNode& node, const GemPtr& gem, std::uint64_t size, const contract::GemOps* ops);
  void release(const GemPtr& gem);
  void get(const GemPtr& gem);
  void put(const GemPtr& gem);
  int pin(const GemPtr& gem);
  void unpin(const GemPtr& gem);
  contract::Result<std::span<const vocab::Pa>> pages(const GemPtr& gem);
  contract::GemUse use(const GemPtr& gem);
  /// Errors: -EBUSY pinned, imported or without pages.
  int evict(const GemPtr& gem);
  /// A process maps the object, and unmaps it.
  void mmap_begins(const GemPtr& gem);
  void mmap_ends(const GemPtr& gem);
  contract::Result<contract::KMap> vmap(const GemPtr& gem);
  void vunmap(const GemPtr& gem);
  contract::Result<std::uint32_t> handle_create(GemHandles& handles, const GemPtr& gem);
  int handle_delete(GemHandles& handles, std::uint32_t handle);
  GemPtr lookup(const GemHandles& handles, std::uint32_t handle);
  /// Drops all handles of a closing file.
  void release_handles(GemHandles& handles);
  std::uint64_t mmap_offset(const GemPtr& gem);
  /// What an mmap of `bytes` at `offset` by the file with `handles` gives, with a reference: of an
  /// import the exporter's object.
  /// Errors: -EINVAL no object begins there or it is smaller, -EACCES no handle in this file,
  /// -EPERM a heap's buffer.
  /// Source: panthor_gem.c panthor_gem_mmap(), drm_prime.c drm_gem_prime_mmap(): the flags that the
  /// exporter made it with are not asked.
  contract::Result<GemPtr> mmap(const GemHandles& handles, std::uint64_t offset,
                                std::uint64_t bytes);
  /// The dma-buf that the object is known by; null when there is none.
  contract::Ptr<contract::DmaBuf> exported(const GemPtr& gem) { return state(gem).exported; }
  /// Takes a reference, which goes with the object's last handle.
  void set_exported(const GemPtr& gem, const contract::Ptr<contract::DmaBuf>& buf);
  /// Bytes of the objects that a file has handles of.
  struct MemoryStats {
    std::uint64_t total = 0, shared = 0, resident = 0;
  };
  MemoryStats memory_stats(const GemHandles& handles);
  contract::Result<GemPtr> prime_import(DrmNode& node,
                                        const contract::Ptr<contract::DmaBuf>& buf);
  /// The node whose driver made the object.
  [[nodiscard]] DrmNode& node_of(const GemPtr& gem) { return *state(gem).node; }

  // CPU access through a mapping
  void read(const contract::KMap& map, std::uint64_t offset, std::span<std::byte> to);
  void write(const contract::KMap& map, std::uint64_t offset, std::span<const std::byte> from);
  void zero(const contract::KMap& map, std::uint64_t offset, std::uint64_t bytes);
  [[nodiscard]] std::uint32_t live() const { return live_; }

 private:
  using Page = std::array<std::byte, vocab::kPageSize>;
  struct State {
    explicit State(std::pmr::memory_resource* memory) : pages(memory), swap(memory) {}
    contract::Kref refs;
    DrmNode* node = nullptr;
    std::uint32_t handles = 0;
    std::uint32_t pins = 0;
    std::uint32_t vmaps = 0;
    std::uint32_t mmaps = 0;
    std::uint64_t mmap_offset = 0;
    std::pmr::vector<vocab::Pa> pages;  ///< of a native object
    /// Number of a page that was evicted, and what was in it where that is not all zeroes.
    std::pmr::map<std::uint64_t, Page> swap;
    contract::Ptr<contract::Resv> own_resv;
    contract::Ptr<contract::DmaBuf> exported;  ///< drm_gem_object.dma_buf
    bool attached = false;
  };
  State& state(const GemPtr& gem);
  int get_pages(const GemPtr& gem, State& s);
  int allocate_pages(const GemPtr& gem, State& s);
  void use_changed(const GemPtr& gem);
  void handle_gone(const GemPtr& gem);

  DrmContext& ctx_;
  ResvTable& resvs_;
  DmaBufTable& bufs_;
  std::pmr::map<std::uint32_t, State> states_;
  std::pmr::map<std::uint64_t, GemPtr> offsets_;  ///< first byte of the fake offset -> object
  std::uint32_t last_id_ = 0;
  /// Behind everything that a 32-bit offset can name, as drm_vma_offset_manager begins.
  std::uint64_t next_offset_ = 1ull << 32;
  std::uint64_t offset_pages_ = 0;  ///< of all objects that there are
  std::uint32_t live_ = 0;
};

}  // namespace protm::host
