// SPDX-License-Identifier: GPL-2.0-only
#include "cli/interrupt.h"

#include <initializer_list>

namespace protm::cli {

volatile std::sig_atomic_t interrupted = 0;

void catch_interrupts() {
  interrupted = 0;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, [](int) { interrupted = 1; });
  }
}

}  // namespace protm::cli
