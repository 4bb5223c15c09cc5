// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/world.h"

#include <sys/mman.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sut-adapters/rig/poison.h"

namespace protm::rig {
namespace {

// Four classes per doubling from 16 bytes on: at most a quarter of a block is waste.
constexpr std::size_t kClasses = 128;
constexpr std::size_t kMinBlock = 16;
// What a restore compares, and copies when it differs.
constexpr std::size_t kPieceBytes = 4096;

constexpr std::size_t class_of(std::size_t bytes) {
  if (bytes <= kMinBlock) return 0;
  const std::size_t top = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
  const std::size_t quarter = ((bytes - 1) >> (top - 2)) & 3;
  return (top - 4) * 4 + quarter + 1;
}
constexpr std::size_t block_bytes(std::size_t cls) {
  if (cls == 0) return kMinBlock;
  const std::size_t top = (cls - 1) / 4 + 4;
  const std::size_t quarter = (cls - 1) % 4;
  return (std::size_t{1} << top) + ((quarter + 1) << (top - 2));
}
static_assert(block_bytes(class_of(17)) >= 17 && block_bytes(class_of(4096)) == 4096);
static_assert(block_bytes(class_of(4097)) == 5120);

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "protm: harness bug: World: %s\n", what);
  std::abort();
}

}  // namespace

struct World::Head {
  std::size_t top = 0;  ///< first byte never handed out
  std::size_t live = 0;
  std::array<std::uint64_t, kClasses> free_list{};  ///< offsets of free blocks; 0 = none
};

World::World(std::uint64_t base, std::size_t bytes) : bytes_(bytes) {
  void* const want = reinterpret_cast<void*>(base);
  void* const got = mmap(want, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (got != want) fail("address range is taken");
  base_ = static_cast<std::byte*>(got);
  start();
}

/// Makes an allocator that has handed out nothing.
void World::start() {
  const std::size_t first = (sizeof(Head) + 63) & ~std::size_t{63};
  std::memset(base_, 0, first);
  new (base_) Head{.top = first};
}

World::~World() {
  unpoison(base_, bytes_);
  munmap(base_, bytes_);
}

World::Head* World::head() const { return reinterpret_cast<Head*>(base_); }
std::size_t World::used() const { return head()->top; }
std::size_t World::live_bytes() const { return head()->live; }

void World::clear() {
  const std::size_t top = head()->top;
  unpoison(base_, top);
  stale_to_ = std::max(stale_to_, top);
  start();
  image_.clear();
}

void World::snapshot() {
  unpoison(base_, used());
  image_.assign(base_, base_ + used());
}

void World::restore() {
  if (image_.empty()) fail("restore without a snapshot");
  const std::size_t top = head()->top;
  unpoison(base_, top);
  stale_to_ = std::max(stale_to_, top);
  // Most of a booted World is never written by a run: to compare is cheaper than to copy.
  for (std::size_t at = 0; at < image_.size(); at += kPieceBytes) {
    const std::size_t n = std::min(kPieceBytes, image_.size() - at);
    if (std::memcmp(base_ + at, &image_[at], n) != 0) std::memcpy(base_ + at, &image_[at], n);
  }
}

/// The bytes up to `to` are in use from now on; all of them are zero.
void World::raise_top(Head& head, std::size_t to) {
  if (to > bytes_) fail("out of memory");
  if (head.top < stale_to_) {
    std::memset(base_ + head.top, 0, std::min(to, stale_to_) - head.top);
  }
  head.top = to;
}

std::uint64_t World::digest() const {
  unpoison(base_, used());
  return XXH64(base_, used(), 0);
}

void* World::do_allocate(std::size_t bytes, std::size_t align) {
  Head* const h = head();
  const std::size_t cls = class_of(bytes == 0 ? 1 : bytes);
  const std::size_t block = block_bytes(cls);
  h->live += block;
  // Small alignments are met by every block: tops are multiples of 16.
  if (align <= 16 && h->free_list[cls] != 0) {
    std::byte* const p = base_ + h->free_list[cls];
    unpoison(p, block);
    std::memcpy(&h->free_list[cls], p, sizeof(std::uint64_t));
    std::memset(p, 0, sizeof(std::uint64_t));
    return p;
  }
  const std::size_t mask = (align < 16 ? 16 : align) - 1;
  const std::size_t at = (h->top + mask) & ~mask;
  raise_top(*h, at + block);
  return base_ + at;
}

void World::do_deallocate(void* p, std::size_t bytes, std::size_t) {
  Head* const h = head();
  const std::size_t cls = class_of(bytes == 0 ? 1 : bytes);
  const std::size_t block = block_bytes(cls);
  h->live -= block;
  std::memcpy(p, &h->free_list[cls], sizeof(std::uint64_t));
  h->free_list[cls] = static_cast<std::uint64_t>(static_cast<std::byte*>(p) - base_);
  poison(static_cast<std::byte*>(p) + 8, block - 8);
}

}  // namespace protm::rig
