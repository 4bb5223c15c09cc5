// SPDX-License-Identifier: GPL-2.0-only
// What an AS takes over at UPDATE: unmapped, or page tables in the format that panthor writes, for
// as many bits as this GPU has, with attributes that mean what the entries' indexes say. The model
// walks tables whatever stands here, so nothing else would show it.
// Leaves out: TRANSTAB and MEMATTR of an unmapped AS, which mean nothing; shareability where the
// device is not coherent: 6.12 and 7.x differ there, and both are right.
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using namespace vocab;

namespace {

constexpr unsigned kVaBitsOfIna = 55;
constexpr std::uint64_t kFormat = kTranscfgAdrmodeMask | kTranscfgInaBitsMask |
                                  kTranscfgPtwMemattrNc | kTranscfgPtwMemattrWb |
                                  kTranscfgPtwShIs | kTranscfgPtwRa;
/// Indexes that have a meaning: not cached, cached, device, cached outside only. What stands behind
/// them no entry uses: cached on a real kernel, where io-pgtable-arm.c shifts 0xf4 to the sign bit
/// of an int. Source: io-pgtable-arm.c ARM_LPAE_MAIR_ATTR_*, arm_64_lpae_alloc_pgtable_s1().
constexpr std::uint64_t kDefined = 0xffffffff;
constexpr std::uint64_t kUncached = kMemattrNonCacheable | kMemattrAllocExpl;
constexpr std::uint64_t kCached =
    kMemattrWriteBack | kMemattrAllocExpl | kMemattrAllocWrite | kMemattrAllocRead;
constexpr std::uint64_t kCachedOutside = kMemattrWriteBack | kMemattrAllocExpl;
constexpr std::uint64_t kAttributes =
    kUncached | kCached << 8 | kUncached << 16 | kCachedOutside << 24;
constexpr std::uint64_t kShareability = 0x30;
constexpr std::uint64_t kAnyShareability =
    kShareability | kShareability << 8 | kShareability << 16 | kShareability << 24;

std::string_view wrong_field(const MachineConfig& machine, const Record& r) {
  if ((r.d & kTranscfgAdrmodeMask) == kTranscfgAdrmodeUnmapped) return {};
  const bool coherent = machine.coherent != 0;
  const std::uint32_t va_bits = Word<MmuFeatures>{machine.mmu_features}[MmuFeatures::va_bits];
  const std::uint64_t format =
      kTranscfgAdrmodeAarch64_4k | kTranscfgPtwMemattrWb | kTranscfgPtwRa |
      std::uint64_t{kVaBitsOfIna - va_bits} << kTranscfgInaBitsShift |
      (coherent ? kTranscfgPtwShOs : 0);
  if ((r.d & kFormat) != format) return "TRANSCFG";
  if (r.b == 0) return "TRANSTAB";
  if ((r.c & kDefined & ~kAnyShareability) != kAttributes) return "MEMATTR";
  const std::uint64_t shared = r.c >> 8 & kShareability;
  return coherent && shared != kMemattrShCpuInner ? "MEMATTR" : "";
}

}  // namespace

RuleResult as_setup(const Program& program, const Trace& trace) {
  RuleResult out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (!is(r, ObservationKind::as_updated)) continue;
    ++out.armed;
    const std::string_view field = wrong_field(program.machine, r);
    if (field.empty() || out.violation) continue;
    out.violation = Violation{i, r.time_ns, field,
                              "an AS was told by UPDATE what does not fit its page tables: AS_" +
                                  std::string(field)};
  }
  return out;
}

}  // namespace protm::rules
