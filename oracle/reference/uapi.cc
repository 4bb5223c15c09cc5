// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/uapi.h"

#include <algorithm>

#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/user_buffers.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;
using contract::SpinGuard;

File& file_of(const Ptr<DrmFile>& file) {
  return *contract::ptr_cast<File>(file->private_data);
}

Ptr<Vm> vm_lookup(File& file, std::uint32_t id) {
  if (id == 0 || id > File::kVms) return nullptr;
  SpinGuard lock(file.d->k, file.tables_lock);
  const Ptr<Vm>& vm = file.vms[id - 1];
  if (vm) Vms::get(vm);
  return vm;
}

Ptr<Group> group_lookup(File& file, std::uint32_t id) {
  if (id == 0 || id > File::kGroups) return nullptr;
  SpinGuard lock(file.d->k, file.tables_lock);
  const Ptr<Group>& group = file.groups[id - 1];
  if (!group || !group->registered) return nullptr;
  file.d->sched->group_get(group);
  return group;
}

int copy_struct(Kernel& k, std::span<std::byte> to, std::uint64_t from, std::uint64_t user_size) {
  const std::uint64_t known = std::min<std::uint64_t>(user_size, to.size());
  // What the kernel does not know must be zero.
  std::array<std::byte, 64> tail{};
  for (std::uint64_t at = known; at < user_size; at += tail.size()) {
    const std::uint64_t bytes = std::min<std::uint64_t>(tail.size(), user_size - at);
    if (k.copy_from_user(std::span(tail).first(bytes), from + at) != 0) return -EFAULT;
    if (std::any_of(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(bytes),
                    [](std::byte b) { return b != std::byte{0}; })) {
      return -E2BIG;
    }
  }
  return k.copy_from_user(to.first(known), from) != 0 ? -EFAULT : 0;
}

namespace {

// --- DEV_QUERY ---------------------------------------------------------------------------------

constexpr std::uint8_t kPrioritiesOfAll =
    1u << uapi::kGroupPriorityLow | 1u << uapi::kGroupPriorityMedium;
constexpr std::uint8_t kAllPriorities = kPrioritiesOfAll | 1u << uapi::kGroupPriorityHigh |
                                        1u << uapi::kGroupPriorityRealtime;

int reply_bytes(Kernel& k, const uapi::DevQuery& query, std::span<const std::byte> data,
                std::uint32_t min_size) {
  if (query.size < min_size) return -EINVAL;
  const std::uint64_t bytes = std::min<std::uint64_t>(query.size, data.size());
  if (k.copy_to_user(query.pointer, data.first(bytes)) != 0) return -EFAULT;
  if (query.size > data.size() &&
      k.clear_user(query.pointer + data.size(), query.size - data.size()) != 0) {
    return -EFAULT;
  }
  return 0;
}

template <class T>
int reply(Kernel& k, const uapi::DevQuery& query, const T& data, std::uint32_t min_size) {
  return reply_bytes(k, query, std::as_bytes(std::span(&data, 1)), min_size);
}

/// A counter whose halves are read one after the other: HI again until it stood still.
std::uint64_t read_counter(Kernel& k, std::uint32_t lo, std::uint32_t hi) {
  for (;;) {
    const std::uint32_t before = k.read32(hi);
    const std::uint32_t low = k.read32(lo);
    if (k.read32(hi) == before) return std::uint64_t{before} << 32 | low;
  }
}

constexpr std::array kTimestampFlags{
    uapi::kTimestampGpu,           uapi::kTimestampCpuTypeMask, uapi::kTimestampGpuOffset,
    uapi::kTimestampGpuCycleCount, uapi::kTimestampFreq,        uapi::kTimestampDuration};

int query_timestamp(Device& d, const uapi::DevQuery& query) {
  Kernel& k = d.k;
  uapi::TimestampInfo info{};
  int error = copy_struct(k, std::as_writable_bytes(std::span(&info, 1)), query.pointer,
                          query.size);
  if (error != 0) return error;
  std::uint32_t flags = info.flags;
  std::uint32_t unknown = flags;
  for (const std::uint32_t known : kTimestampFlags) unknown &= ~known;
  if (unknown != 0) return -EINVAL;
  const std::uint32_t cpu = flags & uapi::kTimestampCpuTypeMask;
  if (cpu > uapi::kTimestampCpuMonotonicRaw) return -EINVAL;
  if (flags == 0) flags = uapi::kTimestampGpu | uapi::kTimestampGpuOffset | uapi::kTimestampFreq;
  error = d.resume_and_get();
  if (error != 0) return error;
  const std::uint32_t asked = info.flags;
  info = uapi::TimestampInfo{};
  info.flags = asked;
  const std::uint64_t begin = k.now().ns;
  if ((flags & uapi::kTimestampGpu) != 0) {
    info.current_timestamp = read_counter(k, kTimestampLo.offset, kTimestampHi.offset);
  }
  if ((flags & uapi::kTimestampGpuCycleCount) != 0) {
    info.cycle_count = read_counter(k, kCycleCountLo.offset, kCycleCountHi.offset);
  }
  if ((flags & uapi::kTimestampGpuOffset) != 0) {
    info.timestamp_offset = k.read64(kTimestampOffsetLo.offset);
  }
  const std::uint64_t end = k.now().ns;
  if (cpu != uapi::kTimestampCpuNone) {
    info.cpu_timestamp_sec = end / kSec;
    info.cpu_timestamp_nsec = end % kSec;
  }
  if ((flags & uapi::kTimestampDuration) != 0) {
    info.duration_nsec = static_cast<std::uint32_t>(end - begin);
  }
  k.pm_runtime_put();
  return reply(k, query, info, uapi::kTimestampInfoMinSize);
}

uapi::CsifInfo csif_info(Device& d) {
  const Word<fw::CsFeatures> features{d.fw->cs_features()};
  uapi::CsifInfo info{};
  info.csg_slot_count = d.sched->slot_count();
  info.cs_slot_count = d.fw->cs_count();
  info.cs_reg_count = features[fw::CsFeatures::work_registers] + 1;
  info.scoreboard_slot_count = features[fw::CsFeatures::scoreboards];
  info.unpreserved_cs_reg_count = 4;
  return info;
}

/// 0: there is no such query.
std::uint32_t query_size(const Profile& profile, std::uint32_t type) {
  if (type > profile.last_query) return 0;
  switch (type) {
    case uapi::kDevQueryGpuInfo: return profile.gpu_info_bytes;
    case uapi::kDevQueryCsifInfo: return sizeof(uapi::CsifInfo);
    case uapi::kDevQueryTimestampInfo: return sizeof(uapi::TimestampInfo);
    case uapi::kDevQueryGroupPrioritiesInfo: return sizeof(uapi::GroupPrioritiesInfo);
    case uapi::kDevQueryProtectedInfo: return sizeof(uapi::ProtectedInfo);
    default: return sizeof(uapi::ProtmState);
  }
}

int reply_gpu_info(Device& d, const Profile& profile, const uapi::DevQuery& query) {
  uapi::GpuInfo info = d.gpu->info();
  if (!profile.selected_coherency) info.selected_coherency = 0;
  const auto bytes = std::as_bytes(std::span(&info, 1)).first(profile.gpu_info_bytes);
  return reply_bytes(d.k, query, bytes, uapi::kGpuInfoMinSize);
}

int ioctl_dev_query(void*, void* arg, const Ptr<DrmFile>& file) {
  Device& d = *file_of(file).d;
  auto& query = *static_cast<uapi::DevQuery*>(arg);
  const Profile& profile = d.driver.profile();
  const std::uint32_t size = query_size(profile, query.type);
  if (size == 0) return -EINVAL;
  if (query.pointer == 0) {
    query.size = size;
    return 0;
  }
  switch (query.type) {
    case uapi::kDevQueryGpuInfo:
      return reply_gpu_info(d, profile, query);
    case uapi::kDevQueryCsifInfo:
      return reply(d.k, query, csif_info(d), uapi::kCsifInfoMinSize);
    case uapi::kDevQueryTimestampInfo:
      return query_timestamp(d, query);
    case uapi::kDevQueryGroupPrioritiesInfo: {
      uapi::GroupPrioritiesInfo info{};
      info.allowed_mask = d.k.capable_sys_nice() ? kAllPriorities : kPrioritiesOfAll;
      return reply(d.k, query, info, sizeof info);
    }
    case uapi::kDevQueryProtmState:
      return reply(d.k, query, d.user_buffers->state(), sizeof(uapi::ProtmState));
    default: {
      uapi::ProtectedInfo info{};
      if (d.protm->capable()) info.features = uapi::kProtectedFeatureBasic;
      return reply(d.k, query, info, sizeof info);
    }
  }
}

int ioctl_protm_init(void*, void* arg, const Ptr<DrmFile>& file) {
  return file_of(file).d->user_buffers->init(file, *static_cast<const uapi::ProtmInit*>(arg));
}

// --- files -------------------------------------------------------------------------------------

int open_file(void* driver, const Ptr<DrmFile>& drm_file) {
  auto& owner = *static_cast<ReferenceDriver*>(static_cast<contract::Driver*>(driver));
  Device& d = owner.device();
  const Ptr<File> file = d.k.make<File>("file");
  if (!file) return -ENOMEM;
  file->d = &d;
  drm_file->private_data = file;
  return 0;
}

void close_file(void*, const Ptr<DrmFile>& drm_file) {
  const Ptr<File> file = contract::ptr_cast<File>(drm_file->private_data);
  close_groups(*file);
  close_vms(*file);
  file->d->k.free(file);
}

Result<Ptr<contract::GemObject>> import_sg_table(void* driver, const Ptr<contract::DmaBuf>&,
                                                 std::uint64_t size) {
  auto& owner = *static_cast<ReferenceDriver*>(static_cast<contract::Driver*>(driver));
  return import_bo(owner.device(), size);
}

std::uint64_t shrink(void* driver, std::uint64_t pages) {
  auto& owner = *static_cast<ReferenceDriver*>(static_cast<contract::Driver*>(driver));
  return owner.device().reclaim->scan(pages);
}

int prime_export(void*, const Ptr<contract::GemObject>& gem) { return may_export(gem); }

constexpr std::uint32_t nr(uapi::IoctlId id) { return static_cast<std::uint32_t>(id); }

constexpr std::array kIoctls{
    contract::DrmIoctl{nr(uapi::IoctlId::dev_query), sizeof(uapi::DevQuery), ioctl_dev_query},
    contract::DrmIoctl{nr(uapi::IoctlId::vm_create), sizeof(uapi::VmCreate), ioctl_vm_create},
    contract::DrmIoctl{nr(uapi::IoctlId::vm_destroy), sizeof(uapi::VmDestroy), ioctl_vm_destroy},
    contract::DrmIoctl{nr(uapi::IoctlId::vm_bind), sizeof(uapi::VmBind), ioctl_vm_bind},
    contract::DrmIoctl{nr(uapi::IoctlId::vm_get_state), sizeof(uapi::VmGetState),
                       ioctl_vm_get_state},
    contract::DrmIoctl{nr(uapi::IoctlId::bo_create), sizeof(uapi::BoCreate), ioctl_bo_create},
    contract::DrmIoctl{nr(uapi::IoctlId::bo_mmap_offset), sizeof(uapi::BoMmapOffset),
                       ioctl_bo_mmap_offset},
    contract::DrmIoctl{nr(uapi::IoctlId::group_create), sizeof(uapi::GroupCreate),
                       ioctl_group_create},
    contract::DrmIoctl{nr(uapi::IoctlId::group_destroy), sizeof(uapi::GroupDestroy),
                       ioctl_group_destroy},
    contract::DrmIoctl{nr(uapi::IoctlId::group_submit), sizeof(uapi::GroupSubmit),
                       ioctl_group_submit},
    contract::DrmIoctl{nr(uapi::IoctlId::group_get_state), sizeof(uapi::GroupGetState),
                       ioctl_group_get_state},
    contract::DrmIoctl{nr(uapi::IoctlId::tiler_heap_create), sizeof(uapi::TilerHeapCreate),
                       ioctl_tiler_heap_create},
    contract::DrmIoctl{nr(uapi::IoctlId::tiler_heap_destroy), sizeof(uapi::TilerHeapDestroy),
                       ioctl_tiler_heap_destroy},
    contract::DrmIoctl{nr(uapi::IoctlId::bo_set_label), sizeof(uapi::BoSetLabel),
                       ioctl_bo_set_label},
    contract::DrmIoctl{nr(uapi::IoctlId::set_user_mmio_offset), sizeof(uapi::SetUserMmioOffset),
                       ioctl_set_user_mmio_offset},
    contract::DrmIoctl{nr(uapi::IoctlId::bo_sync), sizeof(uapi::BoSync), ioctl_bo_sync},
    contract::DrmIoctl{nr(uapi::IoctlId::bo_query_info), sizeof(uapi::BoQueryInfo),
                       ioctl_bo_query_info},
};
static_assert(std::is_sorted(kIoctls.begin(), kIoctls.end(),
                             [](const auto& a, const auto& b) { return a.nr < b.nr; }),
              "an older release has the first of them");

/// Source: panthor_drv.c panthor_show_fdinfo(); those of profiling, which is off, are not there.
constexpr std::array kFdinfoKeys{"drm-maxfreq-panthor", "drm-curfreq-panthor",
                                 "panthor-resident-memory", "panthor-active-memory"};

/// The announced design's: an ioctl more, and one with a longer argument.
constexpr auto kAnnouncedIoctls = [] {
  std::array<contract::DrmIoctl, kIoctls.size() + 1> all{};
  for (std::size_t i = 0; i < kIoctls.size(); ++i) {
    all[i] = kIoctls[i];
    if (all[i].nr == nr(uapi::IoctlId::group_create)) all[i].size = sizeof(uapi::GroupCreateProtm);
  }
  all.back() = {nr(uapi::IoctlId::protm_init), sizeof(uapi::ProtmInit), ioctl_protm_init};
  return all;
}();

constexpr contract::DrmDriverOps ops_with(std::span<const contract::DrmIoctl> ioctls) {
  return contract::DrmDriverOps{.name = "panthor",
                                .major = 1,
                                .minor = 9,
                                .ioctls = ioctls,
                                .open = open_file,
                                .postclose = close_file,
                                .import_sg_table = import_sg_table,
                                .fdinfo_keys = kFdinfoKeys,
                                .prime_export = prime_export,
                                .is_user_page = is_user_page,
                                .mmap_user_page = mmap_user_page,
                                .read_user_page = read_user_page,
                                .shrink = shrink};
}
constexpr contract::DrmDriverOps ops_up_to(uapi::IoctlId last) {
  std::size_t known = 0;
  while (known < kIoctls.size() && kIoctls[known].nr <= nr(last)) ++known;
  return ops_with(std::span(kIoctls).first(known));
}
constexpr contract::DrmDriverOps kOps = ops_up_to(uapi::IoctlId::bo_query_info);
constexpr contract::DrmDriverOps kFirstOps = ops_up_to(uapi::IoctlId::tiler_heap_destroy);
constexpr contract::DrmDriverOps kAnnouncedOps = ops_with(kAnnouncedIoctls);

}  // namespace

const contract::DrmDriverOps& panthor_ops(const Profile& profile) {
  switch (profile.last_ioctl) {
    case uapi::IoctlId::tiler_heap_destroy: return kFirstOps;
    case uapi::IoctlId::protm_init: return kAnnouncedOps;
    default: return kOps;
  }
}

}  // namespace protm::reference
