// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_QUERY_INFO of a buffer that is not there succeeds.
// Caught by uapi/uapi-112.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kInfoOfNobody{
    "info-of-nobody", "BO_QUERY_INFO of a buffer that is not there succeeds",
    make<Forgiving<IoctlId::bo_query_info, ENOENT>>};

}  // namespace protm::mutants
