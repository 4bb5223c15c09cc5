// SPDX-License-Identifier: GPL-2.0-only
// GPU_CONTROL: constant registers, counters, cache flush, power domains, reset completion.
// On a GPU with PWR_CONTROL the power registers here read zero and keep nothing.
// Leaves out: fast reset, FLUSH_PA_RANGE, quirk registers (they keep nothing), the time that the
// firmware takes to switch cores, GPU_STATUS.GPU_ACTIVE; CYCLE_COUNT runs whether it is enabled or
// not.
// Assumption: a soft reset loses power, COHERENCY_ENABLE and counters, and keeps IRQ masks; power
// that is asked for while it runs stays as it is.
// Source: facts-gpu.md 2-4.
#pragma once

#include <array>
#include <cstdint>

#include "gpu-model/src/core.h"

namespace protm::gpu {

enum class PowerDomain : std::uint32_t { shader, tiler, l2, count };

class GpuControl {
 public:
  explicit GpuControl(Core& core) : core_(core) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  /// Registers other than GPU_COMMAND, GPU_IRQ and MCU_CONTROL.
  void write(std::uint32_t offset, std::uint32_t value);
  void flush(std::uint32_t payload);
  void flush_done();
  void set_counter(std::uint32_t on);
  void power_irq();
  void power_done(std::uint32_t domain, std::uint32_t on);
  void reset();
  [[nodiscard]] bool l2_ready() const {
    return ready(PowerDomain::l2) != 0;
  }
  [[nodiscard]] std::uint64_t present(PowerDomain domain) const;
  [[nodiscard]] std::uint64_t ready(PowerDomain domain) const {
    return domains_[static_cast<std::size_t>(domain)].ready;
  }
  [[nodiscard]] std::uint64_t trans(PowerDomain domain) const {
    return domains_[static_cast<std::size_t>(domain)].trans;
  }
  /// Shader and tiler cores that the firmware switches by itself, at once.
  void set_cores(std::uint64_t shader, std::uint64_t tiler);
  /// Starts a transition of the cores in `bits` that are not yet where they shall be.
  void change_power(std::uint32_t domain, std::uint64_t bits, std::uint32_t on);

 private:
  /// TIMESTAMP_OFFSET at power-on. Assumption: any value; 0 would look like one that nobody read.
  static constexpr std::uint64_t kFirstOffset = 5ull << 32 | 77;
  struct Domain {
    std::uint64_t ready;
    std::uint64_t trans;
    std::uint64_t target;
  };
  [[nodiscard]] std::uint32_t read_power(std::uint32_t offset) const;

  Core& core_;
  std::array<Domain, static_cast<std::size_t>(PowerDomain::count)> domains_{};
  std::uint64_t timestamp_offset_ = kFirstOffset;
  std::uint32_t coherency_ = 0;
  std::uint32_t counter_on_ = 0;
  std::uint32_t l2_config_ = 0;
  std::uint32_t reserved_ = 0;
};

}  // namespace protm::gpu
