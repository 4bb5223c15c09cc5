// SPDX-License-Identifier: GPL-2.0-only
// PWR_CONTROL of architecture 14: commands that switch power domains or hand them to the MCU, and
// the status words that tell who may do what.
// Leaves out: fast reset and INSPECT (COMMAND_NOT_ALLOWED), domains BASE and STACK.
// Assumptions: the shader domain of a GPU with ray traversal is switched together with its
// sub-domain RTU, and any other SUBDOMAIN is COMMAND_INVALID; a domain can be delegated only while
// L2 has power; L2 cannot go down before the domains that hang on it; a soft reset takes every
// delegation back.
// Source: panthor_pwr.c (7.3); facts-gpu.md 4.1.
#pragma once

#include <cstdint>

#include "gpu-model/src/core.h"
#include "gpu-model/src/gpu_control.h"
#include "gpu-model/vocab/regs/pwr_control.h"

namespace protm::gpu {

/// What a register write asks of the machine as a whole.
enum class PwrAction : std::uint32_t { none, soft_reset };

class PwrControl {
 public:
  PwrControl(Core& core, GpuControl& gpu) : core_(core), gpu_(gpu) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  /// Registers other than those of the interrupt block.
  PwrAction write(std::uint32_t offset, std::uint32_t value);
  void delegation_done(std::uint32_t domain, std::uint32_t on);
  void reset();

 private:
  [[nodiscard]] std::uint64_t status() const;
  [[nodiscard]] bool allowed(vocab::PwrDomain domain) const;
  PwrAction command(std::uint32_t value);
  /// SUBDOMAIN as the command must have it.
  [[nodiscard]] std::uint32_t parts_of(vocab::PwrCommandType type, vocab::PwrDomain domain) const;
  bool start(vocab::PwrCommandType type, vocab::PwrDomain domain);

  Core& core_;
  GpuControl& gpu_;
  std::uint64_t cmdarg_ = 0;
  std::uint32_t delegated_ = 0;        // bit per domain
  std::uint32_t retract_pending_ = 0;  // RETRACT executes
};

}  // namespace protm::gpu
