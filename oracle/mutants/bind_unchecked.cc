// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_BIND takes an operation that it should refuse for done.
// Caught by uapi/uapi-104, uapi/uapi-105.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kBindUnchecked{
    "bind-unchecked", "VM_BIND takes an operation that it should refuse for done",
    make<Forgiving<IoctlId::vm_bind, EINVAL>>};

}  // namespace protm::mutants
