// SPDX-License-Identifier: GPL-2.0-only
// VM ioctls; see uapi.h.
#include <algorithm>
#include <bit>

#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/submission.h"
#include "oracle/reference/vm_bind.h"
#include "oracle/reference/uapi.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;
using contract::SpinGuard;
using tl::unexpected;

namespace {

constexpr std::uint64_t kMinKernelRange = 256ull << 20;
/// End of a 64-bit task's address space (x86-64, four levels). A task that asks for nothing gets as
/// much. Not modelled: GPUs with less than that; those with a CSF have 48 bits.
constexpr std::uint64_t kTaskSize = (1ull << 47) - kPageSize;

/// Lays out kernel and user part of the address space. Errors: -EINVAL.
Result<VmLayout> layout_of(Device& d, std::uint64_t wanted_user) {
  const std::uint32_t va_bits = Word<MmuFeatures>{d.gpu->info().mmu_features}[MmuFeatures::va_bits];
  const std::uint64_t full = 1ull << va_bits;
  const std::uint64_t most = full - kMinKernelRange;
  if (wanted_user > most) return unexpected(-EINVAL);
  const std::uint64_t user = wanted_user != 0 ? wanted_user : kTaskSize;
  const std::uint64_t kernel_size = std::bit_floor(full - user);
  const std::uint64_t start = full - kernel_size;
  return VmLayout{.kind = VmKind::user, .kernel_start = start, .kernel_size = kernel_size,
                  .auto_start = start, .auto_size = kernel_size};
}

int create_vm(File& file, uapi::VmCreate& args) {
  if (args.flags != 0) return -EINVAL;
  const auto layout = layout_of(*file.d, args.user_va_range);
  if (!layout) return layout.error();
  const auto vm = Vms::create(*file.d, *layout);
  if (!vm) return vm.error();
  (*vm)->user_range = layout->kernel_start;
  const auto slot = std::find_if(file.vms.begin(), file.vms.end(),
                                 [](const Ptr<Vm>& v) { return v == nullptr; });
  if (slot == file.vms.end()) {
    Vms::put(*vm);
    return -EBUSY;
  }
  *slot = *vm;
  args.id = static_cast<std::uint32_t>(slot - file.vms.begin()) + 1;
  args.user_va_range = layout->kernel_start;
  return 0;
}

int check_range(const Vm& vm, const uapi::VmBindOp& op) {
  if (((op.va | op.size | op.bo_offset) & kPageMask) != 0) return -EINVAL;
  if (op.va >= vm.user_range || op.size > vm.user_range - op.va) return -EINVAL;
  return 0;
}

Result<VmOp> checked_map(Device& d, const Ptr<DrmFile>& drm_file, const Ptr<Vm>& vm,
                         const uapi::VmBindOp& op) {
  constexpr std::uint32_t kFlags = uapi::kVmBindOpMapReadonly | uapi::kVmBindOpMapNoexec |
                                   uapi::kVmBindOpMapUncached | uapi::kVmBindOpTypeMask;
  const Ptr<contract::GemObject> gem = d.drm.gem_lookup(drm_file, op.bo_handle);
  if (!gem) return unexpected(-EINVAL);
  const Ptr<Bo> bo = contract::ptr_cast<Bo>(gem);
  const bool inside = op.size <= gem->size && op.bo_offset <= gem->size - op.size;
  const bool elsewhere = bo->exclusive_root && !(bo->exclusive_root == vm->root);
  if ((op.flags & ~kFlags) != 0 || !inside || elsewhere) {
    d.drm.gem_put(gem);
    return unexpected(-EINVAL);
  }
  return VmOp{.kind = VmOp::Kind::map, .va = op.va, .size = op.size, .offset = op.bo_offset,
              .object = gem, .flags = op.flags};
}

/// The operation; its object has a reference for the caller. Errors: -EINVAL.
Result<VmOp> checked_op(Device& d, const Ptr<DrmFile>& drm_file, const Ptr<Vm>& vm,
                        const uapi::VmBindOp& op) {
  const int error = check_range(*vm, op);
  if (error != 0) return unexpected(error);
  const std::uint32_t type = op.flags & uapi::kVmBindOpTypeMask;
  if (type == uapi::kVmBindOpTypeMap) return checked_map(d, drm_file, vm, op);
  if ((op.flags & ~uapi::kVmBindOpTypeMask) != 0) return unexpected(-EINVAL);
  if (op.bo_handle != 0 || op.bo_offset != 0) return unexpected(-EINVAL);
  VmOp made{.kind = VmOp::Kind::unmap, .va = op.va, .size = op.size, .may_split = true};
  if (type == uapi::kVmBindOpTypeUnmap) return made;
  // Nothing but fences, so there must be some.
  if (type != uapi::kVmBindOpTypeSyncOnly || op.va != 0 || op.size != 0 || op.syncs.count == 0) {
    return unexpected(-EINVAL);
  }
  made.kind = VmOp::Kind::sync_only;
  return made;
}

int bind_one(File& file, const Ptr<DrmFile>& drm_file, const Ptr<Vm>& vm,
             const uapi::VmBindOp& op) {
  if (op.syncs.count != 0) return -EINVAL;
  if (op.size == 0) return 0;
  const auto checked = checked_op(*file.d, drm_file, vm, op);
  if (!checked) return checked.error();
  const int error = Vms::run(vm, *checked);
  file.d->drm.gem_put(checked->object);
  return error;
}

int bind_now(File& file, const Ptr<DrmFile>& drm_file, const Ptr<Vm>& vm, uapi::VmBind& args) {
  const auto ops = get_array<uapi::VmBindOp>(file.d->k, args.ops);
  if (!ops) return ops.error();
  int error = 0;
  std::uint32_t done = 0;
  for (const uapi::VmBindOp& op : *ops) {
    error = bind_one(file, drm_file, vm, op);
    if (error != 0) break;
    ++done;
  }
  args.ops.count = done;  // the caller of one that fails learns how far it went
  return error;
}

constexpr JobRefs kBindJobs{.get = BindQueues::get_job, .put = BindQueues::put_job};

int bind_later(File& file, const Ptr<DrmFile>& drm_file, const Ptr<Vm>& vm,
               const uapi::VmBind& args) {
  Device& d = *file.d;
  const auto ops = get_array<uapi::VmBindOp>(d.k, args.ops);
  if (!ops) return ops.error();
  Submission submission(file, drm_file, kBindJobs);
  for (const uapi::VmBindOp& op : *ops) {
    if (vm->destroyed || vm->unusable) return -EINVAL;
    const auto checked = checked_op(d, drm_file, vm, op);
    if (!checked) return checked.error();
    const auto job = BindQueues::make_job(vm, *checked);
    d.drm.gem_put(checked->object);
    if (!job) return job.error();
    const int error = submission.add(*job, op.syncs);
    if (error != 0) return error;
  }
  return submission.run(vm);
}

int bind_all(File& file, const Ptr<DrmFile>& drm_file, uapi::VmBind& args) {
  const Ptr<Vm> vm = vm_lookup(file, args.vm_id);
  if (!vm) return -EINVAL;
  const int error = (args.flags & uapi::kVmBindAsync) != 0 ? bind_later(file, drm_file, vm, args)
                                                           : bind_now(file, drm_file, vm, args);
  Vms::put(vm);
  return error;
}

}  // namespace

int ioctl_vm_create(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  return in_device(file.d->k, [&] { return create_vm(file, *static_cast<uapi::VmCreate*>(arg)); });
}

int ioctl_vm_destroy(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  const auto& args = *static_cast<const uapi::VmDestroy*>(arg);
  if (args.pad != 0) return -EINVAL;
  if (args.id == 0 || args.id > File::kVms) return -EINVAL;
  Ptr<Vm> vm;
  {
    SpinGuard lock(file.d->k, file.tables_lock);
    std::swap(vm, file.vms[args.id - 1]);
  }
  if (!vm) return -EINVAL;
  Vms::destroy(vm);
  return 0;
}

int ioctl_vm_bind(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  auto& args = *static_cast<uapi::VmBind*>(arg);
  return in_device(file.d->k, [&] { return bind_all(file, drm_file, args); });
}

int ioctl_vm_get_state(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  auto& args = *static_cast<uapi::VmGetState*>(arg);
  const Ptr<Vm> vm = vm_lookup(file, args.vm_id);
  if (!vm) return -EINVAL;
  args.state = vm->unusable ? uapi::kVmStateUnusable : uapi::kVmStateUsable;
  Vms::put(vm);
  return 0;
}

void close_vms(File& file) {
  for (const Ptr<Vm>& vm : file.vms) {
    if (vm) Vms::destroy(vm);
  }
}

}  // namespace protm::reference
