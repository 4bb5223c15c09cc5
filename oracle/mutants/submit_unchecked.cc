// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_SUBMIT takes what it should refuse for done.
// Caught by uapi/uapi-118.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kSubmitUnchecked{
    "submit-unchecked", "GROUP_SUBMIT takes what it should refuse for done",
    make<Forgiving<IoctlId::group_submit, EINVAL>>};

}  // namespace protm::mutants
