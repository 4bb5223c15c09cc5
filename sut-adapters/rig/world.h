// SPDX-License-Identifier: GPL-2.0-only
// The World: one reserved address range that holds all mutable state of rig, Host and in-process
// driver. Its allocator's own state lives inside, so a restore is a copy of bytes to the same
// addresses. Not for task stacks: a snapshot is taken only when no task exists.
// Source: design.md section 4, decisions.md 20.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <utility>
#include <vector>

namespace protm::rig {

/// Where Worlds lie. Several, because no address may matter to a trace, and a test holds that.
inline constexpr std::uint64_t kWorldBaseA = 0x2000'0000'0000;
inline constexpr std::uint64_t kWorldBaseB = 0x2100'0000'0000;
inline constexpr std::uint64_t kWorldBaseC = 0x2200'0000'0000;
inline constexpr std::size_t kWorldBytes = std::size_t{256} << 20;

class World final : public std::pmr::memory_resource {
 public:
  /// Reserves the range at exactly `base`. Errors: aborts when the range is taken.
  explicit World(std::uint64_t base = kWorldBaseA, std::size_t bytes = kWorldBytes);
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Constructs a T that lives until the next clear or restore; its destructor never runs.
  template <class T, class... A>
  T* make(A&&... a) {
    return new (allocate(sizeof(T), alignof(T))) T(std::forward<A>(a)...);
  }
  /// Back to an empty World. Bytes are zero again when they are handed out.
  void clear();
  /// Remembers the present bytes. Only when no task exists: a stack could point in here.
  void snapshot();
  [[nodiscard]] bool has_snapshot() const { return !image_.empty(); }
  /// Puts the bytes of the last snapshot back. Bytes allocated since then are zero again when they
  /// are handed out.
  void restore();
  /// Bytes in use, and a digest of them (compare within one process only).
  [[nodiscard]] std::size_t used() const;
  [[nodiscard]] std::uint64_t digest() const;
  [[nodiscard]] const std::byte* data() const { return base_; }
  /// Live bytes handed out and not freed: flat over a long run of a right driver.
  [[nodiscard]] std::size_t live_bytes() const;

 private:
  void* do_allocate(std::size_t bytes, std::size_t align) override;
  void do_deallocate(void* p, std::size_t bytes, std::size_t align) override;
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  struct Head;  // allocator state, first thing in the range
  Head* head() const;
  void start();
  void raise_top(Head& head, std::size_t to);
  std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t stale_to_ = 0;  ///< bytes behind the top and below this may not be zero
  std::vector<std::byte> image_;
};

}  // namespace protm::rig
