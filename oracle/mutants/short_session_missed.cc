// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The exit of a session that is over before anybody looked is not processed (FW-17).
// Caught by I4 or the comparison of fences, under a schedule that holds the tick.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ShortSessionMissed : public reference::Protm {
 public:
  using Protm::Protm;
  bool enter(const Ptr<Group>& group) override {
    const bool entered = Protm::enter(group);
    if (entered && exit_pending()) d_.fw->ack_events(d_.fw->glb(), vocab::fw::kGlbProtmExit);
    return entered;
  }
};

}  // namespace

extern const Mutant kShortSessionMissed{
    "short-session-missed",
    "The exit of a session that is over before anybody looked is not processed",
    make<WithProtm<ShortSessionMissed>>};

}  // namespace protm::mutants
