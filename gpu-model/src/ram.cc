// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/ram.h"

#include <cstring>

namespace protm::gpu {

using vocab::kPageSize;
using vocab::Pa;

Ram::~Ram() {
  for (const Frame& f : frames_) memory_->deallocate(f.bytes, kPageSize, 64);
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
  while (index < frames_.size() && frames_[index].kind != kFree) ++index;
  if (index == kMaxPages) return Pa{0};
  if (index == frames_.size()) {
    auto* bytes = static_cast<std::byte*>(memory_->allocate(kPageSize, 64));
    frames_.push_back(Frame{bytes, kFree});
  }
  frames_[index].kind = static_cast<std::uint64_t>(kind);
  std::memset(frames_[index].bytes, 0, kPageSize);
  lowest_free_ = index + 1;
  ++live_[static_cast<std::size_t>(kind)];
  return Pa{kRamBase + index * kPageSize};
}

void Ram::free_page(Pa pa) {
  const Page page = find(pa);
  if (page.bytes == nullptr) return;
  const std::uint64_t index = (pa.value - kRamBase) / kPageSize;
  --live_[static_cast<std::size_t>(page.kind)];
  frames_[index].kind = kFree;
  if (index < lowest_free_) lowest_free_ = index;
}

}  // namespace protm::gpu
