// SPDX-License-Identifier: GPL-2.0-only
// Ioctls of buffer objects; see uapi.h.
#include "gpu-model/vocab/regs/doorbell.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/uapi.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;
using contract::GemObject;

namespace {

/// With the zero at its end. Source: PANTHOR_BO_LABEL_MAXLEN.
constexpr std::uint64_t kLabelMax = 4096;

int create_user_bo(File& file, uapi::BoCreate& args, const Ptr<DrmFile>& drm_file) {
  Device& d = *file.d;
  if (args.size == 0 || args.pad != 0) return -EINVAL;
  if ((args.flags & ~d.driver.profile().bo_flags) != 0) return -EINVAL;
  if (args.flags == (uapi::kBoNoMmap | uapi::kBoWbMmap)) return -EINVAL;
  Ptr<Vm> vm;
  if (args.exclusive_vm_id != 0) {
    vm = vm_lookup(file, args.exclusive_vm_id);
    if (!vm) return -EINVAL;
  }
  // A size whose alignment does not fit is one of 0 from here on.
  const std::uint64_t size = (args.size + kPageMask) & ~kPageMask;
  int error = 0;
  const auto bo = create_bo(d, size, args.flags, vm);
  if (!bo) {
    error = bo.error();
  } else {
    const auto handle = d.drm.gem_handle_create(drm_file, *bo);
    if (handle) {
      args.handle = *handle;
      args.size = size;
    } else {
      error = handle.error();
    }
    d.drm.gem_put(*bo);  // the handle has its own reference
  }
  Vms::put(vm);
  return error;
}

/// Reads a text up to its end, for its errors alone: nobody here reads labels.
int check_label(Kernel& k, std::uint64_t text) {
  std::array<std::byte, 1> letter{};
  for (std::uint64_t at = 0; at < kLabelMax; ++at) {
    if (k.copy_from_user(letter, text + at) != 0) return -EFAULT;
    if (letter[0] == std::byte{0}) return 0;
  }
  return -E2BIG;
}

/// Caches are coherent here: what is left of a sync is what it refuses.
int check_sync(const GemObject& gem, const uapi::BoSyncOp& op) {
  if (op.size > gem.size || op.offset > gem.size - op.size) return -EINVAL;
  if (gem.imported) return -EINVAL;
  return op.type <= uapi::kBoSyncOpCpuCacheFlushAndInvalidate ? 0 : -EINVAL;
}

}  // namespace

int ioctl_bo_create(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  auto& args = *static_cast<uapi::BoCreate*>(arg);
  return in_device(file.d->k, [&] { return create_user_bo(file, args, drm_file); });
}

int ioctl_bo_mmap_offset(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  Device& d = *file_of(drm_file).d;
  auto& args = *static_cast<uapi::BoMmapOffset*>(arg);
  if (args.pad != 0) return -EINVAL;
  const Ptr<contract::GemObject> gem = d.drm.gem_lookup(drm_file, args.handle);
  if (!gem) return -ENOENT;
  int error = 0;
  if (d.driver.profile().no_mmap_no_offset &&
      (contract::ptr_cast<Bo>(gem)->flags & uapi::kBoNoMmap) != 0) {
    error = -EPERM;
  } else {
    args.offset = d.drm.gem_mmap_offset(gem);
  }
  d.drm.gem_put(gem);
  return error;
}

int ioctl_bo_set_label(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  Device& d = *file_of(drm_file).d;
  const auto& args = *static_cast<const uapi::BoSetLabel*>(arg);
  if (args.pad != 0) return -EINVAL;
  const Ptr<GemObject> gem = d.drm.gem_lookup(drm_file, args.handle);
  if (!gem) return -ENOENT;
  const int error = args.label == 0 ? 0 : check_label(d.k, args.label);
  d.drm.gem_put(gem);
  return error;
}

int ioctl_bo_query_info(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  Device& d = *file_of(drm_file).d;
  auto& args = *static_cast<uapi::BoQueryInfo*>(arg);
  const Ptr<GemObject> gem = d.drm.gem_lookup(drm_file, args.handle);
  if (!gem) return -ENOENT;
  args.create_flags = contract::ptr_cast<Bo>(gem)->flags;
  args.extra_flags = gem->imported ? uapi::kBoIsImported : 0;
  args.pad = 0;
  d.drm.gem_put(gem);
  return 0;
}

int ioctl_bo_sync(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  Device& d = *file_of(drm_file).d;
  const auto ops = get_array<uapi::BoSyncOp>(d.k, static_cast<const uapi::BoSync*>(arg)->ops);
  if (!ops) return ops.error();
  for (const uapi::BoSyncOp& op : *ops) {
    const Ptr<GemObject> gem = d.drm.gem_lookup(drm_file, op.handle);
    if (!gem) return -ENOENT;
    const int error = check_sync(*gem, op);
    d.drm.gem_put(gem);
    if (error != 0) return error;
  }
  return 0;
}

int ioctl_set_user_mmio_offset(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  const std::uint64_t offset = static_cast<const uapi::SetUserMmioOffset*>(arg)->offset;
  if (offset != uapi::kUserMmioOffset32 && offset != uapi::kUserMmioOffset64) return -EINVAL;
  file_of(drm_file).user_mmio_offset = offset;
  return 0;
}

// --- the user MMIO page --------------------------------------------------------------------------

bool is_user_page(void*, const Ptr<DrmFile>& file, std::uint64_t offset) {
  return offset >= file_of(file).user_mmio_offset;
}

int mmap_user_page(void*, const Ptr<DrmFile>& file, const contract::MapRequest& request) {
  if (!request.shared || request.write || request.exec) return -EINVAL;
  const bool flush_id = request.offset == file_of(file).user_mmio_offset;
  return flush_id && request.size == kPageSize ? 0 : -EINVAL;
}

Result<std::uint32_t> read_user_page(void*, const Ptr<DrmFile>& file) {
  // A sleeping GPU has nothing to flush. Zero would mean "flush always".
  constexpr std::uint32_t kAsleep = 1;
  const Device& d = *file_of(file).d;
  if (!d.k.dev_enter()) return tl::unexpected(-ENODEV);
  const bool awake = d.pm_state() == PmState::active;
  const std::uint32_t id = awake ? d.k.read32(kLatestFlushId.offset) : kAsleep;
  d.k.dev_exit();
  return id;
}

}  // namespace protm::reference
