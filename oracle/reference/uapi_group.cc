// SPDX-License-Identifier: GPL-2.0-only
// Group ioctls but for GROUP_SUBMIT; see uapi.h.
#include <algorithm>
#include <bit>
#include <utility>

#include "oracle/reference/driver.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/uapi.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;
using contract::SpinGuard;

namespace {

int check_priority(Device& d, std::uint8_t priority) {
  if (priority > d.driver.profile().last_priority) return -EINVAL;
  if (priority >= uapi::kGroupPriorityHigh && !d.k.capable_sys_nice()) return -EACCES;
  return 0;
}

int check_cores(Device& d, const uapi::GroupCreate& args) {
  const uapi::GpuInfo& gpu = d.gpu->info();
  if ((args.compute_core_mask & ~gpu.shader_present) != 0) return -EINVAL;
  if ((args.fragment_core_mask & ~gpu.shader_present) != 0) return -EINVAL;
  if ((args.tiler_core_mask & ~gpu.tiler_present) != 0) return -EINVAL;
  if (std::popcount(args.compute_core_mask) < args.max_compute_cores) return -EINVAL;
  if (std::popcount(args.fragment_core_mask) < args.max_fragment_cores) return -EINVAL;
  if (std::popcount(args.tiler_core_mask) < args.max_tiler_cores) return -EINVAL;
  return 0;
}

int check_request(Device& d, const uapi::GroupCreate& args) {
  if (const int refused = check_priority(d, args.priority); refused != 0) return refused;
  if ((args.flags & ~uapi::kGroupCreateProtected) != 0) return -EINVAL;
  if (const int refused = check_cores(d, args); refused != 0) return refused;
  return args.queues.count > d.fw->cs_count() ? -EINVAL : 0;
}

/// The suspend buffer that comes with the argument of the announced design, with a reference.
/// Source: Boris Brezillon, 19 May 2026. Assumption: -EINVAL in each case that is refused, a group
/// before PROTM_INIT among them (L-UAPI-33 is open).
Result<Ptr<contract::GemObject>> protm_suspend(Device& d, const Ptr<DrmFile>& file,
                                               const void* arg) {
  if (!d.driver.profile().userspace_buffers) return Ptr<contract::GemObject>();
  const auto& args = *static_cast<const uapi::GroupCreateProtm*>(arg);
  const bool wanted = (args.posted.flags & uapi::kGroupCreateProtected) != 0;
  if (args.pad != 0) return tl::unexpected(-EINVAL);
  if (!wanted && args.protm_suspend_handle == 0) return Ptr<contract::GemObject>();
  if (!wanted || !d.protm->capable()) return tl::unexpected(-EINVAL);
  return d.user_buffers->find_suspend(file, args.protm_suspend_handle);
}

/// Takes a group out of the table; NULL when there is none, or it is not complete yet.
Ptr<Group> take_group(File& file, std::uint32_t id) {
  Ptr<Group> group;
  SpinGuard lock(file.d->k, file.tables_lock);
  if (id - 1 < File::kGroups) std::swap(group, file.groups[id - 1]);
  if (group && !group->registered) std::swap(group, file.groups[id - 1]);
  return group;
}

int register_group(File& file, const Ptr<Group>& group, const GroupRequest& request,
                   std::uint32_t& handle) {
  const auto slot = std::find_if(file.groups.begin(), file.groups.end(),
                                 [](const Ptr<Group>& g) { return g == nullptr; });
  if (slot == file.groups.end()) return -EBUSY;
  *slot = group;  // reserved: look-ups need `registered`
  const int error = file.d->sched->group_create_queues(group, request);
  if (error != 0) {
    *slot = nullptr;
    return error;
  }
  file.d->sched->group_start(group);
  handle = static_cast<std::uint32_t>(slot - file.groups.begin()) + 1;
  return 0;
}

}  // namespace

int ioctl_group_create(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  Device& d = *file.d;
  auto& args = *static_cast<uapi::GroupCreate*>(arg);
  if (args.queues.count == 0 || args.queues.count > kMaxQueues) return -EINVAL;
  const auto queues = get_array<uapi::QueueCreate>(d.k, args.queues);
  if (!queues) return queues.error();
  int error = check_request(d, args);
  if (error != 0) return error;
  if ((args.flags & uapi::kGroupCreateProtected) != 0) error = d.enable_protm_late();
  if (error != 0) return error;
  const auto suspend = protm_suspend(d, drm_file, arg);
  if (!suspend) return suspend.error();
  const GroupRequest request{.args = &args, .queues = *queues, .protm_suspend = *suspend};
  const Ptr<Vm> vm = vm_lookup(file, args.vm_id);
  const auto group = d.sched->group_create(vm, request);
  Vms::put(vm);  // the group has its own reference
  d.drm.gem_put(*suspend);
  if (!group) return group.error();
  error = register_group(file, *group, request, args.group_handle);
  if (error != 0) d.sched->group_put(*group);
  return error;
}

int ioctl_group_destroy(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  const auto& args = *static_cast<const uapi::GroupDestroy*>(arg);
  if (args.pad != 0) return -EINVAL;
  const Ptr<Group> group = take_group(file, args.group_handle);
  if (!group) return -EINVAL;
  file.d->sched->group_destroy(group);
  return 0;
}

int ioctl_group_get_state(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  auto& args = *static_cast<uapi::GroupGetState*>(arg);
  if (args.pad != 0) return -EINVAL;
  const Ptr<Group> group = group_lookup(file, args.group_handle);
  if (!group) return -EINVAL;
  args = uapi::GroupGetState{};  // the handle too
  if (group->timedout) args.state |= uapi::kGroupStateTimedout;
  if (group->fatal_queues != 0) {
    args.state |= uapi::kGroupStateFatalFault;
    args.fatal_queues = group->fatal_queues;
  }
  if (group->innocent && file.d->driver.profile().innocent_state) {
    args.state |= uapi::kGroupStateInnocent;
  }
  file.d->sched->group_put(group);
  return 0;
}

void close_groups(File& file) {
  for (Ptr<Group>& entry : file.groups) {
    if (!entry) continue;
    const Ptr<Group> group = entry;
    entry = nullptr;
    file.d->sched->group_destroy(group);
  }
}

}  // namespace protm::reference
