// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Firmware with a protected section is refused where there is no heap.
// Caught by fw/fw-006.
#include <cstring>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/fw_image.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SectionWantsHeap : public reference::Fw {
 public:
  using Fw::Fw;

 protected:
  int load_section(std::span<const std::byte> file, std::span<const std::byte> payload) override {
    std::uint32_t flags = 0;
    std::memcpy(&flags, payload.data() + vocab::fw_image::kIfaceFlags, sizeof flags);
    const bool protect = (flags & vocab::fw_image::kFlagProt) != 0;
    return protect && !d_.protm->supported() ? -EINVAL : Fw::load_section(file, payload);
  }
};

}  // namespace

extern const Mutant kSectionWantsHeap{
    "section-wants-heap",
    "Firmware with a protected section is refused where there is no heap",
    make<WithFw<SectionWantsHeap>>};

}  // namespace protm::mutants
