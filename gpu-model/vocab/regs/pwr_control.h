// SPDX-License-Identifier: GPL-2.0-only
// PWR_CONTROL (0x800-0xfff), from architecture 14 on: who may switch which power domain, the
// commands that do it, the interrupt block that tells, and the power state of the domains. It
// takes the place of the power registers and of the reset command of GPU_CONTROL.
// Leaves out: INSPECT and what a sub-domain is.
// Source: panthor_pwr_regs.h, panthor_pwr.c (7.3); facts-gpu.md 4.1.
#pragma once

#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/register.h"

namespace protm::vocab {

/// First architecture whose power is switched by PWR_CONTROL.
inline constexpr std::uint32_t kFirstPwrControlArch = 14;
[[nodiscard]] constexpr bool has_pwr_control(std::uint32_t gpu_id) {
  return Word<GpuId>{gpu_id}[GpuId::arch_major] >= kFirstPwrControlArch;
}

/// Shared by PWR_IRQ_{RAWSTAT,CLEAR,MASK,STATUS}.
struct PwrIrq {
  static constexpr Field<PwrIrq, 0> power_changed_single{"POWER_CHANGED_SINGLE"};
  static constexpr Field<PwrIrq, 1> power_changed_all{"POWER_CHANGED_ALL"};
  static constexpr Field<PwrIrq, 2> delegation_changed{"DELEGATION_CHANGED"};
  static constexpr Field<PwrIrq, 3> reset_completed{"RESET_COMPLETED"};
  static constexpr Field<PwrIrq, 4> retract_completed{"RETRACT_COMPLETED"};
  static constexpr Field<PwrIrq, 5> inspect_completed{"INSPECT_COMPLETED"};
  static constexpr Field<PwrIrq, 30> command_not_allowed{"COMMAND_NOT_ALLOWED"};
  static constexpr Field<PwrIrq, 31> command_invalid{"COMMAND_INVALID"};
  static constexpr auto fields =
      field_list(power_changed_single, power_changed_all, delegation_changed, reset_completed,
                 retract_completed, inspect_completed, command_not_allowed, command_invalid);
};

/// Numbers of the domains, in commands and as bits of PWR_STATUS.
enum class PwrDomain : std::uint32_t { l2 = 0, tiler = 1, shader = 8, base = 14, stack = 15 };

/// PWR_STATUS, low word: bit of the domain = a command is allowed, 16 above = delegated to the MCU.
[[nodiscard]] constexpr std::uint32_t pwr_allowed(PwrDomain domain) {
  return 1u << static_cast<std::uint32_t>(domain);
}
[[nodiscard]] constexpr std::uint32_t pwr_delegated(PwrDomain domain) {
  return pwr_allowed(domain) << 16;
}
struct PwrStatus {
  static constexpr Field<PwrStatus, 0> allow_l2{"ALLOW_L2"};
  static constexpr Field<PwrStatus, 1> allow_tiler{"ALLOW_TILER"};
  static constexpr Field<PwrStatus, 8> allow_shader{"ALLOW_SHADER"};
  static constexpr Field<PwrStatus, 17> delegated_tiler{"DELEGATED_TILER"};
  static constexpr Field<PwrStatus, 24> delegated_shader{"DELEGATED_SHADER"};
  static constexpr auto fields =
      field_list(allow_l2, allow_tiler, allow_shader, delegated_tiler, delegated_shader);
};
/// PWR_STATUS, high word.
struct PwrStatusHi {
  static constexpr Field<PwrStatusHi, 1> allow_soft_reset{"ALLOW_SOFT_RESET"};
  static constexpr Field<PwrStatusHi, 2> allow_fast_reset{"ALLOW_FAST_RESET"};
  static constexpr Field<PwrStatusHi, 9> power_pending{"POWER_PENDING"};
  static constexpr Field<PwrStatusHi, 10> reset_pending{"RESET_PENDING"};
  static constexpr Field<PwrStatusHi, 11> retract_pending{"RETRACT_PENDING"};
  static constexpr Field<PwrStatusHi, 12> inspect_pending{"INSPECT_PENDING"};
  static constexpr auto fields = field_list(allow_soft_reset, allow_fast_reset, power_pending,
                                            reset_pending, retract_pending, inspect_pending);
};

/// PWR_COMMAND.
enum class PwrCommandType : std::uint32_t {
  power_up = 0x10,
  power_down = 0x11,
  delegate = 0x20,
  retract = 0x21,
  reset_soft = 0x31,
  reset_fast = 0x32,
  inspect = 0xf0,
};
struct PwrCommand {
  static constexpr Field<PwrCommand, 7, 0, PwrCommandType> type{"TYPE"};
  static constexpr Field<PwrCommand, 15, 8, PwrDomain> domain{"DOMAIN"};
  static constexpr Field<PwrCommand, 31, 16> subdomain{"SUBDOMAIN"};
  static constexpr auto fields = field_list(type, domain, subdomain);
};
/// Sub-domain of SHADER on a GPU with ray traversal units.
inline constexpr std::uint32_t kPwrSubdomainRtu = 1;
/// GPU_FEATURES bit of those.
inline constexpr std::uint64_t kGpuFeatureRayTraversal = 1u << 5;

inline constexpr std::uint32_t kPwrBase = 0x800;

template <class Layout>
[[nodiscard]] consteval Reg<Layout> pwr_reg(std::uint32_t at, std::string_view name, Access access,
                                            std::string_view source) {
  return {.offset = kPwrBase + at, .name = name, .access = access, .reset = 0, .source = source};
}
inline constexpr auto kPwrIrqRawstat =
    pwr_reg<PwrIrq>(0x00, "PWR_IRQ_RAWSTAT", Access::rw, "panthor_pwr_regs.h PWR_INT_BASE");
inline constexpr auto kPwrIrqClear =
    pwr_reg<PwrIrq>(0x04, "PWR_IRQ_CLEAR", Access::w1c, "panthor_pwr_regs.h PWR_INT_BASE");
inline constexpr auto kPwrIrqMask =
    pwr_reg<PwrIrq>(0x08, "PWR_IRQ_MASK", Access::rw, "panthor_pwr_regs.h PWR_INT_BASE");
inline constexpr auto kPwrIrqStatus =
    pwr_reg<PwrIrq>(0x0c, "PWR_IRQ_STATUS", Access::ro, "panthor_pwr_regs.h PWR_INT_BASE");
inline constexpr auto kPwrStatusLo =
    pwr_reg<PwrStatus>(0x20, "PWR_STATUS_LO", Access::ro, "panthor_pwr_regs.h PWR_STATUS");
inline constexpr auto kPwrStatusHi =
    pwr_reg<PwrStatusHi>(0x24, "PWR_STATUS_HI", Access::ro, "panthor_pwr_regs.h PWR_STATUS");
inline constexpr auto kPwrCommand =
    pwr_reg<PwrCommand>(0x28, "PWR_COMMAND", Access::cmd, "panthor_pwr_regs.h PWR_COMMAND");
inline constexpr auto kPwrCmdargLo =
    pwr_reg<RawLayout>(0x30, "PWR_CMDARG_LO", Access::rw, "panthor_pwr_regs.h PWR_CMDARG");
inline constexpr auto kPwrCmdargHi =
    pwr_reg<RawLayout>(0x34, "PWR_CMDARG_HI", Access::rw, "panthor_pwr_regs.h PWR_CMDARG");
inline constexpr auto kPwrL2PresentLo =
    pwr_reg<RawLayout>(0x100, "PWR_L2_PRESENT_LO", Access::ro, "panthor_pwr_regs.h PWR_L2_PRESENT");
inline constexpr auto kPwrL2ReadyLo =
    pwr_reg<RawLayout>(0x108, "PWR_L2_READY_LO", Access::ro, "panthor_pwr_regs.h PWR_L2_READY");
inline constexpr auto kPwrL2PwrtransLo = pwr_reg<RawLayout>(
    0x110, "PWR_L2_PWRTRANS_LO", Access::ro, "panthor_pwr_regs.h PWR_L2_PWRTRANS");
inline constexpr auto kPwrTilerPresentLo = pwr_reg<RawLayout>(
    0x140, "PWR_TILER_PRESENT_LO", Access::ro, "panthor_pwr_regs.h PWR_TILER_PRESENT");
inline constexpr auto kPwrTilerReadyLo = pwr_reg<RawLayout>(
    0x148, "PWR_TILER_READY_LO", Access::ro, "panthor_pwr_regs.h PWR_TILER_READY");
inline constexpr auto kPwrTilerPwrtransLo = pwr_reg<RawLayout>(
    0x150, "PWR_TILER_PWRTRANS_LO", Access::ro, "panthor_pwr_regs.h PWR_TILER_PWRTRANS");
inline constexpr auto kPwrShaderPresentLo = pwr_reg<RawLayout>(
    0x200, "PWR_SHADER_PRESENT_LO", Access::ro, "panthor_pwr_regs.h PWR_SHADER_PRESENT");
inline constexpr auto kPwrShaderReadyLo = pwr_reg<RawLayout>(
    0x208, "PWR_SHADER_READY_LO", Access::ro, "panthor_pwr_regs.h PWR_SHADER_READY");
inline constexpr auto kPwrShaderPwrtransLo = pwr_reg<RawLayout>(
    0x210, "PWR_SHADER_PWRTRANS_LO", Access::ro, "panthor_pwr_regs.h PWR_SHADER_PWRTRANS");

/// Distance of READY, PWRTRANS and PWRACTIVE from a domain's PRESENT.
inline constexpr std::uint32_t kPwrReady = kPwrL2ReadyLo.offset - kPwrL2PresentLo.offset;
inline constexpr std::uint32_t kPwrTrans = kPwrL2PwrtransLo.offset - kPwrL2PresentLo.offset;
inline constexpr std::uint32_t kPwrActive = 3 * kPwrReady;

/// Offset of a domain's PRESENT register; 0 for a domain that the table leaves out.
[[nodiscard]] constexpr std::uint32_t pwr_present(PwrDomain domain) {
  switch (domain) {
    case PwrDomain::l2:
      return kPwrL2PresentLo.offset;
    case PwrDomain::tiler:
      return kPwrTilerPresentLo.offset;
    case PwrDomain::shader:
      return kPwrShaderPresentLo.offset;
    default:
      return 0;
  }
}

inline constexpr std::array kPwrControl{
    info(kPwrIrqRawstat),      info(kPwrIrqClear),       info(kPwrIrqMask),
    info(kPwrIrqStatus),       info(kPwrStatusLo),       info(kPwrStatusHi),
    info(kPwrCommand),         info(kPwrCmdargLo),       info(kPwrCmdargHi),
    info(kPwrL2PresentLo),     info(kPwrL2ReadyLo),      info(kPwrL2PwrtransLo),
    info(kPwrTilerPresentLo),  info(kPwrTilerReadyLo),   info(kPwrTilerPwrtransLo),
    info(kPwrShaderPresentLo), info(kPwrShaderReadyLo),  info(kPwrShaderPwrtransLo),
};
static_assert(well_formed(kPwrControl));

}  // namespace protm::vocab
