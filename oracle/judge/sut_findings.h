// SPDX-License-Identifier: GPL-2.0-only
// What a candidate does to the kernel below it: oops, WARN, lock misuse, leak, stuck, livelock; and
// to the process that it runs in: crash, protocol. Rule ids are "sut/<kind>:<role>", the role as
// the kernel below reports it. Leaves out: what rules say. Source: design.md section 6.
#pragma once

#include <vector>

#include "oracle/judge/verdict.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

/// Built-in classes with one sentence each, for lists of rules.
struct SutClass {
  std::string_view id;
  std::string_view sentence;
};
[[nodiscard]] const std::vector<SutClass>& sut_classes();

/// All findings of `trace`. A WARN that `expected` has too is the kernel's own contract; pass
/// nullptr to take every WARN as expected.
[[nodiscard]] std::vector<Finding> sut_findings(const contract::Trace& trace,
                                                const contract::Trace* expected);

}  // namespace protm::judge
