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
  bool enter(const Ptr<Group>& group) override {
    if (!Protm::enter(group)) return false;
    const auto& csg = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id));
    for (std::uint32_t queue = 0; queue < group->queue_count; ++queue) {
      d_.fw->ack_events(csg.cs[queue], vocab::fw::kCsProtmPend);
    }
    d_.fw->ring_csgs(1u << group->csg_id);
    return true;
  }
};

}  // namespace

extern const Mutant kLateRequestAcked{
    "late-request-acked",
    "Behind the entry, requests that came since the grant are acknowledged too",
    make<WithProtm<LateRequestAcked>>};

}  // namespace protm::mutants
