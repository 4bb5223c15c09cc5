// SPDX-License-Identifier: GPL-2.0-only
// Calls whose results differ because faults of the kernel's services hit them differently. A fault
// is for the n-th occasion of its kind, and how many of those a call comes by, in which order, is a
// driver's own affair.
// Leaves out: faults of the machine (faults_end.cc).
// Source: contract/program.h HostFault: `nth` counts per role.
#pragma once

#include "oracle/judge/compare.h"

namespace protm::judge {

/// Whether the difference `f` between two step_returned records, at least one of which tells an
/// error, comes from there: the call met another fault, or its own arguments first; or it met in
/// one run a fault that an earlier call, which failed of another one or of what it asks for, had
/// spent or come by.
[[nodiscard]] bool faults_decide(const Comparison& c, const Finding& f);

}  // namespace protm::judge
