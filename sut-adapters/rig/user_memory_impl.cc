// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/user_memory_impl.h"

#include <algorithm>
#include <cstring>

namespace protm::rig {

std::uint64_t UserMemoryImpl::reachable(std::uint64_t address, std::uint64_t want) const {
  if (address < kFirst || address - kFirst >= bytes_.size()) return 0;
  std::uint64_t can = std::min<std::uint64_t>(want, bytes_.size() - (address - kFirst));
  for (const std::uint64_t page : faulting_) {
    const std::uint64_t start = page * kPage;
    if (start + kPage <= address || start >= address + can) continue;
    can = start <= address ? 0 : start - address;
  }
  return can;
}

std::uint64_t UserMemoryImpl::read(std::uint64_t from, std::span<std::byte> to) {
  const std::uint64_t can = reachable(from, to.size());
  if (can != 0) std::memcpy(to.data(), bytes_.data() + (from - kFirst), can);
  return to.size() - can;
}

std::uint64_t UserMemoryImpl::write(std::uint64_t to, std::span<const std::byte> from) {
  const std::uint64_t can = reachable(to, from.size());
  if (can != 0) std::memcpy(bytes_.data() + (to - kFirst), from.data(), can);
  return from.size() - can;
}

std::uint64_t UserMemoryImpl::map(std::uint64_t bytes) {
  const std::uint64_t at = kFirst + bytes_.size();
  bytes_.resize(bytes_.size() + (bytes + 63) / 64 * 64);
  return at;
}

}  // namespace protm::rig
