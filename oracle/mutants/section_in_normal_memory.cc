// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The protected section of the firmware lies in normal memory.
// Caught by fw/fw-007.
#include "gpu-model/vocab/fw_image.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SectionInNormalMemory : public reference::Fw {
 public:
  using Fw::Fw;

 protected:
  int make_section_memory(const Ptr<reference::FwSection>& section) override {
    if ((section->flags & vocab::fw_image::kFlagProt) == 0) return Fw::make_section_memory(section);
    const auto memory = reference::KernelBos::create(
        d_, vm(), section->size, {.va = section->va, .va_role = "kbo_va:fw_section"});
    if (!memory) return memory.error();
    section->memory = *memory;
    return 0;
  }
};

}  // namespace

extern const Mutant kSectionInNormalMemory{
    "section-in-normal-memory",
    "The protected section of the firmware lies in normal memory",
    make<WithFw<SectionInNormalMemory>>};

}  // namespace protm::mutants
