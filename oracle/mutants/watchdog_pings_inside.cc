// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The watchdog pings during a protected session.
// Caught by fw/fw-025.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class WatchdogPingsInside : public reference::Protm {
 public:
  using Protm::Protm;
  bool ping_enter() override {
    k_.down_read(lock_);
    return true;
  }
};

}  // namespace

extern const Mutant kWatchdogPingsInside{
    "watchdog-pings-inside",
    "The watchdog pings during a protected session",
    make<WithProtm<WatchdogPingsInside>>};

}  // namespace protm::mutants
