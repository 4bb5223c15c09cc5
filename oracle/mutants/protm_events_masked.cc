// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The firmware is not asked to interrupt for the events of protected mode.
// Caught by fw/fw-014.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ProtmEventsMasked : public reference::Fw {
 public:
  using Fw::Fw;

 protected:
  void init_global() override {
    namespace fw = vocab::fw;
    Fw::init_global();
    const std::uint32_t events = in(glb(), fw::glb_input::kAckIrqMask);
    set_in(glb(), fw::glb_input::kAckIrqMask,
           events & ~(fw::kGlbProtmEnter | fw::kGlbProtmExit));
  }
};

}  // namespace

extern const Mutant kProtmEventsMasked{
    "protm-events-masked",
    "The firmware is not asked to interrupt for the events of protected mode",
    make<WithFw<ProtmEventsMasked>>};

}  // namespace protm::mutants
