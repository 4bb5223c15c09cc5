// SPDX-License-Identifier: GPL-2.0-only
// MMU_CONTROL page (0x2000): MMU_IRQ and sixteen AS blocks of 0x40 bytes from 0x2400.
// TRANSTAB, MEMATTR and TRANSCFG are shadowed: they take effect at AS_COMMAND.UPDATE. The halves
// of a 64-bit register are independent words; nothing latches between them.
// Leaves out: the packing of LOCKADDR, which each driver has to get right by itself.
// Source: panthor_regs.h (6.12), tyr regs.rs; facts-gpu.md 7.
#pragma once

#include "gpu-model/vocab/ids.h"
#include "gpu-model/vocab/regs/register.h"

namespace protm::vocab {

/// Shared by MMU_IRQ_{RAWSTAT,CLEAR,MASK,STATUS}: bit n for AS n.
struct MmuIrq {
  static constexpr Field<MmuIrq, 15, 0> page_fault{"PAGE_FAULT"};
  static constexpr Field<MmuIrq, 31, 16> command_completed{"COMMAND_COMPLETED"};
  static constexpr auto fields = field_list(page_fault, command_completed);
};
inline constexpr std::uint32_t kMmuIrqPageFaultMask = MmuIrq::page_fault.mask;

/// Values of AS_COMMAND.
enum class AsCommand : std::uint32_t { nop, update, lock, unlock, flush_pt, flush_mem };
inline constexpr std::string_view kAsCommandNames[] = {"NOP",    "UPDATE",   "LOCK",
                                                       "UNLOCK", "FLUSH_PT", "FLUSH_MEM"};
struct AsCommandWord {
  static constexpr Field<AsCommandWord, 7, 0, AsCommand> command{"COMMAND", kAsCommandNames};
  static constexpr auto fields = field_list(command);
};

struct AsStatus {
  static constexpr Field<AsStatus, 0> as_active{"AS_ACTIVE"};
  static constexpr Field<AsStatus, 1> as_active_int{"AS_ACTIVE_INT"};
  static constexpr auto fields = field_list(as_active, as_active_int);
};

struct AsFaultStatus {
  static constexpr Field<AsFaultStatus, 7, 0> exception_type{"EXCEPTION_TYPE"};
  static constexpr Field<AsFaultStatus, 9, 8> access_type{"ACCESS_TYPE"};
  static constexpr Field<AsFaultStatus, 10> decoder{"DECODER"};
  static constexpr Field<AsFaultStatus, 31, 16> source_id{"SOURCE_ID"};
  static constexpr auto fields = field_list(exception_type, access_type, decoder, source_id);
};

/// AS_LOCKADDR [31:0]; the region covers 2^(SIZE + 1) bytes.
struct AsLockaddrLo {
  static constexpr Field<AsLockaddrLo, 5, 0> size{"LOCKADDR_SIZE"};
  static constexpr Field<AsLockaddrLo, 31, 12> base{"LOCKADDR_BASE"};
  static constexpr auto fields = field_list(size, base);
};
inline constexpr std::uint64_t kLockaddrSizeMask = 0x3f;
inline constexpr std::uint64_t kLockaddrBaseMask = ~0xfffull;
inline constexpr std::uint64_t kLockRegionMinSize = 1ull << 15;

/// AS_TRANSCFG [31:0].
struct AsTranscfgLo {
  static constexpr Field<AsTranscfgLo, 3, 0> adrmode{"ADRMODE"};
  static constexpr Field<AsTranscfgLo, 10, 6> ina_bits{"INA_BITS"};
  static constexpr Field<AsTranscfgLo, 18, 14> outa_bits{"OUTA_BITS"};
  static constexpr Field<AsTranscfgLo, 22> sl_concat_en{"SL_CONCAT_EN"};
  static constexpr Field<AsTranscfgLo, 25, 24> ptw_memattr{"PTW_MEMATTR"};
  static constexpr Field<AsTranscfgLo, 29, 28> ptw_sh{"PTW_SH"};
  static constexpr Field<AsTranscfgLo, 30> ptw_ra{"R_ALLOCATE"};
  static constexpr auto fields =
      field_list(adrmode, ina_bits, outa_bits, sl_concat_en, ptw_memattr, ptw_sh, ptw_ra);
};
/// AS_TRANSCFG [63:32].
struct AsTranscfgHi {
  static constexpr Field<AsTranscfgHi, 1> disable_hier_ap{"DISABLE_HIER_AP"};
  static constexpr Field<AsTranscfgHi, 2> disable_af_fault{"DISABLE_AF_FAULT"};
  static constexpr Field<AsTranscfgHi, 3> wxn{"WXN"};
  static constexpr Field<AsTranscfgHi, 4> xreadable{"XREADABLE"};
  static constexpr Field<AsTranscfgHi, 31, 28> ptw_pbha{"PTW_PBHA"};
  static constexpr auto fields =
      field_list(disable_hier_ap, disable_af_fault, wxn, xreadable, ptw_pbha);
};

// TRANSCFG as one 64-bit value.
inline constexpr std::uint64_t kTranscfgAdrmodeMask = 0xf;
inline constexpr std::uint64_t kTranscfgAdrmodeUnmapped = 1;
inline constexpr std::uint64_t kTranscfgAdrmodeIdentity = 2;
inline constexpr std::uint64_t kTranscfgAdrmodeAarch64_4k = 6;
inline constexpr std::uint64_t kTranscfgAdrmodeAarch64_64k = 8;
inline constexpr unsigned kTranscfgInaBitsShift = 6;
inline constexpr std::uint64_t kTranscfgInaBitsMask = 0x1full << 6;
inline constexpr std::uint64_t kTranscfgPtwMemattrNc = 1ull << 24;
inline constexpr std::uint64_t kTranscfgPtwMemattrWb = 2ull << 24;
inline constexpr std::uint64_t kTranscfgPtwShOs = 2ull << 28;
inline constexpr std::uint64_t kTranscfgPtwShIs = 3ull << 28;
inline constexpr std::uint64_t kTranscfgPtwRa = 1ull << 30;
inline constexpr std::uint64_t kTranscfgDisableAfFault = 1ull << 34;

// MEMATTR, one byte per attribute index.
inline constexpr std::uint8_t kMemattrAllocWrite = 1u << 0;
inline constexpr std::uint8_t kMemattrAllocRead = 1u << 1;
inline constexpr std::uint8_t kMemattrAllocImpl = 2u << 2;
inline constexpr std::uint8_t kMemattrAllocExpl = 3u << 2;
inline constexpr std::uint8_t kMemattrShMidgardInner = 0u << 4;
inline constexpr std::uint8_t kMemattrShCpuInner = 1u << 4;
inline constexpr std::uint8_t kMemattrShCpuInnerShader = 2u << 4;
inline constexpr std::uint8_t kMemattrTypeMask = 3u << 6;
inline constexpr std::uint8_t kMemattrShared = 0u << 6;
inline constexpr std::uint8_t kMemattrNonCacheable = 1u << 6;
inline constexpr std::uint8_t kMemattrWriteBack = 2u << 6;
inline constexpr std::uint8_t kMemattrFault = 3u << 6;

inline constexpr Reg<MmuIrq> kMmuIrqRawstat{.offset = 0x2000,
                                            .name = "MMU_IRQ_RAWSTAT",
                                            .access = Access::rw,
                                            .reset = 0,
                                            .source = "panthor_regs.h MMU_INT_RAWSTAT"};
inline constexpr Reg<MmuIrq> kMmuIrqClear{.offset = 0x2004,
                                          .name = "MMU_IRQ_CLEAR",
                                          .access = Access::w1c,
                                          .reset = 0,
                                          .source = "panthor_regs.h MMU_INT_CLEAR"};
inline constexpr Reg<MmuIrq> kMmuIrqMask{.offset = 0x2008,
                                         .name = "MMU_IRQ_MASK",
                                         .access = Access::rw,
                                         .reset = 0,
                                         .source = "panthor_regs.h MMU_INT_MASK"};
inline constexpr Reg<MmuIrq> kMmuIrqStatus{.offset = 0x200c,
                                           .name = "MMU_IRQ_STATUS",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h MMU_INT_STAT"};

// The registers of one AS block; offsets are relative to the block.
inline constexpr Reg<RawLayout> kAsTranstabLo{.offset = 0x000,
                                              .name = "AS_TRANSTAB_LO",
                                              .access = Access::rw,
                                              .reset = 0,
                                              .source = "panthor_regs.h AS_TRANSTAB_LO"};
inline constexpr Reg<RawLayout> kAsTranstabHi{.offset = 0x004,
                                              .name = "AS_TRANSTAB_HI",
                                              .access = Access::rw,
                                              .reset = 0,
                                              .source = "panthor_regs.h AS_TRANSTAB_HI"};
inline constexpr Reg<RawLayout> kAsMemattrLo{.offset = 0x008,
                                             .name = "AS_MEMATTR_LO",
                                             .access = Access::rw,
                                             .reset = 0,
                                             .source = "panthor_regs.h AS_MEMATTR_LO"};
inline constexpr Reg<RawLayout> kAsMemattrHi{.offset = 0x00c,
                                             .name = "AS_MEMATTR_HI",
                                             .access = Access::rw,
                                             .reset = 0,
                                             .source = "panthor_regs.h AS_MEMATTR_HI"};
inline constexpr Reg<AsLockaddrLo> kAsLockaddrLo{.offset = 0x010,
                                                 .name = "AS_LOCKADDR_LO",
                                                 .access = Access::rw,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h AS_LOCKADDR_LO"};
inline constexpr Reg<RawLayout> kAsLockaddrHi{.offset = 0x014,
                                              .name = "AS_LOCKADDR_HI",
                                              .access = Access::rw,
                                              .reset = 0,
                                              .source = "panthor_regs.h AS_LOCKADDR_HI"};
inline constexpr Reg<AsCommandWord> kAsCommand{.offset = 0x018,
                                               .name = "AS_COMMAND",
                                               .access = Access::cmd,
                                               .reset = 0,
                                               .source = "panthor_regs.h AS_COMMAND"};
inline constexpr Reg<AsFaultStatus> kAsFaultstatus{.offset = 0x01c,
                                                   .name = "AS_FAULTSTATUS",
                                                   .access = Access::ro,
                                                   .reset = 0,
                                                   .source = "panthor_regs.h AS_FAULTSTATUS"};
inline constexpr Reg<RawLayout> kAsFaultaddressLo{.offset = 0x020,
                                                  .name = "AS_FAULTADDRESS_LO",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h AS_FAULTADDRESS_LO"};
inline constexpr Reg<RawLayout> kAsFaultaddressHi{.offset = 0x024,
                                                  .name = "AS_FAULTADDRESS_HI",
                                                  .access = Access::ro,
                                                  .reset = 0,
                                                  .source = "panthor_regs.h AS_FAULTADDRESS_HI"};
inline constexpr Reg<AsStatus> kAsStatus{.offset = 0x028,
                                         .name = "AS_STATUS",
                                         .access = Access::ro,
                                         .reset = 0,
                                         .source = "panthor_regs.h AS_STATUS"};
inline constexpr Reg<AsTranscfgLo> kAsTranscfgLo{.offset = 0x030,
                                                 .name = "AS_TRANSCFG_LO",
                                                 .access = Access::rw,
                                                 .reset = 0x1,
                                                 .source = "panthor_regs.h AS_TRANSCFG_LO"};
inline constexpr Reg<AsTranscfgHi> kAsTranscfgHi{.offset = 0x034,
                                                 .name = "AS_TRANSCFG_HI",
                                                 .access = Access::rw,
                                                 .reset = 0,
                                                 .source = "panthor_regs.h AS_TRANSCFG_HI"};
inline constexpr Reg<RawLayout> kAsFaultextraLo{.offset = 0x038,
                                                .name = "AS_FAULTEXTRA_LO",
                                                .access = Access::ro,
                                                .reset = 0,
                                                .source = "panthor_regs.h AS_FAULTEXTRA_LO"};
inline constexpr Reg<RawLayout> kAsFaultextraHi{.offset = 0x03c,
                                                .name = "AS_FAULTEXTRA_HI",
                                                .access = Access::ro,
                                                .reset = 0,
                                                .source = "panthor_regs.h AS_FAULTEXTRA_HI"};

inline constexpr std::uint32_t kAsBase = 0x2400;
inline constexpr std::uint32_t kAsStride = 0x40;
/// Offset of a register of the AS block in the register file.
template <class L>
[[nodiscard]] constexpr std::uint32_t as_offset(AsNr as, const Reg<L>& reg) {
  return kAsBase + as.value * kAsStride + reg.offset;
}

inline constexpr std::array kMmuControl{
    info(kMmuIrqRawstat),
    info(kMmuIrqClear),
    info(kMmuIrqMask),
    info(kMmuIrqStatus),
};
static_assert(well_formed(kMmuControl));
inline constexpr std::array kAsBlock{
    info(kAsTranstabLo),     info(kAsTranstabHi),     info(kAsMemattrLo),    info(kAsMemattrHi),
    info(kAsLockaddrLo),     info(kAsLockaddrHi),     info(kAsCommand),      info(kAsFaultstatus),
    info(kAsFaultaddressLo), info(kAsFaultaddressHi), info(kAsStatus),       info(kAsTranscfgLo),
    info(kAsTranscfgHi),     info(kAsFaultextraLo),   info(kAsFaultextraHi),
};
static_assert(well_formed(kAsBlock));

}  // namespace protm::vocab
