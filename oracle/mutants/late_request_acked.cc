// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Behind the entry, requests that came since the grant are acknowledged too.
// SCHED-33. Caught by HW-pend-acked-after-sample, or by a job that never ends.
#include "oracle/mutants/planted.h"
#include "oracle/reference/group.h"

namespace protm::mutants {
namespace {

class LateRequestAcked : public reference::Protm {
 public:
  using Protm::Protm;
  int enter(const Ptr<Group>& group) override {
    const int error = Protm::enter(group);
    if (error != 0) return error;
    const auto& csg = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id));
    for (std::uint32_t queue = 0; queue < group->queue_count; ++queue) {
      d_.fw->ack_events(csg.cs[queue], vocab::fw::kCsProtmPend);
    }
    d_.fw->ring_csgs(1u << group->csg_id);
    return 0;
  }
};

}  // namespace

extern const Mutant kLateRequestAcked{
    "late-request-acked",
    "Behind the entry, requests that came since the grant are acknowledged too",
    make<WithProtm<LateRequestAcked>>};

}  // namespace protm::mutants
