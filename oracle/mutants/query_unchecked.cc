// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: DEV_QUERY takes any type and any size.
// Caught by uapi/uapi-100.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kQueryUnchecked{
    "query-unchecked", "DEV_QUERY takes any type and any size",
    make<Forgiving<IoctlId::dev_query, EINVAL>>};

}  // namespace protm::mutants
