// SPDX-License-Identifier: GPL-2.0-only
// Strong types for the small numbers that drivers and model exchange.
// An AS number, a CSG slot, a CS index and the two kinds of address cannot be mixed up.
// Leaves out: handles and file descriptors of the uAPI (plain integers in uapi.h).
#pragma once

#include <compare>
#include <cstdint>

namespace protm::vocab {

/// Hardware address-space (AS) number.
struct AsNr {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(AsNr, AsNr) = default;
};
/// Command-stream-group (CSG) slot of the firmware interface.
struct CsgSlot {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(CsgSlot, CsgSlot) = default;
};
/// Index of a command stream (CS) in its CSG.
struct CsIndex {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(CsIndex, CsIndex) = default;
};
/// Physical address as page tables and the CPU see it.
struct Pa {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Pa, Pa) = default;
};
/// GPU virtual address, meaningful together with an AS.
struct GpuVa {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(GpuVa, GpuVa) = default;
};

inline constexpr std::uint64_t kPageSize = 4096;
inline constexpr std::uint64_t kPageMask = kPageSize - 1;
/// Most AS blocks that the register file has room for.
inline constexpr std::uint32_t kMaxAs = 16;
/// Most CSG slots that JOB_IRQ can report (bit 31 is the global interface).
inline constexpr std::uint32_t kMaxCsgSlots = 31;
/// Most CS per CSG that cs_irq_req can report.
inline constexpr std::uint32_t kMaxCsPerCsg = 32;

}  // namespace protm::vocab
