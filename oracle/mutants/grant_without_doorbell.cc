// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: PROTM_PEND is acknowledged, but the doorbells of the queues are not rung.
// Caught by sched/sched-031.
#include <bit>

#include "gpu-model/vocab/fw_interface.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class GrantWithoutDoorbell : public reference::Protm {
 public:
  using Protm::Protm;

 protected:
  void grant(const Ptr<Group>& group) override {
    const auto& csg = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id));
    for (std::uint32_t rest = group->protm_pending_queues; rest != 0; rest &= rest - 1) {
      d_.fw->ack_events(csg.cs[static_cast<std::uint32_t>(std::countr_zero(rest))],
                        vocab::fw::kCsProtmPend);
    }
  }
};

}  // namespace

extern const Mutant kGrantWithoutDoorbell{
    "grant-without-doorbell",
    "PROTM_PEND is acknowledged, but the doorbells of the queues are not rung",
    make<WithProtm<GrantWithoutDoorbell>>};

}  // namespace protm::mutants
