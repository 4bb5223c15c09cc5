// SPDX-License-Identifier: GPL-2.0-only
// Checked objects, reference counts, pages and user memory.
// Memory of freed objects is kept in lists by size, so that a header never becomes something else
// and a stale Ptr can always be told. Source: reference/facts-host.md E1, U1-U3, decisions.md 19.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sut-adapters/host/fiber_sanitizer.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {
namespace {

constexpr std::uint32_t kSaturated = 0xC0000000u;

/// Memory comes in steps of 64 bytes up to 1 KiB, then in powers of two.
std::uint32_t size_class(std::size_t size) {
  if (size <= 1024) return static_cast<std::uint32_t>((size + 63) / 64 * 64);
  std::uint32_t bytes = 2048;
  while (bytes < size) bytes *= 2;
  return bytes;
}

}  // namespace

RoleCount& KernelImpl::count_of(const char* role) {
  for (RoleCount& r : roles_) {
    if (r.role == role) return r;
  }
  for (RoleCount& r : roles_) {
    if (std::strcmp(r.role, role) == 0) return r;
  }
  roles_.push_back(RoleCount{role, 0});
  return roles_.back();
}

KernelImpl::FreeList* KernelImpl::free_list(const char* role, std::uint32_t bytes) const {
  for (FreeList* const list : free_objects_) {
    if (list->bytes == bytes && std::strcmp(list->role, role) == 0) return list;
  }
  return nullptr;
}

ObjectHeader* KernelImpl::object_alloc(std::size_t size, std::size_t align, const char* role) {
  if (align > alignof(ObjectHeader)) {
    std::fprintf(stderr, "protm: harness bug: object '%s' wants alignment %zu\n", role, align);
    std::abort();
  }
  if (fault("alloc", role) < 0) return nullptr;
  const std::uint32_t bytes = size_class(size);
  ObjectHeader* header = nullptr;
  FreeList* const list = free_list(role, bytes);
  if (list != nullptr && !list->headers.empty()) {
    header = list->headers.back();
    list->headers.pop_back();
  } else {
    void* const raw = around_.memory->allocate(sizeof(ObjectHeader) + bytes,
                                               alignof(ObjectHeader));
    header = new (raw) ObjectHeader{};
    header->generation = 1;
  }
  sanitizer_unpoison(header + 1, bytes);
  std::memset(static_cast<void*>(header + 1), 0, bytes);
  header->size = static_cast<std::uint32_t>(size);
  header->role = role;
  header->serial = ++last_serial_;
  ++count_of(role).live;
  return header;
}

void KernelImpl::object_free(ObjectHeader* header) {
  if (header == nullptr) return;
  std::byte* const low = reinterpret_cast<std::byte*>(header + 1);
  std::byte* const high = low + header->size;
  check_free_while_held(low, high, header->role);
  locks_.forget_range(low, high);
  waits_.forget_range(low, high);
  works_.forget_range(low, high);
  timers_.forget_range(low, high);
  ++header->generation;
  --count_of(header->role).live;
  const std::uint32_t bytes = size_class(header->size);
  FreeList* list = free_list(header->role, bytes);
  if (list == nullptr) {
    void* const raw = around_.memory->allocate(sizeof(FreeList), alignof(FreeList));
    list = new (raw) FreeList{header->role, bytes,
                              std::pmr::vector<ObjectHeader*>(around_.memory)};
    free_objects_.push_back(list);
  }
  list->headers.push_back(header);
  sanitizer_poison(low, bytes);
}

void KernelImpl::unpoison_free_objects() {
  for (const FreeList* const list : free_objects_) {
    for (const ObjectHeader* const h : list->headers) sanitizer_unpoison(h + 1, list->bytes);
  }
}

// --- reference counts ------------------------------------------------------------------------

void KernelImpl::kref_get(contract::Kref& k, const char* role) {
  point(contract::PointKind::kref_get, role);
  if (k.count == 0) {
    char words[128];
    std::snprintf(words, sizeof words, "refcount addition on 0: %s", role);
    say_once(contract::RecordKind::kernel_warn, 0, words);
    k.count = kSaturated;
    return;
  }
  if (k.count < kSaturated) ++k.count;
}

bool KernelImpl::kref_get_unless_zero(contract::Kref& k, const char* role) {
  point(contract::PointKind::kref_get, role);
  if (k.count == 0) return false;
  if (k.count < kSaturated) ++k.count;
  return true;
}

bool KernelImpl::kref_put(contract::Kref& k, const char* role) {
  point(contract::PointKind::kref_put, role);
  if (k.count == 0) {
    char words[128];
    std::snprintf(words, sizeof words, "refcount underflow: %s", role);
    say_once(contract::RecordKind::kernel_warn, 0, words);
    k.count = kSaturated;
    return false;
  }
  if (k.count >= kSaturated) return false;   // saturated: the object is leaked, not freed
  return --k.count == 0;
}

// --- pages -----------------------------------------------------------------------------------

std::int64_t KernelImpl::fault(const char* call, const char* role) {
  return around_.bus->fault(call, role);
}

vocab::Pa KernelImpl::page_alloc(const char* role, std::uint32_t order) {
  // A block is only tried for, with pages to fall back to: its failure is no error of the caller's.
  if (order == 0 && fault("page_alloc", role) < 0) return vocab::Pa{0};
  const vocab::Pa pa = around_.bus->page_alloc(contract::PageKind::normal, order);
  if (pa.value != 0) live_pages_ += 1u << order;
  return pa;
}

void KernelImpl::page_free(vocab::Pa pa) {
  if (pa.value == 0) return;
  --live_pages_;
  around_.bus->page_free(pa);
}

std::uint64_t KernelImpl::mem_load64(vocab::Pa pa) {
  std::array<std::byte, 8> bytes{};
  around_.bus->mem_read(pa, bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

void KernelImpl::mem_store64(vocab::Pa pa, std::uint64_t value) {
  std::array<std::byte, 8> bytes{};
  std::memcpy(bytes.data(), &value, sizeof value);
  around_.bus->mem_write(pa, bytes);
}

void KernelImpl::mem_load(vocab::Pa pa, std::span<std::byte> to) { around_.bus->mem_read(pa, to); }

// --- user memory -----------------------------------------------------------------------------

std::uint64_t KernelImpl::copy_from_user(std::span<std::byte> to, std::uint64_t from) {
  might_sleep("copy_from_user", "user memory");
  std::uint64_t left = to.size();
  if (from + to.size() >= from) left = around_.user->read(from, to);
  if (left != 0) std::fill(to.end() - static_cast<std::ptrdiff_t>(left), to.end(), std::byte{0});
  return left;
}

std::uint64_t KernelImpl::copy_to_user(std::uint64_t to, std::span<const std::byte> from) {
  might_sleep("copy_to_user", "user memory");
  if (to + from.size() < to) return from.size();
  return around_.user->write(to, from);
}

std::uint64_t KernelImpl::clear_user(std::uint64_t to, std::uint64_t bytes) {
  might_sleep("clear_user", "user memory");
  static constexpr std::array<std::byte, 256> kZeros{};
  while (bytes != 0) {
    const std::uint64_t n = std::min<std::uint64_t>(bytes, kZeros.size());
    const std::uint64_t left = copy_to_user(to, std::span(kZeros).first(n));
    if (left != 0) return bytes - (n - left);
    to += n;
    bytes -= n;
  }
  return 0;
}

}  // namespace protm::host
