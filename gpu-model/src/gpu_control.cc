// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/gpu_control.h"

#include "gpu-model/vocab/regs/mmu_control.h"

namespace protm::gpu {

using vocab::Latency;
using vocab::ObservationKind;

namespace {

// Each power register bank has the domains shader, tiler, L2 at a distance of 16 bytes.
constexpr std::uint32_t kDomainStride =
    vocab::kTilerPresentLo.offset - vocab::kShaderPresentLo.offset;
constexpr std::uint32_t kBank = kDomainStride * 3;

/// A GPU of an architecture before the command stream frontend came.
constexpr std::uint32_t kForeignGpuId =
    vocab::Word<vocab::GpuId>{}.with(vocab::GpuId::arch_major, 7).raw();

bool in_bank(std::uint32_t offset, std::uint32_t first) {
  return offset >= first && offset < first + kBank;
}

}  // namespace

std::uint64_t GpuControl::present(PowerDomain domain) const {
  switch (domain) {
    case PowerDomain::shader:
      return core_.config.shader_present;
    case PowerDomain::tiler:
      return core_.config.tiler_present;
    default:
      return core_.config.l2_present;
  }
}

std::uint32_t GpuControl::read_power(std::uint32_t offset) const {
  if (core_.has_pwr_control()) return 0;
  const bool high = (offset & 4) != 0;
  const std::uint32_t domain = offset % (kDomainStride * 4) / kDomainStride;
  if (domain >= domains_.size()) return 0;
  const Domain& d = domains_[domain];
  if (in_bank(offset, vocab::kShaderPresentLo.offset)) {
    return half(present(static_cast<PowerDomain>(domain)), high);
  }
  if (in_bank(offset, vocab::kShaderReadyLo.offset)) return half(d.ready, high);
  if (in_bank(offset, vocab::kShaderPwrtransLo.offset)) return half(d.trans, high);
  if (in_bank(offset, vocab::kShaderPwractiveLo.offset)) return half(d.ready, high);
  return 0;
}

std::uint32_t GpuControl::read(std::uint32_t offset) const {
  const auto& c = core_.config;
  if (in_bank(offset, vocab::kTextureFeatures0.offset) &&
      offset <= vocab::kTextureFeatures3.offset) {
    return c.texture_features[(offset - vocab::kTextureFeatures0.offset) / 4];
  }
  switch (offset) {
    case vocab::kGpuId.offset:
      return core_.play(vocab::FaultKind::unknown_gpu) ? kForeignGpuId : c.gpu_id;
    case vocab::kL2Features.offset:
      return c.l2_features;
    case vocab::kCoreFeatures.offset:
      return c.core_features;
    case vocab::kTilerFeatures.offset:
      return c.tiler_features;
    case vocab::kMemFeatures.offset:
      return c.mem_features;
    case vocab::kMmuFeatures.offset:
      return c.mmu_features;
    case vocab::kAsPresent.offset:
      return c.as_present;
    case vocab::kCsfId.offset:
      return c.csf_id;
    case vocab::kGpuStatus.offset:
      return vocab::Word<vocab::GpuStatus>{}
          .with(vocab::GpuStatus::protm_active, core_.in_protm())
          .with(vocab::GpuStatus::page_fault, (core_.mmu.raw() & vocab::kMmuIrqPageFaultMask) != 0)
          .raw();
    case vocab::kL2Config.offset:
      return l2_config_;
    case vocab::kGpuFeaturesLo.offset:
      return half(c.gpu_features, false);
    case vocab::kGpuFeaturesHi.offset:
      return half(c.gpu_features, true);
    case vocab::kTimestampOffsetLo.offset:
      return half(timestamp_offset_, false);
    case vocab::kTimestampOffsetHi.offset:
      return half(timestamp_offset_, true);
    case vocab::kCycleCountLo.offset:
      return half(core_.ticks(c.core_hz), false);
    case vocab::kCycleCountHi.offset:
      return half(core_.ticks(c.core_hz), true);
    case vocab::kTimestampLo.offset:
      return half(core_.ticks(c.timestamp_hz), false);
    case vocab::kTimestampHi.offset:
      return half(core_.ticks(c.timestamp_hz), true);
    case vocab::kThreadMaxThreads.offset:
      return c.thread_max_threads;
    case vocab::kThreadMaxWorkgroupSize.offset:
      return c.thread_max_workgroup_size;
    case vocab::kThreadMaxBarrierSize.offset:
      return c.thread_max_barrier_size;
    case vocab::kThreadFeatures.offset:
      return c.thread_features;
    case vocab::kRevidr.offset:
      return c.revidr;
    case vocab::kCoherencyFeatures.offset:
      return c.coherency_features;
    case vocab::kCoherencyEnable.offset:
      return coherency_;
    default:
      return read_power(offset);
  }
}

void GpuControl::write(std::uint32_t offset, std::uint32_t value) {
  const std::uint64_t bits = (offset & 4) != 0 ? std::uint64_t{value} << 32 : value;
  const std::uint32_t domain = offset % (kDomainStride * 4) / kDomainStride;
  if (!core_.has_pwr_control()) {
    if (in_bank(offset, vocab::kShaderPwronLo.offset)) return change_power(domain, bits, 1);
    if (in_bank(offset, vocab::kShaderPwroffLo.offset)) return change_power(domain, bits, 0);
  }
  switch (offset) {
    case vocab::kL2Config.offset:
      l2_config_ = value;
      break;
    case vocab::kCoherencyEnable.offset:
      coherency_ = value;
      break;
    case vocab::kTimestampOffsetLo.offset:
      timestamp_offset_ = (timestamp_offset_ & ~0xffffffffull) | value;
      break;
    case vocab::kTimestampOffsetHi.offset:
      timestamp_offset_ = (timestamp_offset_ & 0xffffffffull) | std::uint64_t{value} << 32;
      break;
    default:
      break;
  }
}

void GpuControl::change_power(std::uint32_t domain, std::uint64_t bits, std::uint32_t on) {
  if (domain >= domains_.size() || core_.in_reset()) return;
  Domain& d = domains_[domain];
  const std::uint64_t wanted = bits & present(static_cast<PowerDomain>(domain));
  const std::uint64_t change = on != 0 ? wanted & ~d.ready : wanted & d.ready;
  if (change == 0) return;
  d.trans |= change;
  d.target = on != 0 ? d.target | change : d.target & ~change;
  if (on == 0) d.ready &= ~change;
  if (on == 0 && static_cast<PowerDomain>(domain) == PowerDomain::l2) set_cores(0, 0);
  const auto stuck = core_.play(vocab::FaultKind::stuck_power);
  if (stuck && stuck->value_ns == 0) return;
  core_.after(core_.latency(Latency::power) + (stuck ? stuck->value_ns : 0),
              {.kind = EventKind::power_done, .a = domain, .b = on});
}

void GpuControl::set_cores(std::uint64_t shader, std::uint64_t tiler) {
  const auto set = [&](PowerDomain domain, std::uint64_t cores) {
    Domain& d = domains_[static_cast<std::size_t>(domain)];
    const std::uint64_t ready = cores & present(domain);
    if (d.ready == ready) return;
    d.ready = ready;
    core_.observe(ObservationKind::power_changed, static_cast<std::uint32_t>(domain), 0, ready);
    power_irq();
  };
  set(PowerDomain::shader, shader);
  set(PowerDomain::tiler, tiler);
}

void GpuControl::power_done(std::uint32_t domain, std::uint32_t on) {
  Domain& d = domains_[domain];
  d.ready = on != 0 ? d.ready | (d.trans & d.target) : d.ready & ~d.trans;
  d.trans = 0;
  core_.observe(ObservationKind::power_changed, domain, 0, d.ready);
  power_irq();
}

void GpuControl::power_irq() {
  if (core_.has_pwr_control()) {
    core_.pwr.raise(vocab::PwrIrq::power_changed_single.mask |
                    vocab::PwrIrq::power_changed_all.mask);
  } else {
    core_.gpu.raise(vocab::GpuIrq::power_changed_single.mask |
                    vocab::GpuIrq::power_changed_all.mask);
  }
}

void GpuControl::flush(std::uint32_t payload) {
  core_.observe(ObservationKind::flush_caches, payload, core_.in_protm() ? 1 : 0);
  if (core_.in_protm()) core_.observe(ObservationKind::rule_flush_while_active, payload);
  const bool clean_inv_l2 = (payload & 3) == 3;
  if (clean_inv_l2) core_.flush_id = (core_.flush_id + 1) & 0xffffff;
  const auto stuck = core_.play(vocab::FaultKind::stuck_flush);
  if (stuck && stuck->value_ns == 0) return;
  core_.after(core_.latency(Latency::flush) + (stuck ? stuck->value_ns : 0),
              {.kind = EventKind::flush_done});
}

void GpuControl::flush_done() { core_.gpu.raise(vocab::GpuIrq::clean_caches_completed.mask); }

void GpuControl::set_counter(std::uint32_t on) { counter_on_ = on; }

void GpuControl::reset() {
  domains_ = {};
  coherency_ = 0;
  counter_on_ = 0;
  core_.events.cancel(EventKind::power_done);
  core_.events.cancel(EventKind::flush_done);
}

}  // namespace protm::gpu
