// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_SYNC of a buffer that is not there succeeds.
// Caught by uapi/uapi-111.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kSyncOfNobody{
    "sync-of-nobody", "BO_SYNC of a buffer that is not there succeeds",
    make<Forgiving<IoctlId::bo_sync, ENOENT>>};

}  // namespace protm::mutants
