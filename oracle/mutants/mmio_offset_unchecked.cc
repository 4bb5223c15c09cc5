// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: SET_USER_MMIO_OFFSET takes any offset.
// Caught by uapi/uapi-043.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kMmioOffsetUnchecked{
    "mmio-offset-unchecked", "SET_USER_MMIO_OFFSET takes any offset",
    make<Forgiving<IoctlId::set_user_mmio_offset, EINVAL>>};

}  // namespace protm::mutants
