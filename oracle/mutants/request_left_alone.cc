// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: No request for protected mode is ever granted.
// Caught by sched/sched-076, rule L3.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class RequestLeftAlone : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Ptr<Group> choose_protm(reference::Tick&) override { return nullptr; }
};

}  // namespace

extern const Mutant kRequestLeftAlone{"request-left-alone",
                                      "No request for protected mode is ever granted",
                                      make<WithSched<RequestLeftAlone>>};

}  // namespace protm::mutants
