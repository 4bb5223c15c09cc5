// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_SET_LABEL of a buffer that is not there succeeds.
// Caught by uapi/uapi-110.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kLabelOfNobody{
    "label-of-nobody", "BO_SET_LABEL of a buffer that is not there succeeds",
    make<Forgiving<IoctlId::bo_set_label, ENOENT>>};

}  // namespace protm::mutants
