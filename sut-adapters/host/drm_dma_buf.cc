// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/drm_dma_buf.h"

#include <cerrno>

#include "sut-adapters/host/heap_provider.h"

namespace protm::host {

using contract::DmaBuf;
using contract::Ptr;

contract::Result<DmaBufPtr> DmaBufTable::create(HeapProvider& provider, std::uint64_t size,
                                                contract::PageKind kind) {
  const DmaBufPtr buf = ctx_.kernel.make<DmaBufObj>("dma_buf", ctx_.memory);
  if (buf == nullptr) return tl::unexpected(-ENOMEM);
  buf->id = next_id_++;
  buf->size = size;
  buf->kind = kind;
  buf->provider = &provider;
  ctx_.kernel.kref_init(buf->file_refs);
  ++live_;
  buf->resv = resvs_.create();
  bool complete = buf->resv != nullptr;
  for (std::uint64_t i = 0; complete && i < size / vocab::kPageSize; ++i) {
    const vocab::Pa page = ctx_.bus.page_alloc(kind, 0);
    complete = page.value != 0;
    if (complete) buf->pages.push_back(page);
  }
  if (complete) return buf;
  free_pages(*buf);
  --live_;
  ctx_.kernel.free(buf);
  return tl::unexpected(-ENOMEM);
}

contract::Result<DmaBufPtr> DmaBufTable::create(const Ptr<contract::GemObject>& gem,
                                                std::uint32_t instance) {
  const DmaBufPtr buf = ctx_.kernel.make<DmaBufObj>("dma_buf", ctx_.memory);
  if (buf == nullptr) return tl::unexpected(-ENOMEM);
  buf->id = next_id_++;
  buf->size = gem->size;
  buf->gem = gem;
  buf->resv = gem->resv;
  buf->instance = instance;
  ctx_.kernel.kref_init(buf->file_refs);
  return buf;
}

void DmaBufTable::free_pages(DmaBufObj& buf) {
  for (const vocab::Pa page : buf.pages) ctx_.bus.page_free(page);
  buf.pages.clear();
  if (buf.resv != nullptr) resvs_.destroy(buf.resv);
  buf.resv = nullptr;
}

void DmaBufTable::get(const Ptr<DmaBuf>& buf) {
  ctx_.kernel.kref_get(obj(buf)->file_refs, "dma_buf");
}

void DmaBufTable::put(const Ptr<DmaBuf>& buf) {
  if (buf == nullptr) return;
  if (!ctx_.kernel.kref_put(obj(buf)->file_refs, "dma_buf")) return;
  deferred_->defer(obj(buf));
}

void DmaBufTable::release(const DmaBufPtr& buf) {
  if (buf->attachments != 0) ctx_.kernel.warn("dma_buf released with attachments");
  if (buf->gem != nullptr) {
    const Ptr<contract::GemObject> gem = buf->gem;
    const std::uint32_t instance = buf->instance;
    ctx_.kernel.free(buf);
    exporter_->export_released(gem, instance);
    return;
  }
  HeapProvider& provider = *buf->provider;
  const std::uint64_t size = buf->size;
  free_pages(*buf);
  --live_;
  ctx_.kernel.free(buf);
  provider.buffer_freed(size);
}

int DmaBufTable::attach(const Ptr<DmaBuf>& buf) {
  const std::int64_t fault = ctx_.kernel.fault("prime_attach", "dma_buf");
  if (fault < 0) return static_cast<int>(fault);
  DmaBufObj& b = *obj(buf);
  const int error = b.gem == nullptr ? 0 : exporter_->export_attached(b.gem);
  if (error == 0) ++b.attachments;
  return error;
}

void DmaBufTable::detach(const Ptr<DmaBuf>& buf) {
  DmaBufObj& b = *obj(buf);
  if (b.attachments == 0 || b.mappings >= b.attachments) {
    ctx_.kernel.warn("dma_buf detached while mapped");
  }
  if (b.attachments == 0) return;
  --b.attachments;
  if (b.gem != nullptr) exporter_->export_detached(b.gem);
}

int DmaBufTable::map(const Ptr<DmaBuf>& buf) {
  const std::int64_t fault = ctx_.kernel.fault("prime_map", "dma_buf");
  if (fault < 0) return static_cast<int>(fault);
  ++obj(buf)->mappings;
  return 0;
}

void DmaBufTable::unmap(const Ptr<DmaBuf>& buf) {
  DmaBufObj& b = *obj(buf);
  if (b.mappings == 0) {
    ctx_.kernel.warn("dma_buf unmapped twice");
    return;
  }
  --b.mappings;
}

}  // namespace protm::host
