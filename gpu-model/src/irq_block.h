// SPDX-License-Identifier: GPL-2.0-only
// RAWSTAT, CLEAR, MASK, STATUS and the level line of one interrupt block; JOB, MMU and GPU have
// one each. A held bit comes back as soon as it is cleared: a level source, not an edge.
// Leaves out: interrupt controllers and delivery (Host).
// Source: facts-gpu.md 3, 6, 7.1, 10.
#pragma once

#include <cstdint>

namespace protm::gpu {

class IrqBlock {
 public:
  /// Latches bits, as a source of the block does.
  void raise(std::uint32_t bits) { raw_ |= bits; }
  /// A source that stays asserted until release().
  void hold(std::uint32_t bits) {
    held_ |= bits;
    raw_ |= bits;
  }
  void release(std::uint32_t bits) { held_ &= ~bits; }

  /// Write of 1s to CLEAR.
  void clear(std::uint32_t bits) { raw_ = (raw_ & ~bits) | held_; }
  void set_mask(std::uint32_t mask) {
    mask_ = mask;
    if (mask == 0) spurious_ = 0;
  }
  [[nodiscard]] std::uint32_t raw() const { return raw_; }
  [[nodiscard]] std::uint32_t mask() const { return mask_; }
  [[nodiscard]] std::uint32_t status() const { return raw_ & mask_; }
  [[nodiscard]] std::uint32_t held() const { return held_; }
  /// Soft reset: latched bits go, sources that are held stay. Assumption: masks survive.
  void reset() { raw_ = held_; }

  /// Level of the line, with the faults that a spurious or a lost interrupt is.
  [[nodiscard]] std::uint32_t level() const {
    if (spurious_ != 0) return 1;
    return status() != 0 && (lost_ == 0 || (status() & ~lost_) != 0) ? 1 : 0;
  }
  /// No fault plays here, and the level is what was reported last.
  [[nodiscard]] bool steady() const {
    return spurious_ == 0 && lost_ == 0 && (status() != 0) == (last_level != 0);
  }
  /// Loses the present activation: the line stays low until another bit comes or STATUS is 0.
  void lose() { lost_ = status(); }
  void end_of_loss() {
    if (status() == 0 || (status() & ~lost_) != 0) lost_ = 0;
  }
  /// Raises the line without a cause until STATUS is read. A block of which all is masked stays
  /// silent: its driver would not look, and nobody else could take the line down.
  void spurious() { spurious_ = mask_ != 0 ? 1 : 0; }
  void end_spurious() { spurious_ = 0; }

  std::uint32_t last_level = 0;  // what was reported last

 private:
  std::uint32_t raw_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t held_ = 0;
  std::uint32_t lost_ = 0;
  std::uint32_t spurious_ = 0;
};

}  // namespace protm::gpu
