// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A reset that finds its GPU in protected mode ends the groups of the other one too.
// Caught by heap/heap-035-reset-of-one.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct ResetEndsBoth : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  void join(contract::Driver& first) override {
    other = &static_cast<ResetEndsBoth&>(first);
    other->other = this;
    ReferenceDriver::join(first);
  }
  Ptr<reference::Sched> make_sched(Device& d) override;
  void remove() override {
    sched = nullptr;
    ReferenceDriver::remove();
  }
  ResetEndsBoth* other = nullptr;
  Ptr<reference::Sched> sched;
};

class Both : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void rescue_from_protm() override {
    const bool inside = d_.gpu->protm_active() || d_.protm->active_group();
    const ResetEndsBoth* const other = static_cast<ResetEndsBoth&>(d_.driver).other;
    if (inside && other != nullptr && other->sched) {
      for (const reference::Slot& slot : contract::ptr_cast<Both>(other->sched)->slots_) {
        if (slot.group) slot.group->fatal_queues = (1u << slot.group->queue_count) - 1;
      }
    }
    Sched::rescue_from_protm();
  }
};

Ptr<reference::Sched> ResetEndsBoth::make_sched(Device& d) {
  sched = k_.make<Both>("sched", d);
  return sched;
}

}  // namespace

extern const Mutant kResetEndsBoth{
    "reset-ends-both",
    "A reset that finds its GPU in protected mode ends the groups of the other one too",
    make<ResetEndsBoth>};

}  // namespace protm::mutants
