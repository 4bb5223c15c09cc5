// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An entry acknowledges the requests of all groups on slots, not of one.
// Caught by sched/sched-035.
#include <bit>

#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class GrantAcksEverybody : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void enter_protm(reference::Tick& tick) override {
    for (std::uint32_t slot = 0; slot < slot_count(); ++slot) {
      const Ptr<Group>& other = slots_[slot].group;
      if (!other || !tick.protm_candidate || other == tick.protm_candidate) continue;
      const auto& cs = d_.fw->csg(slot).cs;
      for (std::uint32_t rest = other->protm_pending_queues; rest != 0; rest &= rest - 1) {
        d_.fw->ack_events(cs[static_cast<std::size_t>(std::countr_zero(rest))],
                          vocab::fw::kCsProtmPend);
      }
    }
    Sched::enter_protm(tick);
  }
};

}  // namespace

extern const Mutant kGrantAcksEverybody{
    "grant-acks-everybody",
    "An entry acknowledges the requests of all groups on slots, not of one",
    make<WithSched<GrantAcksEverybody>>};

}  // namespace protm::mutants
