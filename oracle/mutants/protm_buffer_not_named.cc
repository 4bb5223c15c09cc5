// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The firmware is not told where a group has its protected suspend buffer.
// Caught by fw/fw-014.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ProtmBufferNotNamed : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void program_slot(std::uint32_t slot, std::uint32_t priority) override {
    Sched::program_slot(slot, priority);
    d_.fw->set_in64(d_.fw->csg(slot).io, vocab::fw::csg_input::kProtmSuspendBuf, 0);
  }
};

}  // namespace

extern const Mutant kProtmBufferNotNamed{
    "protm-buffer-not-named",
    "The firmware is not told where a group has its protected suspend buffer",
    make<WithSched<ProtmBufferNotNamed>>};

}  // namespace protm::mutants
