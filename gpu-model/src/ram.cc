// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/ram.h"

#include <cstring>

namespace protm::gpu {

using vocab::kPageSize;
using vocab::Pa;

Ram::~Ram() {
  for (const Frame& f : frames_) memory_->deallocate(f.bytes, kPageSize, 64);
}

const Ram::Frame* Ram::frame(Pa pa) const {
  if (pa.value < kRamBase) return nullptr;
  const std::uint64_t index = (pa.value - kRamBase) / kPageSize;
  if (index >= frames_.size()) return nullptr;
  const Frame& f = frames_[index];
  return f.kind == static_cast<std::uint64_t>(PageKind::free) ? nullptr : &f;
}

Pa Ram::alloc_page(PageKind kind) {
  constexpr auto kFree = static_cast<std::uint64_t>(PageKind::free);
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
  const Frame* f = frame(pa);
  if (f == nullptr) return;
  const auto index = static_cast<std::uint64_t>(f - frames_.data());
  --live_[static_cast<std::size_t>(f->kind)];
  frames_[index].kind = static_cast<std::uint64_t>(PageKind::free);
  if (index < lowest_free_) lowest_free_ = index;
}

PageKind Ram::kind(Pa pa) const {
  const Frame* f = frame(pa);
  return f == nullptr ? PageKind::free : static_cast<PageKind>(f->kind);
}

std::byte* Ram::page(Pa pa) const {
  const Frame* f = frame(pa);
  return f == nullptr ? nullptr : f->bytes;
}

}  // namespace protm::gpu
