// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A mapping does not keep its buffer, which goes with its last handle.
// Caught by mmu/mmu-034.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int mapping_without_reference(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const auto& args = *static_cast<const vocab::uapi::VmBind*>(arg);
  Device& d = *reference::file_of(file).d;
  const auto ops = reference::get_array<vocab::uapi::VmBindOp>(d.k, args.ops);
  const int error = reference::ioctl_vm_bind(driver, arg, file);
  if (error != 0 || !ops) return error;
  for (const vocab::uapi::VmBindOp& op : *ops) {
    const auto gem = d.drm.gem_lookup(file, op.bo_handle);
    if (gem == nullptr) continue;
    d.drm.gem_put(gem);  // what the look-up took
    d.drm.gem_put(gem);
  }
  return 0;
}

}  // namespace

extern const Mutant kMappingWithoutReference{
    "mapping-without-reference",
    "A mapping does not keep its buffer, which goes with its last handle",
    make<WithIoctl<IoctlId::vm_bind, mapping_without_reference>>};

}  // namespace protm::mutants
