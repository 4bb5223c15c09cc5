// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The address space of the firmware counts as one for jobs.
// Caught by base/base-279.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FirmwareAsCounts : public reference::Mmu {
 public:
  using Mmu::Mmu;
  [[nodiscard]] std::uint32_t as_slot_count() const override { return Mmu::as_slot_count() + 1; }
};

}  // namespace

extern const Mutant kFirmwareAsCounts{
    "firmware-as-counts",
    "The address space of the firmware counts as one for jobs",
    make<WithMmu<FirmwareAsCounts>>};

}  // namespace protm::mutants
