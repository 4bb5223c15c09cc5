// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_SYNC takes any range.
// Caught by uapi/uapi-041.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kSyncRangeUnchecked{
    "sync-range-unchecked", "BO_SYNC takes any range",
    make<Forgiving<IoctlId::bo_sync, EINVAL>>};

}  // namespace protm::mutants
