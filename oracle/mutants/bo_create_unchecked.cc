// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_CREATE refuses no flag, no padding and no VM.
// Caught by uapi/uapi-107.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kBoCreateUnchecked{
    "bo-create-unchecked", "BO_CREATE refuses no flag, no padding and no VM",
    make<Forgiving<IoctlId::bo_create, EINVAL>>};

}  // namespace protm::mutants
