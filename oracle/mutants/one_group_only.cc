// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The tick never puts a second group on a slot.
// Caught by base/base-005.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class OneGroupOnly : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void pick(reference::Tick& tick, reference::List<Group>& from, reference::PickIdle idle,
            reference::PickOwner owner) override {
    if (tick.group_count == 0) Sched::pick(tick, from, idle, owner);
  }
};

}  // namespace

extern const Mutant kOneGroupOnly{
    "one-group-only",
    "The tick never puts a second group on a slot",
    make<WithSched<OneGroupOnly>>};

}  // namespace protm::mutants
