// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_BIND reads the operations once to check them and once more to do them.
// Caught by uapi/uapi-031.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int ops_read_twice(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const auto& args = *static_cast<const vocab::uapi::VmBind*>(arg);
  const auto ops =
      reference::get_array<vocab::uapi::VmBindOp>(reference::file_of(file).d->k, args.ops);
  if (!ops) return ops.error();
  for (const vocab::uapi::VmBindOp& op : *ops) {
    if (((op.va | op.size) & vocab::kPageMask) != 0) return -EINVAL;
  }
  return reference::ioctl_vm_bind(driver, arg, file);
}

}  // namespace

extern const Mutant kOpsReadTwice{
    "ops-read-twice",
    "VM_BIND reads the operations once to check them and once more to do them",
    make<WithIoctl<IoctlId::vm_bind, ops_read_twice>>};

}  // namespace protm::mutants
