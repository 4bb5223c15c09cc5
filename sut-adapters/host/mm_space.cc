// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/mm_space.h"

#include <algorithm>
#include <cerrno>

namespace protm::host {

using contract::Result;
using contract::VaSpace;

MmSpaces::Space& MmSpaces::find(const VaSpace& space) {
  const auto it = spaces_.find(space.id);
  if (it == spaces_.end()) contract::oops(contract::OopsKind::bad_call, "drm_mm");
  return it->second;
}

void MmSpaces::init(VaSpace& space, std::uint64_t start, std::uint64_t size) {
  space.id = ++last_id_;
  Space& made = spaces_.try_emplace(space.id, spaces_.get_allocator().resource()).first->second;
  made.start = start;
  made.end = start + size;
}

void MmSpaces::fini(VaSpace& space) {
  if (!find(space).nodes.empty()) kernel_.warn("drm_mm taken down with nodes in it");
  spaces_.erase(space.id);
  space.id = 0;
}

Result<std::uint64_t> MmSpaces::insert(VaSpace& space, std::uint64_t size, std::uint64_t align,
                                       std::uint64_t start, std::uint64_t end, const char* role) {
  const std::int64_t fault = kernel_.fault("alloc", role);
  if (fault < 0) return tl::unexpected(static_cast<int>(fault));
  Space& mm = find(space);
  if (size == 0 || start >= end || end - start < size) return tl::unexpected(-ENOSPC);
  if (align == 0) align = 1;

  std::uint64_t best_hole = UINT64_MAX;
  std::uint64_t best_address = 0;
  bool found = false;
  auto consider = [&](std::uint64_t hole_start, std::uint64_t hole_end) {
    if (hole_start >= hole_end) return;
    const std::uint64_t from = std::max(hole_start, start);
    const std::uint64_t to = std::min(hole_end, end);
    const std::uint64_t rest = from % align;
    const std::uint64_t address = rest == 0 ? from : from + (align - rest);
    if (address < from || address >= to || to - address < size) return;
    if (found && hole_end - hole_start >= best_hole) return;
    found = true;
    best_hole = hole_end - hole_start;
    best_address = address;
  };
  std::uint64_t cursor = mm.start;
  for (const auto& [node_start, node_end] : mm.nodes) {
    consider(cursor, node_start);
    cursor = node_end;
  }
  consider(cursor, mm.end);
  if (!found) return tl::unexpected(-ENOSPC);
  mm.nodes.emplace(best_address, best_address + size);
  return best_address;
}

int MmSpaces::reserve(VaSpace& space, std::uint64_t start, std::uint64_t size) {
  Space& mm = find(space);
  if (size == 0 || start < mm.start || start > mm.end || mm.end - start < size) return -ENOSPC;
  const auto after = mm.nodes.lower_bound(start);
  if (after != mm.nodes.end() && after->first < start + size) return -ENOSPC;
  if (after != mm.nodes.begin() && std::prev(after)->second > start) return -ENOSPC;
  mm.nodes.emplace_hint(after, start, start + size);
  return 0;
}

void MmSpaces::remove(VaSpace& space, std::uint64_t start) {
  if (find(space).nodes.erase(start) == 0) {
    kernel_.warn("drm_mm removal of a node that is not allocated");
  }
}

}  // namespace protm::host
