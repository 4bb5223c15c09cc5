// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_GET_STATE answers for VMs that do not exist.
// Caught by uapi/uapi-044.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kVmStateOfNobody{
    "vm-state-of-nobody", "VM_GET_STATE answers for VMs that do not exist",
    make<Forgiving<IoctlId::vm_get_state, EINVAL>>};

}  // namespace protm::mutants
