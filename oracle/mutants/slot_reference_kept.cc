// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that leaves its slot keeps the slot's reference.
// Caught by sut/leak:group.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SlotReferenceKept : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void unbind(const Ptr<Group>& group) override {
    group_get(group);
    Sched::unbind(group);
  }
};

}  // namespace

extern const Mutant kSlotReferenceKept{
    "slot-reference-kept",
    "A group that leaves its slot keeps the slot's reference",
    make<WithSched<SlotReferenceKept>>};

}  // namespace protm::mutants
