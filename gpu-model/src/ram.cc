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
  if (index == frames_.size()) frames_.push_back(Frame{nullptr, PageKind::free, false, 0});
  frames_[index].kind = kind;
  frames_[index].untouched = true;
  frames_[index].marks = 0;
  lowest_free_ = index + 1;
  ++live_[static_cast<std::size_t>(kind)];
  return Pa{kRamBase + index * kPageSize};
}

void Ram::touch(Frame& frame) const {
  if (frame.bytes == nullptr) {
    frame.bytes = static_cast<std::byte*>(memory_->allocate(kPageSize, 64));
  }
  std::memset(frame.bytes, 0, kPageSize);
  frame.untouched = false;
}

PageKind Ram::kind(Pa pa) const {
  if (!attached_.empty()) return find_attached(pa).kind;
  const std::uint64_t index = (pa.value - kRamBase) / kPageSize;  // huge below the base
  return index < frames_.size() ? frames_[index].kind : PageKind::free;
}

void Ram::free_page(Pa pa) {
  if (!attached_.empty() || kind(pa) == PageKind::free) return;
  const std::uint64_t index = (pa.value - kRamBase) / kPageSize;
  --live_[static_cast<std::size_t>(frames_[index].kind)];
  frames_[index].kind = PageKind::free;
  if (index < lowest_free_) lowest_free_ = index;
}

}  // namespace protm::gpu
