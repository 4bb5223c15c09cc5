// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_BIND does not look at what a longer operation holds behind the known fields.
// Caught by uapi/uapi-038.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int unknown_fields_ignored(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  auto& args = *static_cast<vocab::uapi::VmBind*>(arg);
  int error = reference::ioctl_vm_bind(driver, arg, file);
  if (error != -E2BIG) return error;
  error = 0;
  for (std::uint32_t i = 0; error == 0 && i < args.ops.count; ++i) {
    vocab::uapi::VmBind one = args;
    one.ops = {.stride = sizeof(vocab::uapi::VmBindOp),
               .count = 1,
               .array = args.ops.array + std::uint64_t{i} * args.ops.stride};
    error = reference::ioctl_vm_bind(driver, &one, file);
  }
  return error;
}

}  // namespace

extern const Mutant kUnknownFieldsIgnored{
    "unknown-fields-ignored",
    "VM_BIND does not look at what a longer operation holds behind the known fields",
    make<WithIoctl<IoctlId::vm_bind, unknown_fields_ignored>>};

}  // namespace protm::mutants
