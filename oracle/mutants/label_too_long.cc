// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A label that is too long is taken.
// Caught by uapi/uapi-040.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kLabelTooLong{
    "label-too-long", "A label that is too long is taken",
    make<Forgiving<IoctlId::bo_set_label, E2BIG>>};

}  // namespace protm::mutants
