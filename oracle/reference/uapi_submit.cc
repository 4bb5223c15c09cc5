// SPDX-License-Identifier: GPL-2.0-only
// GROUP_SUBMIT; see uapi.h. Source: facts-driver.md 2.
#include "oracle/reference/sched.h"
#include "oracle/reference/submission.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;

namespace {

constexpr JobRefs kGroupJobs{
    .get = [](Device& d, const Ptr<contract::SchedJob>& job) {
      d.sched->job_get(contract::ptr_cast<Job>(job));
    },
    .put = [](Device& d, const Ptr<contract::SchedJob>& job) {
      d.sched->job_put(contract::ptr_cast<Job>(job));
    },
    .run_on_gpu = true};

int check_submit(const uapi::QueueSubmit& s) {
  if (s.pad != 0) return -EINVAL;
  if ((s.stream_size == 0) != (s.stream_addr == 0)) return -EINVAL;
  if ((s.stream_addr & 63) != 0 || (s.stream_size & 7) != 0) return -EINVAL;
  if ((s.latest_flush & uapi::kLatestFlushMustBeZero) != 0) return -EINVAL;
  return 0;
}

/// Adds one job; the VM is that of its group.
Result<Ptr<Vm>> add_one(File& file, std::uint32_t handle, const uapi::QueueSubmit& submit,
                        Submission& to) {
  int error = check_submit(submit);
  if (error != 0) return tl::unexpected(error);
  Sched& sched = *file.d->sched;
  // The table takes sixteen bits of the handle.
  const Ptr<Group> group = group_lookup(file, handle & 0xffff);
  const auto job = sched.job_create(group, submit);
  if (group) sched.group_put(group);
  if (!job) return tl::unexpected(job.error());
  error = to.add(*job, submit.syncs);
  if (error != 0) return tl::unexpected(error);
  return (*job)->group->vm;
}

int submit_all(File& file, const Ptr<DrmFile>& drm_file, const uapi::GroupSubmit& args) {
  const auto submits = get_array<uapi::QueueSubmit>(file.d->k, args.queue_submits);
  if (!submits) return submits.error();
  Submission submission(file, drm_file, kGroupJobs);
  Result<Ptr<Vm>> vm;
  for (const uapi::QueueSubmit& submit : *submits) {
    vm = add_one(file, args.group_handle, submit, submission);
    if (!vm) return vm.error();
  }
  return submission.run(*vm);
}

}  // namespace

int ioctl_group_submit(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  const auto* const args = static_cast<const uapi::GroupSubmit*>(arg);
  if (args->pad != 0) return -EINVAL;
  return in_device(file.d->k, [&] { return submit_all(file, drm_file, *args); });
}

}  // namespace protm::reference
