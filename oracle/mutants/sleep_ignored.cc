// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A tick that is due while the system sleeps runs, as in the base.
// Caught by life/life-suspend-tick-pending, rule PM-1.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct SleepIgnored : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  [[nodiscard]] bool waits_for_wake() const override { return false; }
};

}  // namespace

extern const Mutant kSleepIgnored{"sleep-ignored",
                                  "A tick that is due while the system sleeps runs, as in the base",
                                  make<SleepIgnored>};

}  // namespace protm::mutants
