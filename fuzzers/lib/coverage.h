// SPDX-License-Identifier: GPL-2.0-only
// What an engine counts of a run: not the start of the World. Whether a World is booted or restored
// hangs on the input before, so the same input would look new time and again, and AFL++ would call
// the target unstable. A subject that is about booting boots each time instead.
// Leaves out: what engines do with the counts. Does nothing in a build without an engine.
// Source: LLVM 14 SanitizerCoverage (inline 8-bit counters), AFL++ 4.04c afl-compiler-rt.
#pragma once

#include "sut-adapters/executor/session.h"

namespace protm::fuzz {

/// Functions that take the start of a run out of the engine's counts.
[[nodiscard]] exec::StartWatch starts_not_counted();

/// What happens while one lives is not counted: AFL++ looks away, libFuzzer's counts are put back.
class NotCounted {
 public:
  NotCounted();
  ~NotCounted();
  NotCounted(const NotCounted&) = delete;
  NotCounted& operator=(const NotCounted&) = delete;
};

}  // namespace protm::fuzz
