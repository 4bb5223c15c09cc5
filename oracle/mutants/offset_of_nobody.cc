// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_MMAP_OFFSET of a buffer that is not there succeeds.
// Caught by uapi/uapi-108.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kOffsetOfNobody{
    "offset-of-nobody", "BO_MMAP_OFFSET of a buffer that is not there succeeds",
    make<Forgiving<IoctlId::bo_mmap_offset, ENOENT>>};

}  // namespace protm::mutants
