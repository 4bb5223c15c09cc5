// SPDX-License-Identifier: GPL-2.0-only
// One interrupt block (GPU, MMU, JOB or PWR): a hard half that silences the line, a threaded half
// that handles RAWSTAT & mask until nothing is left, then opens the mask again.
// Handlers clear what they handled by themselves.
// Leaves out: tracing.
// Source: panthor_device.h PANTHOR_IRQ_HANDLER (7.3); facts-driver-7x.md 2.
#pragma once

#include "oracle/reference/list.h"
#include "sut-adapters/contract/kernel.h"

namespace protm::reference {

using contract::Kernel;

class IrqBlock {
 public:
  using Handler = void (*)(void* ctx, std::uint32_t status);

  /// `base` is the offset of RAWSTAT; CLEAR, MASK and STATUS follow it.
  IrqBlock(Kernel& kernel, contract::IrqLine line, std::uint32_t base, const char* role)
      : k_(kernel), line_(line), base_(base), role_(role) {}

  /// Installs the two halves, up to the unbind, for a block that is silent until resume(). `self`
  /// shares the life of the owner.
  int request(const Ptr<IrqBlock>& self, Handler handler, void* ctx);
  /// No handler touches a register once this returned.
  void suspend();
  /// Drops what was latched meanwhile and opens the mask for `bits` and nothing else.
  void resume(std::uint32_t bits);
  void enable_events(std::uint32_t bits);
  /// For handlers: the register is zero while one runs.
  void disable_events(std::uint32_t bits);
  /// Writes CLEAR for `bits`, for handlers.
  void clear(std::uint32_t bits) { k_.write32(base_ + kClear, bits); }
  [[nodiscard]] std::uint32_t rawstat() { return k_.read32(base_ + kRawstat); }
  [[nodiscard]] std::uint32_t status() { return k_.read32(base_ + kStatus); }

 private:
  enum class State : std::uint8_t { silent, active, processing };
  static constexpr std::uint32_t kRawstat = 0, kClear = 4, kMask = 8, kStatus = 12;

  static contract::IrqReturn hard_half(void* ctx);
  void threaded_half();
  /// Under mask_lock: both halves and every other user of the block write it.
  void set_mask(std::uint32_t bits);
  /// What the register holds but while a handler runs. Under mask_lock.
  void want(std::uint32_t bits);

  Kernel& k_;
  contract::IrqLine line_;
  std::uint32_t base_;
  const char* role_;
  contract::SpinLock mask_lock_{.role = "irq.mask_lock"};
  State state_{};
  std::uint32_t mask_{};
  Handler handler_ = nullptr;
  void* ctx_ = nullptr;
};

}  // namespace protm::reference
