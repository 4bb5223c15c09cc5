// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_drv.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_heap.h"
#include "sut-adapters/series-v1/panthor_gem.h"
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched.h"
#include "sut-adapters/series-v1/regs.h"
#include "sut-adapters/series-v1/series_v1.h"

namespace protm::v1 {
namespace {

using contract::DrmFile;
using contract::Ptr;
namespace uapi = vocab::uapi;

constexpr std::uint64_t kMinKernelVa = 256ull << 20;
/// TASK_SIZE of a 64-bit process. Assumption: arm64 with 48-bit user addresses.
constexpr std::uint64_t kTaskSize = 1ull << 48;
constexpr std::uint64_t kNsPerSec = 1'000'000'000;
/// kvmalloc_array refuses more (INT_MAX).
constexpr std::uint64_t kMaxAllocation = 0x7fffffff;
/// Programs give a process less memory than this, so a longer array must end in a fault.
constexpr std::uint64_t kMaxUserArray = 8ull << 20;

// PANTHOR_UOBJ_SET: what the user has room for; the rest of a bigger user object is zeroed.
int panthor_set_uobj(PanthorDevice* ptdev, std::uint64_t usr_ptr, std::uint32_t usr_size,
                     std::uint32_t min_size, std::span<const std::byte> obj) {
  if (usr_size < min_size) return -EINVAL;
  const std::size_t count = std::min<std::size_t>(usr_size, obj.size());
  if (ptdev->kernel.copy_to_user(usr_ptr, obj.first(count)) != 0) return -EFAULT;
  if (usr_size > obj.size() &&
      ptdev->kernel.clear_user(usr_ptr + obj.size(), usr_size - obj.size()) != 0) {
    return -EFAULT;
  }
  return 0;
}

template <class T>
int set_uobj(PanthorDevice* ptdev, const uapi::DevQuery& query, std::uint32_t min_size,
             const T& obj) {
  return panthor_set_uobj(ptdev, query.pointer, query.size, min_size,
                          std::as_bytes(std::span(&obj, 1)));
}

// copy_struct_from_user: bytes that this kernel does not know must be zero.
int copy_struct_from_user(PanthorDevice* ptdev, std::span<std::byte> to, std::uint64_t from,
                          std::uint64_t usr_size) {
  const std::size_t known = std::min<std::size_t>(to.size(), usr_size);
  std::fill(to.begin(), to.end(), std::byte{0});
  for (std::uint64_t at = to.size(); at < usr_size; ++at) {
    std::byte tail{};
    if (ptdev->kernel.copy_from_user(std::span(&tail, 1), from + at) != 0) return -EFAULT;
    if (tail != std::byte{0}) return -E2BIG;
  }
  return ptdev->kernel.copy_from_user(to.first(known), from) != 0 ? -EFAULT : 0;
}

std::uint64_t read_counter(PanthorDevice* ptdev, std::uint32_t lo) {
  contract::Kernel& k = ptdev->kernel;
  for (;;) {
    const std::uint32_t high = k.read32(lo + 4);
    const std::uint32_t low = k.read32(lo);
    if (k.read32(lo + 4) == high) return static_cast<std::uint64_t>(high) << 32 | low;
  }
}

void fill_timestamps(PanthorDevice* ptdev, uapi::TimestampInfo* info) {
  const std::uint32_t flags = info->flags;
  if ((flags & uapi::kTimestampFreq) != 0) info->timestamp_frequency = kArchTimerHz;
  if ((flags & uapi::kTimestampGpuOffset) != 0) {
    info->timestamp_offset = ptdev->kernel.read64(vocab::kTimestampOffsetLo.offset);
  }
  if ((flags & uapi::kTimestampGpu) != 0) {
    info->current_timestamp = read_counter(ptdev, vocab::kTimestampLo.offset);
  }
  if ((flags & uapi::kTimestampGpuCycleCount) != 0) {
    info->cycle_count = read_counter(ptdev, vocab::kCycleCountLo.offset);
  }
  if ((flags & uapi::kTimestampCpuTypeMask) != uapi::kTimestampCpuNone) {
    const std::uint64_t now = ptdev->kernel.now().ns;
    info->cpu_timestamp_sec = now / kNsPerSec;
    info->cpu_timestamp_nsec = now % kNsPerSec;
  }
}

// What a query without flags asks for: the members that version 1.1 had.
constexpr std::uint32_t kTimestampV1Flags =
    uapi::kTimestampGpu | uapi::kTimestampGpuOffset | uapi::kTimestampFreq;
constexpr std::uint32_t kTimestampLaterFlags =
    uapi::kTimestampGpuCycleCount | uapi::kTimestampDuration;

bool timestamp_flags_known(std::uint32_t flags) {
  const std::uint32_t cpu_clock = flags & uapi::kTimestampCpuTypeMask;
  const std::uint32_t rest = flags ^ cpu_clock;
  return cpu_clock <= uapi::kTimestampCpuMonotonicRaw &&
         (rest & ~(kTimestampV1Flags | kTimestampLaterFlags)) == 0;
}

// The members that were asked for; the others are zero, the flags go back as they came.
uapi::TimestampInfo sample_timestamps(PanthorDevice* ptdev, std::uint32_t flags) {
  uapi::TimestampInfo info{};
  info.flags = flags == 0 ? kTimestampV1Flags : flags;
  fill_timestamps(ptdev, &info);
  info.flags = flags;
  return info;
}

int panthor_query_timestamp_info(PanthorDevice* ptdev, const uapi::DevQuery& query) {
  uapi::TimestampInfo info{};
  const auto bytes = std::as_writable_bytes(std::span(&info, 1));
  int ret = copy_struct_from_user(ptdev, bytes, query.pointer, query.size);
  if (ret == 0 && !timestamp_flags_known(info.flags)) ret = -EINVAL;
  if (ret == 0) ret = panthor_device_resume_and_get(ptdev);
  if (ret != 0) return ret;
  info = sample_timestamps(ptdev, info.flags);
  ptdev->kernel.pm_runtime_put();
  return set_uobj(ptdev, query, uapi::kTimestampInfoMinSize, info);
}

uapi::GroupPrioritiesInfo panthor_query_group_priorities_info(PanthorDevice* ptdev) {
  uapi::GroupPrioritiesInfo info{};
  for (std::uint32_t prio = 0; prio < kCsgPriorityCount; ++prio) {
    if (prio >= uapi::kGroupPriorityHigh && !ptdev->kernel.capable_sys_nice()) continue;
    info.allowed_mask = static_cast<std::uint8_t>(info.allowed_mask | (1u << prio));
  }
  return info;
}

uapi::ProtectedInfo panthor_query_protected_info(PanthorDevice* ptdev) {
  const bool works = has_defect(ptdev, Switch::uapi_5) ? ptdev->protm.heap != nullptr
                                                       : panthor_fw_protm_supported(ptdev);
  return {works ? uapi::kProtectedFeatureBasic : 0};
}

int query_size(std::uint32_t type, std::uint32_t* size) {
  switch (type) {
    case uapi::kDevQueryGpuInfo:
      *size = sizeof(uapi::GpuInfo);
      return 0;
    case uapi::kDevQueryCsifInfo:
      *size = sizeof(uapi::CsifInfo);
      return 0;
    case uapi::kDevQueryTimestampInfo:
      *size = sizeof(uapi::TimestampInfo);
      return 0;
    case uapi::kDevQueryGroupPrioritiesInfo:
      *size = sizeof(uapi::GroupPrioritiesInfo);
      return 0;
    case uapi::kDevQueryProtectedInfo:
      *size = sizeof(uapi::ProtectedInfo);
      return 0;
    default:
      return -EINVAL;
  }
}

int panthor_ioctl_dev_query(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorDevice* const ptdev = to_panthor_file(file)->ptdev;
  auto& query = *static_cast<uapi::DevQuery*>(arg);
  if (query.type == uapi::kDevQueryProtectedInfo && !has_patch(ptdev, 8)) return -EINVAL;
  if (query.pointer == 0) return query_size(query.type, &query.size);
  switch (query.type) {
    case uapi::kDevQueryGpuInfo:
      return set_uobj(ptdev, query, uapi::kGpuInfoMinSize, ptdev->gpu_info);
    case uapi::kDevQueryCsifInfo:
      return set_uobj(ptdev, query, uapi::kCsifInfoMinSize, ptdev->csif_info);
    case uapi::kDevQueryTimestampInfo:
      return panthor_query_timestamp_info(ptdev, query);
    case uapi::kDevQueryGroupPrioritiesInfo:
      return set_uobj(ptdev, query, sizeof(uapi::GroupPrioritiesInfo),
                      panthor_query_group_priorities_info(ptdev));
    case uapi::kDevQueryProtectedInfo:
      return set_uobj(ptdev, query, sizeof(uapi::ProtectedInfo),
                      panthor_query_protected_info(ptdev));
    default:
      return -EINVAL;
  }
}

// What user space gets when it names no size.
std::uint64_t default_user_va_range(std::uint64_t full) {
  if (full > kTaskSize) return kTaskSize;
  constexpr std::uint64_t kSmallVa = 1ull << 32;
  return full <= kSmallVa ? full - kMinKernelVa : full >> 1;
}

// Splits the VA space of a VM between user and kernel; the kernel's part has a minimum.
int panthor_vm_create_get_user_va_range(const PanthorDevice* ptdev, std::uint64_t wanted,
                                        std::uint64_t* user_range, std::uint64_t* full_range) {
  const vocab::Word<vocab::MmuFeatures> features(ptdev->gpu_info.mmu_features);
  *full_range = 1ull << features[vocab::MmuFeatures::va_bits];
  if (*full_range <= kMinKernelVa || wanted > *full_range - kMinKernelVa) return -EINVAL;
  const std::uint64_t range = wanted != 0 ? wanted : default_user_va_range(*full_range);
  *user_range = std::min(range, *full_range - kMinKernelVa);
  return 0;
}

int panthor_ioctl_vm_create(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  PanthorDevice* const ptdev = pfile->ptdev;
  auto& args = *static_cast<uapi::VmCreate*>(arg);
  if (!ptdev->kernel.dev_enter()) return -ENODEV;
  int ret = args.flags != 0 ? -EINVAL : 0;
  std::uint64_t user_range = 0;
  std::uint64_t full = 0;
  if (ret == 0) {
    ret = panthor_vm_create_get_user_va_range(ptdev, args.user_va_range, &user_range, &full);
  }
  if (ret == 0) {
    const std::uint64_t kernel_size = std::bit_floor(full - user_range);
    const std::uint64_t kernel_start = full - kernel_size;
    const auto vm = panthor_vm_create(ptdev, {.kernel_va_start = kernel_start,
                                              .kernel_va_size = kernel_size,
                                              .auto_va_start = kernel_start,
                                              .auto_va_size = kernel_size});
    ret = vm ? -EBUSY : vm.error();
    for (std::uint32_t id = 1; vm && ret != 0 && id <= kMaxVmsPerFile; ++id) {
      if (pfile->vms[id] != nullptr) continue;
      pfile->vms[id] = *vm;
      args.id = id;
      args.user_va_range = kernel_start;
      ret = 0;
    }
    if (vm && ret != 0) panthor_vm_put(&**vm);
  }
  ptdev->kernel.dev_exit();
  return ret;
}

// Takes a VM and its handle's reference out of the pool.
Ptr<Vm> panthor_vm_pool_take(PanthorFile* pfile, std::uint32_t handle) {
  if (handle > kMaxVmsPerFile) return nullptr;
  contract::SpinGuard guard(pfile->ptdev->kernel, pfile->xa_lock);
  return std::exchange(pfile->vms[handle], nullptr);
}

int panthor_ioctl_vm_destroy(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  const auto* const args = static_cast<const uapi::VmDestroy*>(arg);
  Ptr<Vm> vm;
  if (args->pad == 0) vm = panthor_vm_pool_take(to_panthor_file(file), args->id);
  if (vm == nullptr) return -EINVAL;
  panthor_vm_destroy(&*vm);
  return 0;
}

int panthor_ioctl_vm_get_state(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  auto* const args = static_cast<uapi::VmGetState*>(arg);
  if (const Ptr<Vm> vm = panthor_vm_pool_get_vm(to_panthor_file(file), args->vm_id)) {
    args->state = vm->unusable ? uapi::kVmStateUnusable : uapi::kVmStateUsable;
    panthor_vm_put(&*vm);
    return 0;
  }
  return -EINVAL;
}

int panthor_vm_bind_sync(PanthorDevice* ptdev, const Ptr<DrmFile>& file, Vm* vm,
                         uapi::VmBind* args) {
  const auto ops = panthor_get_uobjs<uapi::VmBindOp>(ptdev, args->ops);
  if (!ops) return ops.error();
  for (std::uint32_t i = 0; i < ops->size(); ++i) {
    const int op_ret = panthor_vm_bind_exec_sync_op(file, vm, (*ops)[i]);
    if (op_ret != 0) {
      args->ops.count = i;   // how many were done
      return op_ret;
    }
  }
  return 0;
}

int panthor_ioctl_vm_bind(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  PanthorDevice* const ptdev = pfile->ptdev;
  auto& args = *static_cast<uapi::VmBind*>(arg);
  if (!ptdev->kernel.dev_enter()) return -ENODEV;
  int ret = -EINVAL;
  const Ptr<Vm> vm = panthor_vm_pool_get_vm(pfile, args.vm_id);
  if (vm != nullptr) {
    // Other flag bits are ignored, as upstream does.
    const bool async = (args.flags & uapi::kVmBindAsync) != 0;
    ret = async ? panthor_ioctl_vm_bind_async(ptdev, file, &*vm, args)
                : panthor_vm_bind_sync(ptdev, file, &*vm, &args);
    panthor_vm_put(&*vm);
  }
  ptdev->kernel.dev_exit();
  return ret;
}

int panthor_bo_create(PanthorFile* pfile, const Ptr<DrmFile>& file, uapi::BoCreate* args) {
  PanthorDevice* const ptdev = pfile->ptdev;
  if (args->size == 0 || args->pad != 0) return -EINVAL;
  if ((args->flags & ~(uapi::kBoNoMmap | uapi::kBoWbMmap)) != 0) return -EINVAL;
  if ((args->flags & uapi::kBoNoMmap) != 0 && (args->flags & uapi::kBoWbMmap) != 0) return -EINVAL;
  Ptr<Vm> vm;
  if (args->exclusive_vm_id != 0) {
    vm = panthor_vm_pool_get_vm(pfile, args->exclusive_vm_id);
    if (vm == nullptr) return -EINVAL;
  }
  const auto bo = panthor_gem_create(ptdev, args->size, args->flags, vm.raw());
  int ret = bo ? 0 : bo.error();
  if (bo) {
    const auto handle = ptdev->drm.gem_handle_create(file, *bo);
    if (handle) {
      args->handle = *handle;
      args->size = (*bo)->size;
    }
    ret = handle ? 0 : handle.error();
    panthor_gem_put(ptdev, *bo);   // the handle holds it now
  }
  if (vm != nullptr) panthor_vm_put(&*vm);
  return ret;
}

int panthor_ioctl_tiler_heap_create(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  auto* const args = static_cast<uapi::TilerHeapCreate*>(arg);
  const Ptr<Vm> vm = panthor_vm_pool_get_vm(to_panthor_file(file), args->vm_id);
  if (vm == nullptr) return -EINVAL;
  const auto pool = panthor_vm_get_heap_pool(&*vm, true);
  int ret = pool ? 0 : pool.error();
  if (pool) {
    const auto id = panthor_heap_create(*pool, args);
    if (id) args->handle = args->vm_id << 16 | *id;
    if (!id) ret = id.error();
    panthor_heap_pool_put(*pool);
  }
  panthor_vm_put(&*vm);
  return ret;
}

int panthor_ioctl_tiler_heap_destroy(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  const auto* const args = static_cast<const uapi::TilerHeapDestroy*>(arg);
  Ptr<Vm> vm;
  if (args->pad == 0) vm = panthor_vm_pool_get_vm(to_panthor_file(file), args->handle >> 16);
  if (vm == nullptr) return -EINVAL;
  const auto pool = panthor_vm_get_heap_pool(&*vm, false);
  int ret = pool ? 0 : pool.error();
  if (pool) {
    ret = panthor_heap_destroy(*pool, args->handle & 0xffff);
    panthor_heap_pool_put(*pool);
  }
  panthor_vm_put(&*vm);
  return ret;
}

int panthor_ioctl_bo_create(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  if (!pfile->ptdev->kernel.dev_enter()) return -ENODEV;
  const int ret = panthor_bo_create(pfile, file, static_cast<uapi::BoCreate*>(arg));
  pfile->ptdev->kernel.dev_exit();
  return ret;
}

int panthor_ioctl_bo_mmap_offset(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorDevice* const ptdev = to_panthor_file(file)->ptdev;
  auto& args = *static_cast<uapi::BoMmapOffset*>(arg);
  if (args.pad != 0) return -EINVAL;
  const auto gem = ptdev->drm.gem_lookup(file, args.handle);
  if (gem == nullptr) return -ENOENT;
  const bool no_mmap = (contract::ptr_cast<PanthorGem>(gem)->flags & uapi::kBoNoMmap) != 0;
  if (!no_mmap) args.offset = ptdev->drm.gem_mmap_offset(gem);
  ptdev->drm.gem_put(gem);
  return no_mmap ? -EPERM : 0;
}

// strndup_user(), without what nobody reads afterwards.
int panthor_check_label(contract::Kernel& k, std::uint64_t user) {
  constexpr std::size_t kPart = 1;
  std::byte part[kPart] = {std::byte{1}};
  std::uint64_t length = 0;
  while (part[0] != std::byte{0}) {
    if (length == kBoLabelMaxLen) return -E2BIG;
    if (k.copy_from_user(part, user + length) != 0) return -EFAULT;
    length += kPart;
  }
  return 0;
}

int panthor_ioctl_bo_set_label(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorDevice* const ptdev = to_panthor_file(file)->ptdev;
  const auto* const args = static_cast<const uapi::BoSetLabel*>(arg);
  if (args->pad != 0) return -EINVAL;
  const auto obj = ptdev->drm.gem_lookup(file, args->handle);
  if (obj == nullptr) return -ENOENT;
  int ret = 0;
  if (args->label != 0) ret = panthor_check_label(ptdev->kernel, args->label);
  ptdev->drm.gem_put(obj);
  return ret;
}

int panthor_ioctl_set_user_mmio_offset(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  const auto wanted = static_cast<const uapi::SetUserMmioOffset*>(arg)->offset;
  for (const std::uint64_t known : {uapi::kUserMmioOffset32, uapi::kUserMmioOffset64}) {
    if (wanted != known) continue;
    pfile->user_mmio_offset = wanted;
    return 0;
  }
  return -EINVAL;
}

// What panthor_gem_sync() refuses; there are no caches to maintain.
int panthor_gem_sync(const Ptr<contract::GemObject>& obj, const uapi::BoSyncOp& op) {
  const std::uint64_t end = op.offset + op.size;
  if (end < op.offset || end > obj->size || obj->imported) return -EINVAL;
  switch (op.type) {
    case uapi::kBoSyncOpCpuCacheFlush:
    case uapi::kBoSyncOpCpuCacheFlushAndInvalidate:
      return 0;
    default:
      return -EINVAL;
  }
}

int panthor_ioctl_bo_sync(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorDevice* const ptdev = to_panthor_file(file)->ptdev;
  const auto ops = panthor_get_uobjs<uapi::BoSyncOp>(ptdev, static_cast<uapi::BoSync*>(arg)->ops);
  int ret = ops ? 0 : ops.error();
  for (std::size_t i = 0; ret == 0 && i < ops->size(); ++i) {
    const auto obj = ptdev->drm.gem_lookup(file, (*ops)[i].handle);
    ret = obj == nullptr ? -ENOENT : panthor_gem_sync(obj, (*ops)[i]);
    ptdev->drm.gem_put(obj);
  }
  return ret;
}

int panthor_ioctl_bo_query_info(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorDevice* const ptdev = to_panthor_file(file)->ptdev;
  auto* const args = static_cast<uapi::BoQueryInfo*>(arg);
  const auto obj = ptdev->drm.gem_lookup(file, args->handle);
  if (obj == nullptr) return -ENOENT;
  *args = {.handle = args->handle,
           .extra_flags = obj->imported ? uapi::kBoIsImported : 0u,
           .create_flags = contract::ptr_cast<PanthorGem>(obj)->flags,
           .pad = 0};
  ptdev->drm.gem_put(obj);
  return 0;
}

int panthor_open(void* driver, const Ptr<DrmFile>& file) {
  SeriesV1& v1 = *series_v1_of(driver);
  if (v1.ptdev == nullptr) return -ENODEV;
  const auto pfile = v1.kernel.make<PanthorFile>("file");
  if (pfile == nullptr) return -ENOMEM;
  pfile->ptdev = &*v1.ptdev;
  file->private_data = pfile;
  return 0;
}

void panthor_postclose(void* /*driver*/, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  panthor_group_pool_destroy(pfile);
  for (std::uint32_t handle = 1; handle <= kMaxVmsPerFile; ++handle) {
    if (const Ptr<Vm> vm = panthor_vm_pool_take(pfile, handle)) panthor_vm_destroy(&*vm);
  }
  const auto self = contract::ptr_cast<PanthorFile>(file->private_data);
  file->private_data = nullptr;
  pfile->ptdev->kernel.free(self);
}

template <class Args>
constexpr contract::DrmIoctl ioctl(uapi::IoctlId id,
                                   int (*fn)(void*, void*, const Ptr<DrmFile>&)) {
  return {static_cast<std::uint32_t>(id), sizeof(Args), fn};
}

constexpr contract::DrmIoctl kPanthorDrmDriverIoctls[] = {
    ioctl<uapi::DevQuery>(uapi::IoctlId::dev_query, panthor_ioctl_dev_query),
    ioctl<uapi::VmCreate>(uapi::IoctlId::vm_create, panthor_ioctl_vm_create),
    ioctl<uapi::VmDestroy>(uapi::IoctlId::vm_destroy, panthor_ioctl_vm_destroy),
    ioctl<uapi::VmBind>(uapi::IoctlId::vm_bind, panthor_ioctl_vm_bind),
    ioctl<uapi::VmGetState>(uapi::IoctlId::vm_get_state, panthor_ioctl_vm_get_state),
    ioctl<uapi::BoCreate>(uapi::IoctlId::bo_create, panthor_ioctl_bo_create),
    ioctl<uapi::BoMmapOffset>(uapi::IoctlId::bo_mmap_offset, panthor_ioctl_bo_mmap_offset),
    ioctl<uapi::GroupCreate>(uapi::IoctlId::group_create, panthor_ioctl_group_create),
    ioctl<uapi::GroupDestroy>(uapi::IoctlId::group_destroy, panthor_ioctl_group_destroy),
    ioctl<uapi::GroupSubmit>(uapi::IoctlId::group_submit, panthor_ioctl_group_submit),
    ioctl<uapi::GroupGetState>(uapi::IoctlId::group_get_state, panthor_ioctl_group_get_state),
    ioctl<uapi::TilerHeapCreate>(uapi::IoctlId::tiler_heap_create,
                                 panthor_ioctl_tiler_heap_create),
    ioctl<uapi::TilerHeapDestroy>(uapi::IoctlId::tiler_heap_destroy,
                                  panthor_ioctl_tiler_heap_destroy),
    ioctl<uapi::BoSetLabel>(uapi::IoctlId::bo_set_label, panthor_ioctl_bo_set_label),
    ioctl<uapi::SetUserMmioOffset>(uapi::IoctlId::set_user_mmio_offset,
                                   panthor_ioctl_set_user_mmio_offset),
    ioctl<uapi::BoSync>(uapi::IoctlId::bo_sync, panthor_ioctl_bo_sync),
    ioctl<uapi::BoQueryInfo>(uapi::IoctlId::bo_query_info, panthor_ioctl_bo_query_info),
};

// panthor_gpu_show_fdinfo() and panthor_show_internal_memory_stats(), without profiling.
constexpr const char* kFdinfoKeys[] = {"drm-maxfreq-panthor", "drm-curfreq-panthor",
                                       "panthor-resident-memory", "panthor-active-memory"};

}  // namespace

const contract::DrmDriverOps kPanthorDrmDriver{
    .name = "panthor",
    .major = 1,
    .minor = 9,
    .ioctls = kPanthorDrmDriverIoctls,
    .open = panthor_open,
    .postclose = panthor_postclose,
    .import_sg_table = panthor_gem_prime_import_sg_table,
    .fdinfo_keys = kFdinfoKeys,
    .prime_export = panthor_gem_prime_export,
    .is_user_page = panthor_is_user_mmio_mapping,
    .mmap_user_page = panthor_device_mmap_io,
    .read_user_page = panthor_mmio_vm_fault,
    .shrink = panthor_gem_shrinker_scan,
};

PanthorFile* to_panthor_file(const Ptr<DrmFile>& file) {
  return &*contract::ptr_cast<PanthorFile>(file->private_data);
}

Ptr<Vm> panthor_vm_pool_get_vm(PanthorFile* pfile, std::uint32_t handle) {
  if (handle == 0 || handle > kMaxVmsPerFile) return nullptr;
  contract::SpinGuard guard(pfile->ptdev->kernel, pfile->xa_lock);
  if (pfile->vms[handle] == nullptr) return nullptr;
  return panthor_vm_get(&*pfile->vms[handle]);
}

int panthor_check_uobj_array(const uapi::ObjArray& in, std::uint32_t min_stride,
                             std::uint32_t obj_size) {
  if (in.count == 0) return 0;
  if (in.stride < min_stride) return -EINVAL;
  const std::uint64_t bytes = static_cast<std::uint64_t>(in.count) * obj_size;
  if (bytes > kMaxAllocation) return -ENOMEM;
  return bytes > kMaxUserArray ? -EFAULT : 0;
}

int panthor_get_uobj_array(PanthorDevice* ptdev, const uapi::ObjArray& in, std::uint32_t obj_size,
                           std::byte* out) {
  if (in.count == 0) return 0;
  if (in.stride == obj_size) {
    const std::size_t bytes = static_cast<std::size_t>(obj_size) * in.count;
    return ptdev->kernel.copy_from_user({out, bytes}, in.array) != 0 ? -EFAULT : 0;
  }
  for (std::uint64_t i = 0; i < in.count; ++i) {
    const int ret = copy_struct_from_user(ptdev, {out + i * obj_size, obj_size},
                                          in.array + i * in.stride, in.stride);
    if (ret != 0) return ret;
  }
  return 0;
}

}  // namespace protm::v1
