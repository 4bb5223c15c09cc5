// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_CREATE refuses no flag and no range.
// Caught by uapi/uapi-101.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kVmCreateUnchecked{
    "vm-create-unchecked", "VM_CREATE refuses no flag and no range",
    make<Forgiving<IoctlId::vm_create, EINVAL>>};

}  // namespace protm::mutants
