// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/gem_table.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace protm::host {

using contract::DmaBuf;
using contract::KMap;
using contract::Ptr;
using contract::Result;

namespace {
/// Room that most objects need; more grows, so that a size nobody has memory for costs nothing.
constexpr std::uint64_t kUsualPages = 4096;
/// Of a 2 MiB block.
constexpr std::uint32_t kBlockOrder = 9;
constexpr std::uint64_t kBlockPages = 1ull << kBlockOrder;
/// Of mmap offsets, which all objects share. Source: DRM_FILE_PAGE_OFFSET_SIZE.
constexpr std::uint64_t kOffsetPages = (0xffffffffull >> 12) * 256;
/// shmem_file_setup() takes no more. Source: MAX_LFS_FILESIZE.
constexpr std::uint64_t kLargestFile = INT64_MAX;
}  // namespace

GemTable::State& GemTable::state(const GemPtr& gem) {
  const auto it = states_.find(gem->id);
  if (it == states_.end()) contract::oops(contract::OopsKind::bad_call, "drm_gem_object");
  return it->second;
}

int GemTable::init(DrmNode& node, const GemPtr& gem, std::uint64_t size,
                   const contract::GemOps* ops) {
  gem->ops = ops;
  gem->size = (size + vocab::kPageMask) & ~vocab::kPageMask;
  gem->id = 0;
  if (gem->size > kLargestFile) return -EINVAL;
  const std::uint64_t pages = gem->size / vocab::kPageSize;
  if (pages == 0 || pages > kOffsetPages - offset_pages_) return -ENOSPC;
  Ptr<contract::Resv> own;
  if (gem->resv == nullptr) {
    own = resvs_.create();
    if (own == nullptr) return -ENOMEM;
    gem->resv = own;
  }
  gem->id = ++last_id_;
  State& s = states_.try_emplace(gem->id, ctx_.memory).first->second;
  s.node = &node;
  s.own_resv = own;
  ctx_.kernel.kref_init(s.refs);
  offset_pages_ += pages;
  ++live_;
  return 0;
}

void GemTable::release(const GemPtr& gem) {
  State& s = state(gem);
  if (s.vmaps != 0) ctx_.kernel.warn("gem object released with a vmap");
  if (s.pins != 0 && !gem->imported) ctx_.kernel.warn("gem object released while pinned");
  if (s.mmap_offset != 0) offsets_.erase(s.mmap_offset);
  if (gem->imported) {
    bufs_.unmap(gem->dma_buf);
    bufs_.detach(gem->dma_buf);
    bufs_.put(gem->dma_buf);
    gem->dma_buf = nullptr;
  }
  for (const vocab::Pa page : s.pages) ctx_.kernel.page_free(page);
  if (s.own_resv != nullptr) resvs_.destroy(s.own_resv);
  gem->resv = nullptr;
  states_.erase(gem->id);
  gem->id = 0;
  offset_pages_ -= gem->size / vocab::kPageSize;
  --live_;
}

void GemTable::get(const GemPtr& gem) { ctx_.kernel.kref_get(state(gem).refs, "gem"); }

void GemTable::put(const GemPtr& gem) {
  if (gem == nullptr) return;
  State& s = state(gem);
  if (!ctx_.kernel.kref_put(s.refs, "gem")) return;
  gem->ops->free(s.node->driver, gem);
}

void GemTable::use_changed(const GemPtr& gem) {
  if (gem->ops->use_changed != nullptr) gem->ops->use_changed(node_of(gem).driver, gem);
}

int GemTable::get_pages(const GemPtr& gem, State& s) {
  if (!s.pages.empty()) return 0;
  const int error = allocate_pages(gem, s);
  if (error != 0) return error;
  for (const auto& [number, page] : s.swap) ctx_.bus.mem_write(s.pages[number], page);
  s.swap.clear();
  return 0;
}

int GemTable::allocate_pages(const GemPtr& gem, State& s) {
  const std::uint64_t count = gem->size / vocab::kPageSize;
  s.pages.reserve(std::min<std::uint64_t>(count, kUsualPages));
  while (s.pages.size() < count) {
    // A block where the buffer has room for it at this place, as shmem's huge=within_size.
    const bool fits = s.pages.size() % kBlockPages == 0 && count - s.pages.size() >= kBlockPages;
    const vocab::Pa block =
        fits ? ctx_.kernel.page_alloc(gem->ops->role, kBlockOrder) : vocab::Pa{0};
    for (std::uint64_t i = 0; block.value != 0 && i < kBlockPages; ++i) {
      s.pages.push_back(vocab::Pa{block.value + i * vocab::kPageSize});
    }
    if (block.value != 0) continue;
    const vocab::Pa page = ctx_.kernel.page_alloc(gem->ops->role);
    if (page.value == 0) {
      for (const vocab::Pa got : s.pages) ctx_.kernel.page_free(got);
      s.pages.clear();
      return -ENOMEM;
    }
    s.pages.push_back(page);
  }
  return 0;
}

int GemTable::pin(const GemPtr& gem) {
  State& s = state(gem);
  if (gem->imported) return 0;
  const int error = get_pages(gem, s);
  if (error == 0 && s.pins++ == 0) use_changed(gem);
  return error;
}

void GemTable::unpin(const GemPtr& gem) {
  State& s = state(gem);
  if (gem->imported) return;
  if (s.pins == 0) {
    ctx_.kernel.warn("gem object unpinned too often");
    return;
  }
  if (--s.pins == 0) use_changed(gem);
}

Result<std::span<const vocab::Pa>> GemTable::pages(const GemPtr& gem) {
  State& s = state(gem);
  if (gem->imported) {
    const DmaBufPtr buf = DmaBufTable::obj(gem->dma_buf);
    if (buf->gem != nullptr) return pages(buf->gem);
    return std::span<const vocab::Pa>(buf->pages);
  }
  const bool resident = !s.pages.empty();
  const int error = get_pages(gem, s);
  if (error != 0) return tl::unexpected(error);
  if (!resident) use_changed(gem);
  return std::span<const vocab::Pa>(s.pages);
}

contract::GemUse GemTable::use(const GemPtr& gem) {
  const State& s = state(gem);
  return {.resident = !s.pages.empty(), .pinned = s.pins != 0 || s.vmaps != 0,
          .mmapped = s.mmaps != 0};
}

// Source: drm_gem.c drm_gem_put_pages(): dirty pages go to swap.
int GemTable::evict(const GemPtr& gem) {
  State& s = state(gem);
  if (gem->imported || s.pages.empty() || s.pins != 0 || s.vmaps != 0) return -EBUSY;
  for (std::uint64_t number = 0; number < s.pages.size(); ++number) {
    Page page;
    ctx_.bus.mem_read(s.pages[number], page);
    if (page != Page{}) s.swap.emplace(number, page);
    ctx_.kernel.page_free(s.pages[number]);
  }
  s.pages.clear();
  use_changed(gem);
  return 0;
}

void GemTable::mmap_begins(const GemPtr& gem) {
  if (state(gem).mmaps++ == 0) use_changed(gem);
}

void GemTable::mmap_ends(const GemPtr& gem) {
  if (--state(gem).mmaps == 0) use_changed(gem);
}

Result<KMap> GemTable::vmap(const GemPtr& gem) {
  State& s = state(gem);
  const std::int64_t failed = ctx_.kernel.fault("vmap", "gem");
  if (failed < 0) return tl::unexpected(static_cast<int>(failed));
  const auto found = pages(gem);
  if (!found) return tl::unexpected(found.error());
  if (s.vmaps++ == 0) use_changed(gem);
  return KMap{*found, gem->size};
}

void GemTable::vunmap(const GemPtr& gem) {
  State& s = state(gem);
  if (s.vmaps == 0) {
    ctx_.kernel.warn("gem object vunmapped too often");
    return;
  }
  if (--s.vmaps == 0) use_changed(gem);
}

// --- handles -------------------------------------------------------------------------------------

Result<std::uint32_t> GemTable::handle_create(GemHandles& handles, const GemPtr& gem) {
  State& s = state(gem);
  const std::int64_t failed = ctx_.kernel.fault("gem_handle", "gem");
  if (failed < 0) return tl::unexpected(static_cast<int>(failed));
  std::uint32_t handle = 1;
  for (const auto& [used, unused] : handles) {
    if (used != handle) break;
    ++handle;
  }
  handles.emplace(handle, gem);
  if (s.handles++ == 0) get(gem);  // one reference for "has any handle" (G2)
  return handle;
}

void GemTable::handle_gone(const GemPtr& gem) {
  State& s = state(gem);
  if (--s.handles != 0) return;
  const Ptr<DmaBuf> buf = std::exchange(s.exported, nullptr);
  bufs_.put(buf);
  put(gem);
}

void GemTable::set_exported(const GemPtr& gem, const Ptr<DmaBuf>& buf) {
  bufs_.get(buf);
  state(gem).exported = buf;
}

int GemTable::handle_delete(GemHandles& handles, std::uint32_t handle) {
  const auto it = handles.find(handle);
  if (it == handles.end()) return -EINVAL;
  const GemPtr gem = it->second;
  handles.erase(it);
  handle_gone(gem);
  return 0;
}

GemPtr GemTable::lookup(const GemHandles& handles, std::uint32_t handle) {
  const auto it = handles.find(handle);
  if (it == handles.end()) return nullptr;
  get(it->second);
  return it->second;
}

void GemTable::release_handles(GemHandles& handles) {
  while (!handles.empty()) handle_delete(handles, handles.begin()->first);
}

std::uint64_t GemTable::mmap_offset(const GemPtr& gem) {
  State& s = state(gem);
  if (s.mmap_offset == 0) {
    s.mmap_offset = std::exchange(next_offset_, next_offset_ + gem->size);
    offsets_.emplace(s.mmap_offset, gem);
  }
  return s.mmap_offset;
}

Result<GemPtr> GemTable::mmap(const GemHandles& handles, std::uint64_t offset,
                              std::uint64_t bytes) {
  const auto it = offsets_.find(offset);
  if (it == offsets_.end() || bytes > it->second->size) return tl::unexpected(-EINVAL);
  const GemPtr gem = it->second;
  const bool permitted = std::any_of(handles.begin(), handles.end(),
                                     [&](const auto& entry) { return entry.second == gem; });
  if (!permitted) return tl::unexpected(-EACCES);
  if (gem->imported) {
    // An import is mapped by its exporter, and a heap of ours does not give its pages to the CPU.
    const GemPtr exporters = DmaBufTable::obj(gem->dma_buf)->gem;
    if (exporters == nullptr) return tl::unexpected(-EPERM);
    get(exporters);
    return exporters;
  }
  if (gem->no_mmap) return tl::unexpected(-EINVAL);
  get(gem);
  return gem;
}

GemTable::MemoryStats GemTable::memory_stats(const GemHandles& handles) {
  MemoryStats stats;
  for (const auto& [handle, gem] : handles) {
    const State& s = state(gem);
    stats.total += gem->size;
    if (s.handles > 1 || s.exported != nullptr) stats.shared += gem->size;
    if (gem->imported || !s.pages.empty()) stats.resident += gem->size;
  }
  return stats;
}

// --- PRIME ---------------------------------------------------------------------------------------

Result<GemPtr> GemTable::prime_import(DrmNode& node, const Ptr<DmaBuf>& buf) {
  if (node.ops == nullptr || node.ops->import_sg_table == nullptr) {
    ctx_.kernel.warn("gem import without drm_dev_init or import_sg_table");
    return tl::unexpected(-EINVAL);
  }
  int error = bufs_.attach(buf);
  if (error != 0) return tl::unexpected(error);
  bufs_.get(buf);
  error = bufs_.map(buf);
  if (error == 0) {
    const Result<GemPtr> made = node.ops->import_sg_table(node.driver, buf, buf->size);
    if (made) {
      const GemPtr gem = *made;
      State& s = state(gem);
      gem->imported = true;
      gem->dma_buf = buf;
      if (s.own_resv != nullptr) resvs_.destroy(std::exchange(s.own_resv, nullptr));
      gem->resv = DmaBufTable::obj(buf)->resv;
      return gem;
    }
    error = made.error();
    bufs_.unmap(buf);
  }
  bufs_.detach(buf);
  bufs_.put(buf);
  return tl::unexpected(error);
}

// --- CPU access ----------------------------------------------------------------------------------

namespace {

/// Calls `part(page address, bytes done, bytes)` for each page that [offset, offset+bytes) touches.
template <class Part>
void for_each_page(const KMap& map, std::uint64_t offset, std::uint64_t bytes, Part part) {
  if (bytes > map.size || offset > map.size - bytes) {
    contract::oops(contract::OopsKind::bad_call, "vmap");
  }
  const std::uint64_t in_page = offset & vocab::kPageMask;
  if (in_page + bytes <= vocab::kPageSize && bytes != 0) {   // as each word does
    part(vocab::Pa{map.pages[offset / vocab::kPageSize].value + in_page}, 0, bytes);
    return;
  }
  std::uint64_t done = 0;
  while (done < bytes) {
    const std::uint64_t at = offset + done;
    const std::uint64_t inside = at & vocab::kPageMask;
    const std::uint64_t n = std::min(bytes - done, vocab::kPageSize - inside);
    part(vocab::Pa{map.pages[at / vocab::kPageSize].value + inside}, done, n);
    done += n;
  }
}

}  // namespace

void GemTable::read(const KMap& map, std::uint64_t offset, std::span<std::byte> to) {
  for_each_page(map, offset, to.size(), [&](vocab::Pa pa, std::uint64_t done, std::uint64_t n) {
    ctx_.bus.mem_read(pa, to.subspan(done, n));
  });
}

void GemTable::write(const KMap& map, std::uint64_t offset, std::span<const std::byte> from) {
  for_each_page(map, offset, from.size(), [&](vocab::Pa pa, std::uint64_t done, std::uint64_t n) {
    ctx_.bus.mem_write(pa, from.subspan(done, n));
  });
}

void GemTable::zero(const KMap& map, std::uint64_t offset, std::uint64_t bytes) {
  static constexpr std::array<std::byte, vocab::kPageSize> kZeroes{};
  for_each_page(map, offset, bytes, [&](vocab::Pa pa, std::uint64_t, std::uint64_t n) {
    ctx_.bus.mem_write(pa, std::span(kZeroes).first(n));
  });
}

}  // namespace protm::host
