// SPDX-License-Identifier: GPL-2.0-only
// dma-bufs of heap providers and of GEM objects: file references, attachments, mappings, and a last
// put that releases the buffer later, never inside the caller.
// Not modelled: mmap of a dma-buf's own descriptor, CPU access ioctls, move notify.
// Source: dma-buf.c; facts-host.md 6 (G9, G10, G14-G18).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/gem_resv.h"

namespace protm::host {

class HeapProvider;

struct DmaBufObj : contract::DmaBuf {
  explicit DmaBufObj(std::pmr::memory_resource* memory) : pages(memory) {}
  contract::Kref file_refs;
  HeapProvider* provider = nullptr;
  contract::PageKind kind = contract::PageKind::normal;
  std::uint32_t attachments = 0;
  std::uint32_t mappings = 0;
  std::pmr::vector<vocab::Pa> pages;
  contract::Ptr<contract::Resv> resv;  ///< of its own, or of `gem`
  /// Of an exported object, with a reference: its pages are those of the object. No provider then.
  contract::Ptr<contract::GemObject> gem;
  std::uint32_t instance = 0;  ///< the DRM device that the export keeps
};
using DmaBufPtr = contract::Ptr<DmaBufObj>;

/// Where last puts wait for their turn: the end of the system call, or a work item (G18).
class DeferredRelease {
 public:
  virtual ~DeferredRelease() = default;
  virtual void defer(const DmaBufPtr& buf) = 0;
};

/// What an exported GEM object is asked by its dma-buf.
class GemExporter {
 public:
  virtual ~GemExporter() = default;
  /// Somebody attaches: the pages are there and stay until the detach. Errors: -ENOMEM.
  /// Source: drm_prime.c drm_gem_map_attach(), drm_gem_map_detach(): pinned under the reservation.
  virtual int export_attached(const contract::Ptr<contract::GemObject>& gem) = 0;
  virtual void export_detached(const contract::Ptr<contract::GemObject>& gem) = 0;
  /// The dma-buf is gone.
  virtual void export_released(const contract::Ptr<contract::GemObject>& gem,
                               std::uint32_t instance) = 0;
};

class DmaBufTable {
 public:
  DmaBufTable(DrmContext& ctx, ResvTable& resvs) : ctx_(ctx), resvs_(resvs) {}
  void set_deferred(DeferredRelease* deferred) { deferred_ = deferred; }
  void set_exporter(GemExporter* exporter) { exporter_ = exporter; }

  static DmaBufPtr obj(const contract::Ptr<contract::DmaBuf>& buf) {
    return contract::ptr_cast<DmaBufObj>(buf);
  }
  /// A buffer of `provider` with one reference. Errors: -ENOMEM.
  contract::Result<DmaBufPtr> create(HeapProvider& provider, std::uint64_t size,
                                     contract::PageKind kind);
  /// The dma-buf of a GEM object, with one reference; takes over one on `gem`. Errors: -ENOMEM.
  contract::Result<DmaBufPtr> create(const contract::Ptr<contract::GemObject>& gem,
                                     std::uint32_t instance);
  void get(const contract::Ptr<contract::DmaBuf>& buf);
  void put(const contract::Ptr<contract::DmaBuf>& buf);
  /// Runs a release that `put` deferred.
  void release(const DmaBufPtr& buf);

  int attach(const contract::Ptr<contract::DmaBuf>& buf);
  void detach(const contract::Ptr<contract::DmaBuf>& buf);
  int map(const contract::Ptr<contract::DmaBuf>& buf);
  void unmap(const contract::Ptr<contract::DmaBuf>& buf);
  [[nodiscard]] std::uint32_t live() const { return live_; }  ///< of providers

 private:
  void free_pages(DmaBufObj& buf);

  DrmContext& ctx_;
  ResvTable& resvs_;
  DeferredRelease* deferred_ = nullptr;
  GemExporter* exporter_ = nullptr;
  std::uint32_t next_id_ = 1;
  std::uint32_t live_ = 0;
};

}  // namespace protm::host
