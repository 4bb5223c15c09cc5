// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/heap_provider.h"

#include <algorithm>
#include <cerrno>

namespace protm::host {

using contract::DmaBuf;
using contract::Ptr;
using contract::Result;

HeapProvider::HeapProvider(DrmContext& ctx, DmaBufTable& bufs, const Options& options)
    : ctx_(ctx), bufs_(bufs), name_(options.name, ctx.memory), number_(options.number) {
  data_ = ctx_.kernel.make<Data>("heap_provider");
  if (data_ != nullptr) {
    data_->kind = options.kind;
    data_->limit_bytes = options.limit_bytes;
  }
  export_.name = name_.c_str();
  export_.allocate = &HeapProvider::allocate;
  export_.priv = this;
}

void HeapProvider::withdraw() { ctx_.kernel.free(data_); }

Result<DmaBufPtr> HeapProvider::allocate_buffer(std::uint64_t len) {
  const Data& data = *data_;
  const std::int64_t fault = ctx_.kernel.fault("heap_alloc", name_.c_str());
  if (fault < 0) return tl::unexpected(static_cast<int>(fault));
  const std::uint64_t aligned = (len + vocab::kPageMask) & ~vocab::kPageMask;
  if (aligned == 0) return tl::unexpected(-EINVAL);
  if (data.limit_bytes != 0 && aligned > data.limit_bytes - used_bytes_) {
    return tl::unexpected(-ENOMEM);
  }
  std::uint64_t size = aligned;
  if (fault > 0) {
    // A heap that hands out less than asked; one page is the least that a dma-buf can have.
    const std::uint64_t short_by = static_cast<std::uint64_t>(fault) & ~vocab::kPageMask;
    size = std::max(vocab::kPageSize, aligned - std::min(short_by, aligned));
  }
  return bufs_.create(*this, size, data.kind);
}

Result<Ptr<DmaBuf>> HeapProvider::allocate(void* priv, std::uint64_t len, std::uint32_t fd_flags,
                                           std::uint64_t heap_flags) {
  HeapProvider& self = *static_cast<HeapProvider*>(priv);
  const Result<DmaBufPtr> buf = self.allocate_buffer(len);
  const int error = buf ? 0 : -buf.error();
  self.ctx_.bus.report({.time_ns = self.ctx_.kernel.now().ns,
                        .kind = contract::RecordKind::heap_alloc,
                        .sub = static_cast<std::uint16_t>(error),
                        .a = self.number_,
                        .b = fd_flags,
                        .c = len,
                        .d = heap_flags});
  if (!buf) return tl::unexpected(buf.error());
  self.used_bytes_ += (*buf)->size;
  ++self.live_buffers_;
  return Ptr<DmaBuf>(*buf);
}

void HeapProvider::buffer_freed(std::uint64_t bytes) {
  used_bytes_ -= bytes;
  --live_buffers_;
  ctx_.bus.report({.time_ns = ctx_.kernel.now().ns,
                   .kind = contract::RecordKind::heap_buffer_freed,
                   .a = number_,
                   .c = bytes});
}

}  // namespace protm::host
