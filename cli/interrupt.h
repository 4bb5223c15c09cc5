// SPDX-License-Identifier: GPL-2.0-only
// What ends a long command early and in order: SIGINT, SIGTERM and SIGHUP set a word that it polls.
// Leaves out: what the command then does; a second signal, which changes nothing.
// Source: ISO C 7.14: a handler may write a volatile sig_atomic_t and nothing else.
#pragma once

#include <csignal>

namespace protm::cli {

/// Not 0 once one of the signals came.
extern volatile std::sig_atomic_t interrupted;

/// Clears `interrupted`; from now on the signals set it instead of ending the process.
void catch_interrupts();

}  // namespace protm::cli
