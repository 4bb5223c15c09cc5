// SPDX-License-Identifier: GPL-2.0-only
// How much a scan for memory finds, where that hangs on chance: it waited beside a protected
// session, or the buffer that it came to last is another one.
// Leaves out: which buffers those were; errors of a scan.
// Source: panthor_gem.c (7.3) panthor_gem_shrinker_scan(); panthor_mmu.c (7.3) panthor_vm_active(),
// panthor_mmu_reclaim_priv_bos().
#pragma once

#include "oracle/judge/compare.h"

namespace protm::judge {

/// Whether both sides are right about `f`, a difference between the results of a RECLAIM.
[[nodiscard]] bool scan_allows(const Comparison& c, const Finding& f);

}  // namespace protm::judge
