// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/pwr_control.h"

namespace protm::gpu {

using vocab::Latency;
using vocab::PwrCommandType;
using vocab::PwrDomain;
using vocab::PwrIrq;

namespace {

constexpr PwrDomain kDomains[] = {PwrDomain::l2, PwrDomain::tiler, PwrDomain::shader};

PowerDomain power_domain(PwrDomain domain) {
  switch (domain) {
    case PwrDomain::l2:
      return PowerDomain::l2;
    case PwrDomain::tiler:
      return PowerDomain::tiler;
    case PwrDomain::shader:
      return PowerDomain::shader;
    default:
      return PowerDomain::count;
  }
}

}  // namespace

bool PwrControl::allowed(PwrDomain domain) const {
  return (delegated_ & vocab::pwr_allowed(domain)) == 0;
}

std::uint64_t PwrControl::status() const {
  std::uint32_t low = 0;
  for (const PwrDomain domain : kDomains) {
    low |= allowed(domain) ? vocab::pwr_allowed(domain) : vocab::pwr_delegated(domain);
  }
  bool pending = false;
  for (const PwrDomain domain : kDomains) pending |= gpu_.trans(power_domain(domain)) != 0;
  const auto high = vocab::Word<vocab::PwrStatusHi>{}
                        .with(vocab::PwrStatusHi::allow_soft_reset, true)
                        .with(vocab::PwrStatusHi::power_pending, pending)
                        .with(vocab::PwrStatusHi::retract_pending, retract_pending_ != 0);
  return low | std::uint64_t{high.raw()} << 32;
}

std::uint32_t PwrControl::read(std::uint32_t offset) const {
  const auto half = [offset](std::uint64_t value) {
    return static_cast<std::uint32_t>((offset & 4) != 0 ? value >> 32 : value);
  };
  if (offset == vocab::kPwrStatusLo.offset || offset == vocab::kPwrStatusHi.offset) {
    return half(status());
  }
  if (offset == vocab::kPwrCmdargLo.offset || offset == vocab::kPwrCmdargHi.offset) {
    return half(cmdarg_);
  }
  for (const PwrDomain domain : kDomains) {
    const std::uint32_t present = vocab::pwr_present(domain);
    const PowerDomain power = power_domain(domain);
    const std::uint32_t reg = (offset & ~4u) - present;
    if (reg == 0) return half(gpu_.present(power));
    if (reg == vocab::kPwrReady || reg == vocab::kPwrActive) return half(gpu_.ready(power));
    if (reg == vocab::kPwrTrans) return half(gpu_.trans(power));
  }
  return 0;
}

PwrAction PwrControl::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case vocab::kPwrCmdargLo.offset:
      cmdarg_ = (cmdarg_ & ~0xffffffffull) | value;
      return PwrAction::none;
    case vocab::kPwrCmdargHi.offset:
      cmdarg_ = (cmdarg_ & 0xffffffffull) | std::uint64_t{value} << 32;
      return PwrAction::none;
    case vocab::kPwrCommand.offset:
      return command(value);
    default:
      return PwrAction::none;
  }
}

PwrAction PwrControl::command(std::uint32_t value) {
  const vocab::Word<vocab::PwrCommand> word(value);
  const auto type = word[vocab::PwrCommand::type];
  if (type == PwrCommandType::reset_soft) return PwrAction::soft_reset;
  const PwrDomain domain = word[vocab::PwrCommand::domain];
  const bool known = type == PwrCommandType::power_up || type == PwrCommandType::power_down ||
                     type == PwrCommandType::delegate || type == PwrCommandType::retract;
  const auto refuse = [&](std::uint32_t event) {
    const bool invalid = event == PwrIrq::command_invalid.mask;
    core_.observe(vocab::ObservationKind::rule_power_command_refused, value, invalid ? 1 : 0);
    core_.pwr.raise(event);
  };
  const bool other_parts = word[vocab::PwrCommand::subdomain] != parts_of(type, domain);
  if ((!known || other_parts) && type != PwrCommandType::reset_fast &&
      type != PwrCommandType::inspect) {
    refuse(PwrIrq::command_invalid.mask);
  } else if (!known || power_domain(domain) == PowerDomain::count || !start(type, domain)) {
    refuse(PwrIrq::command_not_allowed.mask);
  }
  return PwrAction::none;
}

std::uint32_t PwrControl::parts_of(PwrCommandType type, PwrDomain domain) const {
  const bool switches = type == PwrCommandType::power_up || type == PwrCommandType::power_down;
  const bool rtu = (core_.config.gpu_features & vocab::kGpuFeatureRayTraversal) != 0;
  return switches && rtu && domain == PwrDomain::shader ? vocab::kPwrSubdomainRtu : 0;
}

bool PwrControl::start(PwrCommandType type, PwrDomain domain) {
  if (core_.in_reset()) return false;
  const bool l2 = domain == PwrDomain::l2;
  const auto change = [&](std::uint32_t on) {
    gpu_.change_power(static_cast<std::uint32_t>(power_domain(domain)), cmdarg_, on);
    return true;
  };
  const auto hand_over = [&](std::uint32_t on) {
    const auto stuck = core_.play(vocab::FaultKind::stuck_power);
    if (stuck && stuck->value_ns == 0) return true;
    core_.after(core_.latency(Latency::power) + (stuck ? stuck->value_ns : 0),
                {.kind = EventKind::pwr_delegation,
                 .a = static_cast<std::uint32_t>(domain),
                 .b = on});
    return true;
  };
  switch (type) {
    case PwrCommandType::power_up:
      return allowed(domain) && (l2 || gpu_.l2_ready()) && change(1);
    case PwrCommandType::power_down:
      if (l2 && (gpu_.ready(PowerDomain::shader) | gpu_.ready(PowerDomain::tiler)) != 0) {
        return false;
      }
      return allowed(domain) && change(0);
    case PwrCommandType::delegate:
      return !l2 && allowed(domain) && gpu_.l2_ready() && hand_over(1);
    default:
      if (l2 || allowed(domain) || retract_pending_ != 0) return false;
      retract_pending_ = 1;
      return hand_over(0);
  }
}

void PwrControl::delegation_done(std::uint32_t domain, std::uint32_t on) {
  const std::uint32_t bit = vocab::pwr_allowed(static_cast<PwrDomain>(domain));
  delegated_ = on != 0 ? delegated_ | bit : delegated_ & ~bit;
  std::uint32_t raised = PwrIrq::delegation_changed.mask;
  if (on == 0) {
    retract_pending_ = 0;
    raised |= PwrIrq::retract_completed.mask;
  }
  core_.pwr.raise(raised);
}

void PwrControl::reset() {
  delegated_ = 0;
  retract_pending_ = 0;
  core_.events.cancel(EventKind::pwr_delegation);
}

}  // namespace protm::gpu
