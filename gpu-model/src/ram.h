// SPDX-License-Identifier: GPL-2.0-only
// Sparse physical memory in 4 KiB pages, normal and protected.
// Physical addresses are assigned lowest free first from kRamBase, so that they depend on nothing
// but the order of allocations. A page gets its payload, zeroed, when it is first looked at: most
// pages of a big buffer never are. The payload of a freed page is kept for the next one.
// Or the memory of a kernel that runs beside the machine: then its addresses are the machine's.
// Leaves out: caches and coherency, page colours.
// Source: design.md section 3; access rules are in mmu.h and machine.h (decisions.md 14).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "gpu-model/vocab/ids.h"

namespace protm::gpu {

enum class PageKind : std::uint32_t { free, normal, protected_memory };

/// What the GPU's MMU did with a page since it was given out.
enum class PageMark : std::uint8_t {
  table = 1,    ///< read it as a page table
  reached = 2,  ///< let an access through to it
};

/// Lowest physical address of the machine's memory.
inline constexpr std::uint64_t kRamBase = 0x8000'0000;
/// Most pages at a time (128 MiB): half of what a World holds, so that a Program that asks for too
/// much is told so by the kernel.
inline constexpr std::uint32_t kMaxPages = 32768;

class Ram {
 public:
  explicit Ram(std::pmr::memory_resource* memory)
      : frames_(memory), attached_protected_(memory), memory_(memory) {}
  ~Ram();
  Ram(const Ram&) = delete;
  Ram& operator=(const Ram&) = delete;

  /// From now on memory is `bytes`, whose first byte has the physical address 0; they outlive the
  /// machine. Pages are no longer given out here; they are normal memory unless protected below.
  void attach(std::span<std::byte> bytes);
  /// Pages of attached memory that a protected heap gave out, or took back.
  void protect(vocab::Pa pa, std::uint64_t bytes) { set_protected(pa, bytes, true); }
  void unprotect(vocab::Pa pa, std::uint64_t bytes) { set_protected(pa, bytes, false); }

  /// A zeroed page, or Pa{0} when all frames are in use.
  [[nodiscard]] vocab::Pa alloc_page(PageKind kind);
  /// 2^order zeroed pages in a row, the first aligned to their size; each is given back by itself.
  /// Pa{0} when no such row is free.
  [[nodiscard]] vocab::Pa alloc_pages(PageKind kind, std::uint32_t order);
  /// Gives a page back; its contents are gone.
  void free_page(vocab::Pa pa);
  /// A page as found by an address in it.
  struct Page {
    std::byte* bytes;  ///< the first; null where there is no page
    PageKind kind;
  };
  /// The page that holds `pa`; its kind is free where there is none.
  [[nodiscard]] Page find(vocab::Pa pa) const {
    if (!attached_.empty()) return find_attached(pa);
    const std::uint64_t index = (pa.value - kRamBase) / vocab::kPageSize;  // huge below the base
    if (index >= frames_.size() || frames_[index].kind == PageKind::free) {
      return {nullptr, PageKind::free};
    }
    Frame& frame = frames_[index];
    if (frame.untouched) touch(frame);
    return {frame.bytes, frame.kind};
  }
  [[nodiscard]] PageKind kind(vocab::Pa pa) const {
    if (!attached_.empty()) return find_attached(pa).kind;
    const Frame* const frame = frame_at(pa);
    return frame != nullptr ? frame->kind : PageKind::free;
  }
  [[nodiscard]] std::byte* page(vocab::Pa pa) const { return find(pa).bytes; }
  /// Marks stay until the page is given back. Attached memory carries none: nobody sees its stores.
  void mark(vocab::Pa pa, PageMark mark) {
    if (Frame* const frame = frame_at(pa)) frame->marks |= static_cast<std::uint8_t>(mark);
  }
  [[nodiscard]] bool marked(vocab::Pa pa, PageMark mark) const {
    const Frame* const frame = frame_at(pa);
    return frame != nullptr && (frame->marks & static_cast<std::uint8_t>(mark)) != 0;
  }
  /// Pages of a kind that are allocated now.
  [[nodiscard]] std::uint64_t live_pages(PageKind kind) const {
    return live_[static_cast<std::size_t>(kind)];
  }

 private:
  struct Frame {
    std::byte* bytes;    // null: nobody has looked at this frame yet
    PageKind kind;
    bool untouched;      // since it was given out: reads as zeroes
    std::uint8_t marks;  // PageMark
  };
  [[nodiscard]] Frame* frame_at(vocab::Pa pa) const {
    const std::uint64_t index = (pa.value - kRamBase) / vocab::kPageSize;  // huge below the base
    return index < frames_.size() ? &frames_[index] : nullptr;
  }
  void touch(Frame& frame) const;
  /// Gives a free frame out; its place in lowest_free_ is the caller's.
  void take(std::uint64_t index, PageKind kind);
  [[nodiscard]] Page find_attached(vocab::Pa pa) const {
    if (pa.value >= attached_.size()) return {nullptr, PageKind::free};
    const bool is_protected = attached_protected_[pa.value / vocab::kPageSize] != 0;
    return {&attached_[pa.value & ~vocab::kPageMask],
            is_protected ? PageKind::protected_memory : PageKind::normal};
  }
  void set_protected(vocab::Pa pa, std::uint64_t bytes, bool on);

  mutable std::pmr::vector<Frame> frames_;  // index = (pa - kRamBase) / 4 KiB
  std::span<std::byte> attached_;  // empty: the frames are the memory
  std::pmr::vector<std::uint8_t> attached_protected_;  // per page of attached_
  std::pmr::memory_resource* memory_;
  std::uint64_t lowest_free_ = 0;  // no free frame below
  std::array<std::uint64_t, 3> live_{};
};

}  // namespace protm::gpu
