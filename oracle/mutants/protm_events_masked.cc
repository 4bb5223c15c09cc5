// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: After a restart the firmware is not asked to interrupt for the events of protected
// mode.
// Caught by fw/fw-012.
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
    const std::uint32_t of_protm = restarted_ ? fw::kGlbProtmEnter | fw::kGlbProtmExit : 0;
    set_in(glb(), fw::glb_input::kAckIrqMask, events & ~of_protm);
    restarted_ = true;
  }

 private:
  bool restarted_ = false;
};

}  // namespace

extern const Mutant kProtmEventsMasked{
    "protm-events-masked",
    "After a restart the firmware is not asked to interrupt for the events of protected mode",
    make<WithFw<ProtmEventsMasked>>};

}  // namespace protm::mutants
