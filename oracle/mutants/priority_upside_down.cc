// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group gets a slot priority that falls with its importance.
// Caught by base/base-006.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class PriorityUpsideDown : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void program_slot(std::uint32_t slot, std::uint32_t priority) override {
    Sched::program_slot(slot, vocab::fw::kCsgPriorityMax - priority);
  }
};

}  // namespace

extern const Mutant kPriorityUpsideDown{
    "priority-upside-down",
    "A group gets a slot priority that falls with its importance",
    make<WithSched<PriorityUpsideDown>>};

}  // namespace protm::mutants
