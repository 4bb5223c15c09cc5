// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/irq.h"

namespace protm::reference {

using contract::SpinGuard;

int IrqBlock::request(const Ptr<IrqBlock>& self, Handler handler, void* ctx) {
  handler_ = handler;
  ctx_ = ctx;
  return k_.request_irq(line_, &IrqBlock::hard_half, this,
                        contract::bind<&IrqBlock::threaded_half>(self), role_);
}

void IrqBlock::set_mask(std::uint32_t bits) {
  k_.assert_held(mask_lock_);
  k_.write32(base_ + kMask, bits);
}

void IrqBlock::want(std::uint32_t bits) {
  k_.assert_held(mask_lock_);
  mask_ = bits;
}

contract::IrqReturn IrqBlock::hard_half(void* ctx) {
  IrqBlock& irq = *static_cast<IrqBlock*>(ctx);
  SpinGuard lock(irq.k_, irq.mask_lock_);
  if (irq.state_ != State::active) return contract::IrqReturn::none;
  if (irq.status() == 0) return contract::IrqReturn::none;
  irq.state_ = State::processing;
  irq.set_mask(0);
  return contract::IrqReturn::wake_thread;
}

void IrqBlock::threaded_half() {
  for (;;) {
    const std::uint32_t pending = rawstat() & mask_;
    if (pending == 0) break;
    handler_(ctx_, pending);
  }
  SpinGuard lock(k_, mask_lock_);
  if (state_ == State::processing) {
    state_ = State::active;
    set_mask(mask_);
  }
}

void IrqBlock::suspend() {
  {
    SpinGuard lock(k_, mask_lock_);
    state_ = State::silent;
    set_mask(0);
  }
  k_.synchronize_irq(line_);
}

void IrqBlock::resume(std::uint32_t bits) {
  SpinGuard lock(k_, mask_lock_);
  want(bits);
  state_ = State::active;
  k_.write32(base_ + kClear, mask_);
  set_mask(mask_);
}

void IrqBlock::enable_events(std::uint32_t bits) {
  SpinGuard lock(k_, mask_lock_);
  want(mask_ | bits);
  if (state_ == State::active) set_mask(mask_);
}

void IrqBlock::disable_events(std::uint32_t bits) {
  SpinGuard lock(k_, mask_lock_);
  want(mask_ & ~bits);
}

}  // namespace protm::reference
