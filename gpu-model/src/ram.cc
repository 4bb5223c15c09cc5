// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/ram.h"

#include <cstring>

namespace protm::gpu {

using vocab::kPageSize;
using vocab::Pa;

Ram::~Ram() {
  for (const Frame& f : frames_) {
    if (f.bytes != nullptr) memory_->deallocate(f.bytes, kPageSize, 64);
  }
}

void Ram::attach(std::span<std::byte> bytes) {
  attached_ = bytes;
  attached_protected_.assign(bytes.size() / kPageSize + 1, 0);
}

void Ram::set_protected(Pa pa, std::uint64_t bytes, bool on) {
  const std::uint64_t end = (pa.value + bytes + vocab::kPageMask) / kPageSize;
  for (std::uint64_t i = pa.value / kPageSize; i < end && i < attached_protected_.size(); ++i) {
    attached_protected_[i] = on ? 1 : 0;
  }
}

Pa Ram::alloc_page(PageKind kind) {
  if (!attached_.empty()) return Pa{0};
  std::uint64_t index = lowest_free_;
  while (index < frames_.size() && frames_[index].kind != PageKind::free) ++index;
  if (index == kMaxPages) return Pa{0};
  take(index, kind);
  lowest_free_ = index + 1;
  return Pa{kRamBase + index * kPageSize};
}

Pa Ram::alloc_pages(PageKind kind, std::uint32_t order) {
  if (order == 0) return alloc_page(kind);
  if (!attached_.empty()) return Pa{0};
  const std::uint64_t count = 1ull << order;
  const auto is_free = [&](std::uint64_t i) {
    return i >= frames_.size() || frames_[i].kind == PageKind::free;
  };
  for (std::uint64_t first = 0; first + count <= kMaxPages; first += count) {
    std::uint64_t n = 0;
    while (n < count && is_free(first + n)) ++n;
    if (n != count) continue;
    for (std::uint64_t i = first; i < first + count; ++i) take(i, kind);
    return Pa{kRamBase + first * kPageSize};
  }
  return Pa{0};
}

void Ram::take(std::uint64_t index, PageKind kind) {
  if (index >= frames_.size()) {
    frames_.resize(index + 1, Frame{nullptr, PageKind::free, false, 0});
  }
  frames_[index].kind = kind;
  frames_[index].untouched = true;
  frames_[index].marks = 0;
  ++live_[static_cast<std::size_t>(kind)];
}

void Ram::touch(Frame& frame) const {
  if (frame.bytes == nullptr) {
    frame.bytes = static_cast<std::byte*>(memory_->allocate(kPageSize, 64));
  }
  std::memset(frame.bytes, 0, kPageSize);
  frame.untouched = false;
}

void Ram::free_page(Pa pa) {
  if (!attached_.empty() || kind(pa) == PageKind::free) return;
  const std::uint64_t index = (pa.value - kRamBase) / kPageSize;
  --live_[static_cast<std::size_t>(frames_[index].kind)];
  frames_[index].kind = PageKind::free;
  if (index < lowest_free_) lowest_free_ = index;
}

}  // namespace protm::gpu
