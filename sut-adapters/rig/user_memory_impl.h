// SPDX-License-Identifier: GPL-2.0-only
// User memory of one run: regions handed out upwards from one fixed address, so that the same
// Program has the same user addresses in every run and for every candidate. `read` and `write` are
// the kernel's copies: they fault where a Program says so, and bytes may change right after they
// were read. `peek` and `poke` are the outside world's own accesses, which nothing stops. With a
// window the bytes are memory of a process that really makes the calls.
// Leaves out unmapping. Source: design.md section 5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <type_traits>
#include <vector>

#include "sut-adapters/contract/user_memory.h"

namespace protm::rig {

/// Who wants to know that bytes changed behind the kernel's back.
class MemoryListener {
 public:
  virtual void memory_changed(std::uint32_t step) = 0;

 protected:
  ~MemoryListener() = default;
};

/// What is odd about a region's pages.
struct Placement {
  static constexpr std::uint64_t kNoFault = UINT64_MAX;
  std::uint64_t fault_after = kNoFault;  ///< bytes in front of the page that faults
  bool readonly = false;                 ///< for the kernel
};

/// Another thread's store: each byte is stored once, right after the kernel read it for the
/// `fetch`-th time. A kernel that reads bytes once never sees it, however it divides its copies.
struct MemoryChange {
  std::uint64_t address = 0;
  std::array<std::byte, 8> bytes{};
  std::uint32_t size = 0;   ///< of bytes
  std::uint32_t fetch = 1;
  std::uint32_t step = 0;   ///< whose memory it is
  std::uint32_t told = 0;   ///< 1: the listener knows
  std::array<std::uint32_t, 8> seen{};   ///< reads of each byte
};
static_assert(std::has_unique_object_representations_v<MemoryChange>);

class UserMemoryImpl final : public contract::UserMemory {
 public:
  static constexpr std::uint64_t kFirst = 0x10000000;
  static constexpr std::uint64_t kPage = 4096;

  struct OddPages {
    std::uint64_t begin, end;  ///< addresses
    std::uint64_t readonly;    ///< 0: neither reads nor writes
  };

  explicit UserMemoryImpl(std::pmr::memory_resource* memory, MemoryListener* listener = nullptr)
      : lines_(memory), odd_(memory), changes_(memory), listener_(listener) {}

  /// User memory is `window` from now on, whose first byte has the user address kFirst.
  void attach(std::span<std::byte> window) { window_ = window; }
  /// What a process that owns the window has to do to its pages.
  [[nodiscard]] std::span<const OddPages> odd_pages() const { return odd_; }
  /// Bytes from kFirst on that exist: whole pages.
  [[nodiscard]] std::uint64_t mapped_bytes() const {
    return (used_ + kPage - 1) / kPage * kPage;
  }

  std::uint64_t read(std::uint64_t from, std::span<std::byte> to) override;
  std::uint64_t write(std::uint64_t to, std::span<const std::byte> from) override;
  std::uint64_t map(std::uint64_t bytes) override;
  void make_faulting(std::uint64_t address) override;

  /// As map, on pages of its own.
  std::uint64_t map(std::uint64_t bytes, const Placement& placement);
  void change_later(const MemoryChange& change) { changes_.push_back(change); }
  /// Whether any byte may change after a read.
  [[nodiscard]] bool changes() const { return !changes_.empty(); }
  /// The kernel has read these bytes; `read` says so itself, a kernel with a window does not.
  void after_read(std::uint64_t from, std::uint64_t bytes);
  /// As the kernel would read them, but nothing changes because of it. False: they fault.
  [[nodiscard]] bool look(std::uint64_t from, std::span<std::byte> to) const;
  /// Accesses from outside; what is not mapped stays as it is.
  void peek(std::uint64_t from, std::span<std::byte> to) const;
  void poke(std::uint64_t to, std::span<const std::byte> from);

 private:
  /// Regions are whole lines, which a vector adds at once and not byte by byte.
  using Line = std::array<std::byte, 64>;
  enum class Access : std::uint8_t { read, write };
  /// How many of `want` bytes from `address` on exist.
  [[nodiscard]] std::uint64_t mapped(std::uint64_t address, std::uint64_t want) const;
  /// How many of them the kernel can touch.
  [[nodiscard]] std::uint64_t reachable(std::uint64_t address, std::uint64_t want,
                                        Access access) const;
  [[nodiscard]] std::uint64_t end() const { return kFirst + used_; }
  void grow(std::uint64_t used);
  [[nodiscard]] std::byte* data() {
    return window_.empty() ? lines_.data()->data() : window_.data();
  }
  [[nodiscard]] const std::byte* data() const {
    return window_.empty() ? lines_.data()->data() : window_.data();
  }

  std::pmr::vector<Line> lines_;  ///< from kFirst on, without holes
  std::span<std::byte> window_;   ///< empty: `lines_` are the memory
  std::uint64_t used_ = 0;        ///< bytes of regions
  std::pmr::vector<OddPages> odd_;
  std::pmr::vector<MemoryChange> changes_;  ///< in the order of the Program
  MemoryListener* listener_;
};

}  // namespace protm::rig
