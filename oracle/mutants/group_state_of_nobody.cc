// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_GET_STATE of a group that is not there succeeds.
// Caught by uapi/uapi-116.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kGroupStateOfNobody{
    "group-state-of-nobody", "GROUP_GET_STATE of a group that is not there succeeds",
    make<Forgiving<IoctlId::group_get_state, EINVAL>>};

}  // namespace protm::mutants
