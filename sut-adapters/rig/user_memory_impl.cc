// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/user_memory_impl.h"

#include <algorithm>
#include <cstring>

namespace protm::rig {
namespace {

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

std::uint64_t UserMemoryImpl::mapped(std::uint64_t address, std::uint64_t want) const {
  // As for any process: what shares a page with used bytes can be touched too.
  const std::uint64_t last = kFirst + mapped_bytes();
  if (address < kFirst || address >= last) return 0;
  return std::min(want, last - address);
}

std::uint64_t UserMemoryImpl::reachable(std::uint64_t address, std::uint64_t want,
                                        Access access) const {
  std::uint64_t can = mapped(address, want);
  for (const OddPages& odd : odd_) {
    if (odd.readonly != 0 && access == Access::read) continue;
    if (odd.end <= address || odd.begin >= address + can) continue;
    can = odd.begin <= address ? 0 : odd.begin - address;
  }
  return can;
}

std::uint64_t UserMemoryImpl::read(std::uint64_t from, std::span<std::byte> to) {
  const std::uint64_t can = reachable(from, to.size(), Access::read);
  if (can != 0) {
    std::memcpy(to.data(), data() + (from - kFirst), can);
    after_read(from, can);
  }
  return to.size() - can;
}

std::uint64_t UserMemoryImpl::write(std::uint64_t to, std::span<const std::byte> from) {
  const std::uint64_t can = reachable(to, from.size(), Access::write);
  if (can != 0) std::memcpy(data() + (to - kFirst), from.data(), can);
  return from.size() - can;
}

void UserMemoryImpl::after_read(std::uint64_t from, std::uint64_t bytes) {
  for (MemoryChange& change : changes_) {
    bool stored = false;
    for (std::uint32_t i = 0; i < change.size; ++i) {
      const std::uint64_t at = change.address + i;
      if (at < from || at >= from + bytes || ++change.seen[i] != change.fetch) continue;
      poke(at, std::span(change.bytes).subspan(i, 1));
      stored = true;
    }
    if (!stored || change.told != 0 || listener_ == nullptr) continue;
    change.told = 1;
    listener_->memory_changed(change.step);
  }
}

bool UserMemoryImpl::look(std::uint64_t from, std::span<std::byte> to) const {
  if (reachable(from, to.size(), Access::read) != to.size()) return false;
  peek(from, to);
  return true;
}

void UserMemoryImpl::peek(std::uint64_t from, std::span<std::byte> to) const {
  const std::uint64_t can = mapped(from, to.size());
  if (can != 0) std::memcpy(to.data(), data() + (from - kFirst), can);
}

void UserMemoryImpl::poke(std::uint64_t to, std::span<const std::byte> from) {
  const std::uint64_t can = mapped(to, from.size());
  if (can != 0) std::memcpy(data() + (to - kFirst), from.data(), can);
}

void UserMemoryImpl::grow(std::uint64_t used) {
  used_ = used;
  if (window_.empty()) lines_.resize(mapped_bytes() / sizeof(Line));
}

std::uint64_t UserMemoryImpl::map(std::uint64_t bytes) {
  const std::uint64_t at = end();
  grow(used_ + round_up(bytes, sizeof(Line)));
  return at;
}

void UserMemoryImpl::make_faulting(std::uint64_t address) {
  const std::uint64_t page = address / kPage * kPage;
  odd_.push_back({page, page + kPage, 0});
}

std::uint64_t UserMemoryImpl::map(std::uint64_t bytes, const Placement& placement) {
  if (placement.fault_after == Placement::kNoFault && !placement.readonly) return map(bytes);
  const std::uint64_t first = round_up(end(), kPage);
  const bool faults = placement.fault_after != Placement::kNoFault;
  const std::uint64_t before = faults ? placement.fault_after : bytes;
  const std::uint64_t wall = first + round_up(before, kPage);  // where good pages end
  if (placement.readonly) odd_.push_back({first, wall, 1});
  std::uint64_t last = wall;
  if (faults) {
    last += round_up(std::max<std::uint64_t>(bytes, before + 1) - before, kPage);
    odd_.push_back({wall, last, 0});
  }
  grow(last - kFirst);
  return faults ? wall - before : first;
}

}  // namespace protm::rig
