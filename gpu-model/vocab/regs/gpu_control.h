// SPDX-License-Identifier: GPL-2.0-only
// GPU_CONTROL page (0x000-0xfff): identification, GPU_IRQ, commands, status, power and the MCU,
// Values of the identification registers come from MachineConfig. From architecture 14 on power
// and reset are elsewhere (pwr_control.h).
// Leaves out: performance counters, quirk registers.
// Source: panthor_regs.h (6.12), panthor_gpu_regs.h (7.3), tyr regs.rs; facts-gpu.md 2-5.
#pragma once

#include "gpu-model/vocab/regs/register.h"

namespace protm::vocab {

/// GPU_ID.
struct GpuId {
  static constexpr Field<GpuId, 3, 0> version_status{"VERSION_STATUS"};
  static constexpr Field<GpuId, 11, 4> version_minor{"VERSION_MINOR"};
  static constexpr Field<GpuId, 15, 12> version_major{"VERSION_MAJOR"};
  static constexpr Field<GpuId, 19, 16> product_major{"PRODUCT_MAJOR"};
  static constexpr Field<GpuId, 23, 20> arch_rev{"ARCH_REV"};
  static constexpr Field<GpuId, 27, 24> arch_minor{"ARCH_MINOR"};
  static constexpr Field<GpuId, 31, 28> arch_major{"ARCH_MAJOR"};
  static constexpr auto fields = field_list(version_status, version_minor, version_major,
                                            product_major, arch_rev, arch_minor, arch_major);
};

/// L2_FEATURES, each a power of two.
struct L2Features {
  static constexpr Field<L2Features, 7, 0> line_size{"LINE_SIZE"};
  static constexpr Field<L2Features, 15, 8> associativity{"ASSOCIATIVITY"};
  static constexpr Field<L2Features, 23, 16> cache_size{"CACHE_SIZE"};
  static constexpr Field<L2Features, 31, 24> bus_width{"BUS_WIDTH"};
  static constexpr auto fields = field_list(line_size, associativity, cache_size, bus_width);
};

/// MMU_FEATURES.
struct MmuFeatures {
  static constexpr Field<MmuFeatures, 7, 0> va_bits{"VA_BITS"};
  static constexpr Field<MmuFeatures, 15, 8> pa_bits{"PA_BITS"};
  static constexpr auto fields = field_list(va_bits, pa_bits);
};

/// Shared by GPU_IRQ_{RAWSTAT,CLEAR,MASK,STATUS}.
struct GpuIrq {
  static constexpr Field<GpuIrq, 0> gpu_fault{"GPU_FAULT"};
  static constexpr Field<GpuIrq, 1> protm_fault{"GPU_PROTECTED_FAULT"};
  static constexpr Field<GpuIrq, 8> reset_completed{"RESET_COMPLETED"};
  static constexpr Field<GpuIrq, 9> power_changed_single{"POWER_CHANGED_SINGLE"};
  static constexpr Field<GpuIrq, 10> power_changed_all{"POWER_CHANGED_ALL"};
  static constexpr Field<GpuIrq, 17> clean_caches_completed{"CLEAN_CACHES_COMPLETED"};
  static constexpr Field<GpuIrq, 18> doorbell_mirror{"DOORBELL_MIRROR"};
  static constexpr Field<GpuIrq, 19> mcu_status_changed{"MCU_STATUS_CHANGED"};
  static constexpr auto fields =
      field_list(gpu_fault, protm_fault, reset_completed, power_changed_single, power_changed_all,
                 clean_caches_completed, doorbell_mirror, mcu_status_changed);
};

/// Values of GPU_COMMAND [7:0].
enum class GpuCommandType : std::uint32_t {
  nop = 0,
  reset = 1,
  time = 3,
  flush_caches = 4,
  set_protected_mode = 5,
  finish_halt = 6,
  clear_fault = 7,
  flush_pa_range = 8
};

/// GPU_COMMAND.
struct GpuCommand {
  static constexpr Field<GpuCommand, 7, 0, GpuCommandType> type{"TYPE"};
  static constexpr Field<GpuCommand, 31, 8> payload{"PAYLOAD"};
  static constexpr auto fields = field_list(type, payload);
};
inline constexpr std::uint32_t kGpuCommandFastReset = 0x001;
inline constexpr std::uint32_t kGpuCommandSoftReset = 0x101;
inline constexpr std::uint32_t kGpuCommandHardReset = 0x201;
/// L2 and LSC clean and invalidate, other invalidate.
inline constexpr std::uint32_t kGpuCommandFlushAll = 0x23304;
/// L2 and LSC clean, as before suspend.
inline constexpr std::uint32_t kGpuCommandCleanAll = 0x1104;
inline constexpr std::uint32_t kCacheClean = 1u << 0;
inline constexpr std::uint32_t kCacheInvalidate = 1u << 1;
/// GPU_COMMAND word of FLUSH_CACHES with one mode per cache.
[[nodiscard]] constexpr std::uint32_t gpu_command_flush(std::uint32_t l2, std::uint32_t lsc,
                                                        std::uint32_t other) {
  return static_cast<std::uint32_t>(GpuCommandType::flush_caches) | l2 << 8 | lsc << 12 |
         other << 16;
}
static_assert(gpu_command_flush(3, 3, 2) == kGpuCommandFlushAll);
static_assert(gpu_command_flush(1, 1, 0) == kGpuCommandCleanAll);

/// GPU_STATUS.
struct GpuStatus {
  static constexpr Field<GpuStatus, 0> gpu_active{"GPU_ACTIVE"};
  static constexpr Field<GpuStatus, 1> pwr_active{"PWR_ACTIVE"};
  static constexpr Field<GpuStatus, 4> page_fault{"PAGE_FAULT"};
  static constexpr Field<GpuStatus, 7> protm_active{"PROTECTED_MODE_ACTIVE"};
  static constexpr Field<GpuStatus, 8> dbg_enabled{"GPU_DBG_ENABLED"};
  static constexpr auto fields =
      field_list(gpu_active, pwr_active, page_fault, protm_active, dbg_enabled);
};

/// GPU_FAULTSTATUS.
struct GpuFaultStatus {
  static constexpr Field<GpuFaultStatus, 7, 0> exception_type{"EXCEPTION_TYPE"};
  static constexpr Field<GpuFaultStatus, 9, 8> access_type{"ACCESS_TYPE"};
  static constexpr Field<GpuFaultStatus, 10> address_valid{"ADDRESS_VALID"};
  static constexpr Field<GpuFaultStatus, 11> jasid_valid{"JASID_VALID"};
  static constexpr Field<GpuFaultStatus, 15, 12> jasid{"JASID"};
  static constexpr Field<GpuFaultStatus, 31, 16> source_id{"SOURCE_ID"};
  static constexpr auto fields =
      field_list(exception_type, access_type, address_valid, jasid_valid, jasid, source_id);
};

/// Values of MCU_CONTROL.REQ; automatic = enable, and reboot after a fast reset.
enum class McuRequest : std::uint32_t { disable, enable, automatic };
inline constexpr std::string_view kMcuRequestNames[] = {"DISABLE", "ENABLE", "AUTO"};
struct McuControl {
  static constexpr Field<McuControl, 1, 0, McuRequest> req{"REQ", kMcuRequestNames};
  static constexpr Field<McuControl, 31> doorbell_disable{"DOORBELL_DISABLE"};
  static constexpr auto fields = field_list(req, doorbell_disable);
};

/// Values of MCU_STATUS.VALUE.
enum class McuState : std::uint32_t { disabled, enabled, halt, fatal };
inline constexpr std::string_view kMcuStateNames[] = {"DISABLED", "ENABLED", "HALT", "FATAL"};
struct McuStatus {
  static constexpr Field<McuStatus, 1, 0, McuState> value{"VALUE", kMcuStateNames};
  static constexpr auto fields = field_list(value);
};

/// COHERENCY_ENABLE values.
inline constexpr std::uint32_t kCoherencyAceLite = 0;
inline constexpr std::uint32_t kCoherencyAce = 1;
inline constexpr std::uint32_t kCoherencyNone = 31;
inline constexpr std::uint32_t kPwrKeyUnlock = 0x2968a819;

inline constexpr Reg<GpuId> kGpuId{.offset = 0x000,
                                   .name = "GPU_ID",
                                   .access = Access::ro,
                                   .reset = 0,
                                   .source = "panthor_regs.h GPU_ID"};
inline constexpr Reg<L2Features> kL2Features{.offset = 0x004,
                                             .name = "L2_FEATURES",
                                             .access = Access::ro,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_L2_FEATURES"};
inline constexpr Reg<RawLayout> kCoreFeatures{.offset = 0x008,
                                              .name = "CORE_FEATURES",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h GPU_CORE_FEATURES"};
inline constexpr Reg<RawLayout> kTilerFeatures{.offset = 0x00c,
                                               .name = "TILER_FEATURES",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_regs.h GPU_TILER_FEATURES"};
inline constexpr Reg<RawLayout> kMemFeatures{.offset = 0x010,
                                             .name = "MEM_FEATURES",
                                             .access = Access::ro,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_MEM_FEATURES"};
inline constexpr Reg<MmuFeatures> kMmuFeatures{.offset = 0x014,
                                               .name = "MMU_FEATURES",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_regs.h GPU_MMU_FEATURES"};
inline constexpr Reg<RawLayout> kAsPresent{.offset = 0x018,
                                           .name = "AS_PRESENT",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h GPU_AS_PRESENT"};
inline constexpr Reg<RawLayout> kCsfId{.offset = 0x01c,
                                       .name = "CSF_ID",
                                       .access = Access::ro,
                                       .reset = 0,
                                       .source = "panthor_regs.h GPU_CSF_ID"};
inline constexpr Reg<GpuIrq> kGpuIrqRawstat{.offset = 0x020,
                                            .name = "GPU_IRQ_RAWSTAT",
                                            .access = Access::rw,
                                            .reset = 0,
                                            .source = "panthor_regs.h GPU_INT_RAWSTAT"};
inline constexpr Reg<GpuIrq> kGpuIrqClear{.offset = 0x024,
                                          .name = "GPU_IRQ_CLEAR",
                                          .access = Access::w1c,
                                          .reset = 0,
                                          .source = "panthor_regs.h GPU_INT_CLEAR"};
inline constexpr Reg<GpuIrq> kGpuIrqMask{.offset = 0x028,
                                         .name = "GPU_IRQ_MASK",
                                         .access = Access::rw,
                                         .reset = 0,
                                         .source = "panthor_regs.h GPU_INT_MASK"};
inline constexpr Reg<GpuIrq> kGpuIrqStatus{.offset = 0x02c,
                                           .name = "GPU_IRQ_STATUS",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h GPU_INT_STAT"};
inline constexpr Reg<GpuCommand> kGpuCommand{.offset = 0x030,
                                             .name = "GPU_COMMAND",
                                             .access = Access::cmd,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_CMD"};
inline constexpr Reg<GpuStatus> kGpuStatus{.offset = 0x034,
                                           .name = "GPU_STATUS",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h GPU_STATUS"};
inline constexpr Reg<GpuFaultStatus> kGpuFaultstatus{.offset = 0x03c,
                                                     .name = "GPU_FAULTSTATUS",
                                                     .access = Access::ro,
                                                     .reset = 0,
                                                     .source = "panthor_regs.h GPU_FAULT_STATUS"};
inline constexpr Reg<RawLayout> kGpuFaultaddressLo{.offset = 0x040,
                                                   .name = "GPU_FAULTADDRESS_LO",
                                                   .access = Access::ro,
                                                   .reset = 0,
                                                   .source = "panthor_regs.h GPU_FAULT_ADDR_LO"};
inline constexpr Reg<RawLayout> kGpuFaultaddressHi{.offset = 0x044,
                                                   .name = "GPU_FAULTADDRESS_HI",
                                                   .access = Access::ro,
                                                   .reset = 0,
                                                   .source = "panthor_regs.h GPU_FAULT_ADDR_HI"};
inline constexpr Reg<RawLayout> kL2Config{.offset = 0x048,
                                          .name = "L2_CONFIG",
                                          .access = Access::rw,
                                          .reset = 0,
                                          .source = "tyr regs.rs L2_CONFIG"};
inline constexpr Reg<RawLayout> kPwrKey{.offset = 0x050,
                                        .name = "PWR_KEY",
                                        .access = Access::wo,
                                        .reset = 0,
                                        .source = "panthor_regs.h GPU_PWR_KEY"};
inline constexpr Reg<RawLayout> kPwrOverride0{.offset = 0x054,
                                              .name = "PWR_OVERRIDE0",
                                              .access = Access::rw,
                                              .reset = 0,
                                              .source = "panthor_regs.h GPU_PWR_OVERRIDE0"};
inline constexpr Reg<RawLayout> kPwrOverride1{.offset = 0x058,
                                              .name = "PWR_OVERRIDE1",
                                              .access = Access::rw,
                                              .reset = 0,
                                              .source = "panthor_regs.h GPU_PWR_OVERRIDE1"};
inline constexpr Reg<RawLayout> kGpuFeaturesLo{.offset = 0x060,
                                               .name = "GPU_FEATURES_LO",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_gpu_regs.h GPU_FEATURES (7.3)"};
inline constexpr Reg<RawLayout> kGpuFeaturesHi{.offset = 0x064,
                                               .name = "GPU_FEATURES_HI",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_gpu_regs.h GPU_FEATURES (7.3)"};
inline constexpr Reg<RawLayout> kTimestampOffsetLo{
    .offset = 0x088,
    .name = "TIMESTAMP_OFFSET_LO",
    .access = Access::rw,
    .reset = 0,
    .source = "panthor_regs.h GPU_TIMESTAMP_OFFSET_LO"};
inline constexpr Reg<RawLayout> kTimestampOffsetHi{
    .offset = 0x08c,
    .name = "TIMESTAMP_OFFSET_HI",
    .access = Access::rw,
    .reset = 0,
    .source = "panthor_regs.h GPU_TIMESTAMP_OFFSET_HI"};
inline constexpr Reg<RawLayout> kCycleCountLo{.offset = 0x090,
                                              .name = "CYCLE_COUNT_LO",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h GPU_CYCLE_COUNT_LO"};
inline constexpr Reg<RawLayout> kCycleCountHi{.offset = 0x094,
                                              .name = "CYCLE_COUNT_HI",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h GPU_CYCLE_COUNT_HI"};
inline constexpr Reg<RawLayout> kTimestampLo{.offset = 0x098,
                                             .name = "TIMESTAMP_LO",
                                             .access = Access::ro,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_TIMESTAMP_LO"};
inline constexpr Reg<RawLayout> kTimestampHi{.offset = 0x09c,
                                             .name = "TIMESTAMP_HI",
                                             .access = Access::ro,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_TIMESTAMP_HI"};
inline constexpr Reg<RawLayout> kThreadMaxThreads{
    .offset = 0x0a0,
    .name = "THREAD_MAX_THREADS",
    .access = Access::ro,
    .reset = 0,
    .source = "panthor_regs.h GPU_THREAD_MAX_THREADS"};
inline constexpr Reg<RawLayout> kThreadMaxWorkgroupSize{
    .offset = 0x0a4,
    .name = "THREAD_MAX_WORKGROUP_SIZE",
    .access = Access::ro,
    .reset = 0,
    .source = "panthor_regs.h GPU_THREAD_MAX_WORKGROUP_SIZE"};
inline constexpr Reg<RawLayout> kThreadMaxBarrierSize{
    .offset = 0x0a8,
    .name = "THREAD_MAX_BARRIER_SIZE",
    .access = Access::ro,
    .reset = 0,
    .source = "panthor_regs.h GPU_THREAD_MAX_BARRIER_SIZE"};
inline constexpr Reg<RawLayout> kThreadFeatures{.offset = 0x0ac,
                                                .name = "THREAD_FEATURES",
                                                .access = Access::ro,
                                                .reset = 0,
                                                .source = "panthor_regs.h GPU_THREAD_FEATURES"};
inline constexpr Reg<RawLayout> kTextureFeatures0{.offset = 0x0b0,
                                                  .name = "TEXTURE_FEATURES_0",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h GPU_TEXTURE_FEATURES"};
inline constexpr Reg<RawLayout> kTextureFeatures1{.offset = 0x0b4,
                                                  .name = "TEXTURE_FEATURES_1",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h GPU_TEXTURE_FEATURES"};
inline constexpr Reg<RawLayout> kTextureFeatures2{.offset = 0x0b8,
                                                  .name = "TEXTURE_FEATURES_2",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h GPU_TEXTURE_FEATURES"};
inline constexpr Reg<RawLayout> kTextureFeatures3{.offset = 0x0bc,
                                                  .name = "TEXTURE_FEATURES_3",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h GPU_TEXTURE_FEATURES"};
inline constexpr Reg<RawLayout> kShaderPresentLo{.offset = 0x100,
                                                 .name = "SHADER_PRESENT_LO",
                                                 .access = Access::ro,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h GPU_SHADER_PRESENT_LO"};
inline constexpr Reg<RawLayout> kShaderPresentHi{.offset = 0x104,
                                                 .name = "SHADER_PRESENT_HI",
                                                 .access = Access::ro,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h GPU_SHADER_PRESENT_HI"};
inline constexpr Reg<RawLayout> kTilerPresentLo{.offset = 0x110,
                                                .name = "TILER_PRESENT_LO",
                                                .access = Access::ro,
                                                .reset = 0,
                                                .source = "panthor_regs.h GPU_TILER_PRESENT_LO"};
inline constexpr Reg<RawLayout> kTilerPresentHi{.offset = 0x114,
                                                .name = "TILER_PRESENT_HI",
                                                .access = Access::ro,
                                                .reset = 0,
                                                .source = "panthor_regs.h GPU_TILER_PRESENT_HI"};
inline constexpr Reg<RawLayout> kL2PresentLo{.offset = 0x120,
                                             .name = "L2_PRESENT_LO",
                                             .access = Access::ro,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_L2_PRESENT_LO"};
inline constexpr Reg<RawLayout> kL2PresentHi{.offset = 0x124,
                                             .name = "L2_PRESENT_HI",
                                             .access = Access::ro,
                                             .reset = 0,
                                             .source = "panthor_regs.h GPU_L2_PRESENT_HI"};
inline constexpr Reg<RawLayout> kShaderReadyLo{.offset = 0x140,
                                               .name = "SHADER_READY_LO",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_regs.h SHADER_READY_LO"};
inline constexpr Reg<RawLayout> kShaderReadyHi{.offset = 0x144,
                                               .name = "SHADER_READY_HI",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_regs.h SHADER_READY_HI"};
inline constexpr Reg<RawLayout> kTilerReadyLo{.offset = 0x150,
                                              .name = "TILER_READY_LO",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h TILER_READY_LO"};
inline constexpr Reg<RawLayout> kTilerReadyHi{.offset = 0x154,
                                              .name = "TILER_READY_HI",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h TILER_READY_HI"};
inline constexpr Reg<RawLayout> kL2ReadyLo{.offset = 0x160,
                                           .name = "L2_READY_LO",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h L2_READY_LO"};
inline constexpr Reg<RawLayout> kL2ReadyHi{.offset = 0x164,
                                           .name = "L2_READY_HI",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h L2_READY_HI"};
inline constexpr Reg<RawLayout> kShaderPwronLo{.offset = 0x180,
                                               .name = "SHADER_PWRON_LO",
                                               .access = Access::cmd,
                                               .reset = 0,
                                               .source = "panthor_regs.h SHADER_PWRON_LO"};
inline constexpr Reg<RawLayout> kShaderPwronHi{.offset = 0x184,
                                               .name = "SHADER_PWRON_HI",
                                               .access = Access::cmd,
                                               .reset = 0,
                                               .source = "panthor_regs.h SHADER_PWRON_HI"};
inline constexpr Reg<RawLayout> kTilerPwronLo{.offset = 0x190,
                                              .name = "TILER_PWRON_LO",
                                              .access = Access::cmd,
                                              .reset = 0,
                                              .source = "panthor_regs.h TILER_PWRON_LO"};
inline constexpr Reg<RawLayout> kTilerPwronHi{.offset = 0x194,
                                              .name = "TILER_PWRON_HI",
                                              .access = Access::cmd,
                                              .reset = 0,
                                              .source = "panthor_regs.h TILER_PWRON_HI"};
inline constexpr Reg<RawLayout> kL2PwronLo{.offset = 0x1a0,
                                           .name = "L2_PWRON_LO",
                                           .access = Access::cmd,
                                           .reset = 0,
                                           .source = "panthor_regs.h L2_PWRON_LO"};
inline constexpr Reg<RawLayout> kL2PwronHi{.offset = 0x1a4,
                                           .name = "L2_PWRON_HI",
                                           .access = Access::cmd,
                                           .reset = 0,
                                           .source = "panthor_regs.h L2_PWRON_HI"};
inline constexpr Reg<RawLayout> kShaderPwroffLo{.offset = 0x1c0,
                                                .name = "SHADER_PWROFF_LO",
                                                .access = Access::cmd,
                                                .reset = 0,
                                                .source = "panthor_regs.h SHADER_PWROFF_LO"};
inline constexpr Reg<RawLayout> kShaderPwroffHi{.offset = 0x1c4,
                                                .name = "SHADER_PWROFF_HI",
                                                .access = Access::cmd,
                                                .reset = 0,
                                                .source = "panthor_regs.h SHADER_PWROFF_HI"};
inline constexpr Reg<RawLayout> kTilerPwroffLo{.offset = 0x1d0,
                                               .name = "TILER_PWROFF_LO",
                                               .access = Access::cmd,
                                               .reset = 0,
                                               .source = "panthor_regs.h TILER_PWROFF_LO"};
inline constexpr Reg<RawLayout> kTilerPwroffHi{.offset = 0x1d4,
                                               .name = "TILER_PWROFF_HI",
                                               .access = Access::cmd,
                                               .reset = 0,
                                               .source = "panthor_regs.h TILER_PWROFF_HI"};
inline constexpr Reg<RawLayout> kL2PwroffLo{.offset = 0x1e0,
                                            .name = "L2_PWROFF_LO",
                                            .access = Access::cmd,
                                            .reset = 0,
                                            .source = "panthor_regs.h L2_PWROFF_LO"};
inline constexpr Reg<RawLayout> kL2PwroffHi{.offset = 0x1e4,
                                            .name = "L2_PWROFF_HI",
                                            .access = Access::cmd,
                                            .reset = 0,
                                            .source = "panthor_regs.h L2_PWROFF_HI"};
inline constexpr Reg<RawLayout> kShaderPwrtransLo{.offset = 0x200,
                                                  .name = "SHADER_PWRTRANS_LO",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h SHADER_PWRTRANS_LO"};
inline constexpr Reg<RawLayout> kShaderPwrtransHi{.offset = 0x204,
                                                  .name = "SHADER_PWRTRANS_HI",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h SHADER_PWRTRANS_HI"};
inline constexpr Reg<RawLayout> kTilerPwrtransLo{.offset = 0x210,
                                                 .name = "TILER_PWRTRANS_LO",
                                                 .access = Access::ro,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h TILER_PWRTRANS_LO"};
inline constexpr Reg<RawLayout> kTilerPwrtransHi{.offset = 0x214,
                                                 .name = "TILER_PWRTRANS_HI",
                                                 .access = Access::ro,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h TILER_PWRTRANS_HI"};
inline constexpr Reg<RawLayout> kL2PwrtransLo{.offset = 0x220,
                                              .name = "L2_PWRTRANS_LO",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h L2_PWRTRANS_LO"};
inline constexpr Reg<RawLayout> kL2PwrtransHi{.offset = 0x224,
                                              .name = "L2_PWRTRANS_HI",
                                              .access = Access::ro,
                                              .reset = 0,
                                              .source = "panthor_regs.h L2_PWRTRANS_HI"};
inline constexpr Reg<RawLayout> kShaderPwractiveLo{.offset = 0x240,
                                                   .name = "SHADER_PWRACTIVE_LO",
                                                   .access = Access::ro,
                                                   .reset = 0,
                                                   .source = "panthor_regs.h SHADER_PWRACTIVE_LO"};
inline constexpr Reg<RawLayout> kShaderPwractiveHi{.offset = 0x244,
                                                   .name = "SHADER_PWRACTIVE_HI",
                                                   .access = Access::ro,
                                                   .reset = 0,
                                                   .source = "panthor_regs.h SHADER_PWRACTIVE_HI"};
inline constexpr Reg<RawLayout> kTilerPwractiveLo{.offset = 0x250,
                                                  .name = "TILER_PWRACTIVE_LO",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h TILER_PWRACTIVE_LO"};
inline constexpr Reg<RawLayout> kTilerPwractiveHi{.offset = 0x254,
                                                  .name = "TILER_PWRACTIVE_HI",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h TILER_PWRACTIVE_HI"};
inline constexpr Reg<RawLayout> kL2PwractiveLo{.offset = 0x260,
                                               .name = "L2_PWRACTIVE_LO",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_regs.h L2_PWRACTIVE_LO"};
inline constexpr Reg<RawLayout> kL2PwractiveHi{.offset = 0x264,
                                               .name = "L2_PWRACTIVE_HI",
                                               .access = Access::ro,
                                               .reset = 0,
                                               .source = "panthor_regs.h L2_PWRACTIVE_HI"};
inline constexpr Reg<RawLayout> kRevidr{.offset = 0x280,
                                        .name = "REVIDR",
                                        .access = Access::ro,
                                        .reset = 0,
                                        .source = "panthor_regs.h GPU_REVID"};
inline constexpr Reg<RawLayout> kAsnHash0{.offset = 0x2c0,
                                          .name = "ASN_HASH_0",
                                          .access = Access::rw,
                                          .reset = 0,
                                          .source = "kbase regmap ASN_HASH"};
inline constexpr Reg<RawLayout> kAsnHash1{.offset = 0x2c4,
                                          .name = "ASN_HASH_1",
                                          .access = Access::rw,
                                          .reset = 0,
                                          .source = "kbase regmap ASN_HASH"};
inline constexpr Reg<RawLayout> kAsnHash2{.offset = 0x2c8,
                                          .name = "ASN_HASH_2",
                                          .access = Access::rw,
                                          .reset = 0,
                                          .source = "kbase regmap ASN_HASH"};
inline constexpr Reg<RawLayout> kCoherencyFeatures{
    .offset = 0x300,
    .name = "COHERENCY_FEATURES",
    .access = Access::ro,
    .reset = 0,
    .source = "panthor_regs.h GPU_COHERENCY_FEATURES"};
inline constexpr Reg<RawLayout> kCoherencyEnable{.offset = 0x304,
                                                 .name = "COHERENCY_ENABLE",
                                                 .access = Access::rw,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h GPU_COHERENCY_PROTOCOL"};
inline constexpr Reg<McuControl> kMcuControl{.offset = 0x700,
                                             .name = "MCU_CONTROL",
                                             .access = Access::rw,
                                             .reset = 0,
                                             .source = "panthor_regs.h MCU_CONTROL"};
inline constexpr Reg<McuStatus> kMcuStatus{.offset = 0x704,
                                           .name = "MCU_STATUS",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h MCU_STATUS"};

inline constexpr std::array kGpuControl{
    info(kGpuId),
    info(kL2Features),
    info(kCoreFeatures),
    info(kTilerFeatures),
    info(kMemFeatures),
    info(kMmuFeatures),
    info(kAsPresent),
    info(kCsfId),
    info(kGpuIrqRawstat),
    info(kGpuIrqClear),
    info(kGpuIrqMask),
    info(kGpuIrqStatus),
    info(kGpuCommand),
    info(kGpuStatus),
    info(kGpuFaultstatus),
    info(kGpuFaultaddressLo),
    info(kGpuFaultaddressHi),
    info(kL2Config),
    info(kPwrKey),
    info(kPwrOverride0),
    info(kPwrOverride1),
    info(kGpuFeaturesLo),
    info(kGpuFeaturesHi),
    info(kTimestampOffsetLo),
    info(kTimestampOffsetHi),
    info(kCycleCountLo),
    info(kCycleCountHi),
    info(kTimestampLo),
    info(kTimestampHi),
    info(kThreadMaxThreads),
    info(kThreadMaxWorkgroupSize),
    info(kThreadMaxBarrierSize),
    info(kThreadFeatures),
    info(kTextureFeatures0),
    info(kTextureFeatures1),
    info(kTextureFeatures2),
    info(kTextureFeatures3),
    info(kShaderPresentLo),
    info(kShaderPresentHi),
    info(kTilerPresentLo),
    info(kTilerPresentHi),
    info(kL2PresentLo),
    info(kL2PresentHi),
    info(kShaderReadyLo),
    info(kShaderReadyHi),
    info(kTilerReadyLo),
    info(kTilerReadyHi),
    info(kL2ReadyLo),
    info(kL2ReadyHi),
    info(kShaderPwronLo),
    info(kShaderPwronHi),
    info(kTilerPwronLo),
    info(kTilerPwronHi),
    info(kL2PwronLo),
    info(kL2PwronHi),
    info(kShaderPwroffLo),
    info(kShaderPwroffHi),
    info(kTilerPwroffLo),
    info(kTilerPwroffHi),
    info(kL2PwroffLo),
    info(kL2PwroffHi),
    info(kShaderPwrtransLo),
    info(kShaderPwrtransHi),
    info(kTilerPwrtransLo),
    info(kTilerPwrtransHi),
    info(kL2PwrtransLo),
    info(kL2PwrtransHi),
    info(kShaderPwractiveLo),
    info(kShaderPwractiveHi),
    info(kTilerPwractiveLo),
    info(kTilerPwractiveHi),
    info(kL2PwractiveLo),
    info(kL2PwractiveHi),
    info(kRevidr),
    info(kAsnHash0),
    info(kAsnHash1),
    info(kAsnHash2),
    info(kCoherencyFeatures),
    info(kCoherencyEnable),
    info(kMcuControl),
    info(kMcuStatus),
};
static_assert(well_formed(kGpuControl));

}  // namespace protm::vocab
