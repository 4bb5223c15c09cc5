// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The CPU clears a protected section that has neither data nor zeros.
// Caught by fw/fw-007.
#include "gpu-model/vocab/fw_image.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EmptySectionCleared : public reference::Fw {
 public:
  using Fw::Fw;

 protected:
  int make_section_memory(const Ptr<reference::FwSection>& section) override {
    const int error = Fw::make_section_memory(section);
    if (error != 0 || (section->flags & vocab::fw_image::kFlagProt) == 0) return error;
    const int unmapped = reference::KernelBos::vmap(d_, section->memory);
    if (unmapped != 0) return unmapped;
    d_.drm.zero(section->memory->kmap, 0, section->size);
    reference::KernelBos::vunmap(d_, section->memory);
    return 0;
  }
};

}  // namespace

extern const Mutant kEmptySectionCleared{
    "empty-section-cleared",
    "The CPU clears a protected section that has neither data nor zeros",
    make<WithFw<EmptySectionCleared>>};

}  // namespace protm::mutants
