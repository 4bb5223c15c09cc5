// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_CREATE refuses no field.
// Caught by uapi/uapi-114.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kGroupCreateUnchecked{
    "group-create-unchecked", "GROUP_CREATE refuses no field",
    make<Forgiving<IoctlId::group_create, EINVAL>>};

}  // namespace protm::mutants
