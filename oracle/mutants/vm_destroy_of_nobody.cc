// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_DESTROY of a VM that is not there succeeds.
// Caught by uapi/uapi-102.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kVmDestroyOfNobody{
    "vm-destroy-of-nobody", "VM_DESTROY of a VM that is not there succeeds",
    make<Forgiving<IoctlId::vm_destroy, EINVAL>>};

}  // namespace protm::mutants
