// SPDX-License-Identifier: GPL-2.0-only
// A heap exporter: what a secure-memory driver registers with dma_heap_add. Its private data is a
// checked object that goes when the provider does, so a heap that outlives it shows as an oops.
// The provider itself stays, because buffers outlive it and its number names the heap in records.
// Not modelled: contiguous memory, the secure monitor behind protected pages.
// Source: design.md 4, catalogue HEAP-1 to HEAP-10; drivers/dma-buf/heaps.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "sut-adapters/contract/driver.h"
#include "sut-adapters/host/drm_dma_buf.h"

namespace protm::host {

class HeapProvider {
 public:
  struct Options {
    std::string_view name;
    contract::PageKind kind = contract::PageKind::protected_memory;
    std::uint64_t limit_bytes = 0;  ///< 0 = none
    std::uint32_t number = 0;
  };
  HeapProvider(DrmContext& ctx, DmaBufTable& bufs, const Options& options);
  HeapProvider(const HeapProvider&) = delete;
  HeapProvider& operator=(const HeapProvider&) = delete;

  /// What to hand to dma_heap_add.
  [[nodiscard]] const contract::HeapExport& exported() const { return export_; }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] std::uint32_t live_buffers() const { return live_buffers_; }
  /// Frees the private data, as the exporter's driver does when it goes.
  void withdraw();
  void buffer_freed(std::uint64_t bytes);

 private:
  /// The exporter's own state: needed by each allocation.
  struct Data {
    contract::PageKind kind{};
    std::uint64_t limit_bytes = 0;
  };
  static contract::Result<contract::Ptr<contract::DmaBuf>> allocate(void* priv, std::uint64_t len,
                                                                    std::uint32_t fd_flags,
                                                                    std::uint64_t heap_flags);
  contract::Result<DmaBufPtr> allocate_buffer(std::uint64_t len);

  DrmContext& ctx_;
  DmaBufTable& bufs_;
  std::pmr::string name_;
  std::uint32_t number_;
  contract::Ptr<Data> data_;
  contract::HeapExport export_;
  std::uint64_t used_bytes_ = 0;
  std::uint32_t live_buffers_ = 0;
};

}  // namespace protm::host
