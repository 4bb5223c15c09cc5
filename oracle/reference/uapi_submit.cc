// SPDX-License-Identifier: GPL-2.0-only
// GROUP_SUBMIT: jobs, what they wait for, what they signal. Nothing is visible before all of it is
// known to work. See uapi.h. Source: facts-driver.md 2.
#include "oracle/reference/sched.h"
#include "oracle/reference/uapi.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;
using contract::Fence;

namespace {

struct SubmitJob {
  Ptr<Job> job;
  UserArray<uapi::SyncOp> syncs;
};

/// A point that this call signals: jobs behind the signalling one wait for its new fence.
struct SignalPoint {
  std::uint32_t handle = 0;
  std::uint64_t point = 0;
  Ptr<contract::Syncobj> syncobj;
  Ptr<Fence> fence;
};

bool is_signal(const uapi::SyncOp& op) { return (op.flags & uapi::kSyncOpSignal) != 0; }

int check_sync_op(const uapi::SyncOp& op) {
  constexpr std::uint32_t kKnown = uapi::kSyncOpSignal | uapi::kSyncOpHandleTypeMask;
  if ((op.flags & kKnown) != op.flags) return -EINVAL;
  switch (op.flags & uapi::kSyncOpHandleTypeMask) {
    case uapi::kSyncOpHandleTypeTimelineSyncobj: return 0;
    // A binary syncobj has no points.
    case uapi::kSyncOpHandleTypeSyncobj: return op.timeline_value == 0 ? 0 : -EINVAL;
    default: return -EINVAL;
  }
}

class Submission {
 public:
  Submission(File& file, const Ptr<DrmFile>& drm_file)
      : file_(file), d_(*file.d), drm_file_(drm_file), jobs_(d_.k.memory()),
        signals_(d_.k.memory()), resvs_(d_.k.memory()) {}
  ~Submission() {
    for (SignalPoint& signal : signals_) {
      d_.drm.fence_put(signal.fence);
      d_.drm.syncobj_put(signal.syncobj);
    }
    for (SubmitJob& entry : jobs_) d_.sched->job_put(entry.job);
  }
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  int add_job(std::uint32_t group_handle, const uapi::QueueSubmit& submit);
  int collect_signals();
  int run();

 private:
  SignalPoint* find_signal(const uapi::SyncOp& op) {
    for (SignalPoint& s : signals_) {
      if (s.handle == op.handle && s.point == op.timeline_value) return &s;
    }
    return nullptr;
  }
  int add_wait(const Ptr<Job>& job, const uapi::SyncOp& op);
  int add_deps_and_arm(SubmitJob& entry);
  void collect_resvs();
  void push();

  File& file_;
  Device& d_;
  const Ptr<DrmFile>& drm_file_;
  std::pmr::vector<SubmitJob> jobs_;
  std::pmr::vector<SignalPoint> signals_;
  std::pmr::vector<Ptr<contract::Resv>> resvs_;
};

int check_submit(const uapi::QueueSubmit& s) {
  if (s.pad != 0) return -EINVAL;
  if ((s.stream_size == 0) != (s.stream_addr == 0)) return -EINVAL;
  if ((s.stream_addr & 63) != 0 || (s.stream_size & 7) != 0) return -EINVAL;
  if ((s.latest_flush & uapi::kLatestFlushMustBeZero) != 0) return -EINVAL;
  return 0;
}

int Submission::add_job(std::uint32_t group_handle, const uapi::QueueSubmit& submit) {
  const int error = check_submit(submit);
  if (error != 0) return error;
  // The table takes sixteen bits of the handle.
  const Ptr<Group> group = group_lookup(file_, group_handle & 0xffff);
  const auto job = d_.sched->job_create(group, submit);
  if (group) d_.sched->group_put(group);
  if (!job) return job.error();
  jobs_.push_back(SubmitJob{*job, UserArray<uapi::SyncOp>(d_.k.memory())});
  auto syncs = get_array<uapi::SyncOp>(d_.k, submit.syncs);
  if (!syncs) return syncs.error();
  jobs_.back().syncs = std::move(*syncs);
  return 0;
}

int Submission::collect_signals() {
  for (const SubmitJob& entry : jobs_) {
    for (const uapi::SyncOp& op : entry.syncs) {
      if (!is_signal(op)) continue;
      const int error = check_sync_op(op);
      if (error != 0) return error;
      if (find_signal(op) != nullptr) continue;
      SignalPoint signal{.handle = op.handle, .point = op.timeline_value, .syncobj = {},
                         .fence = {}};
      signal.syncobj = d_.drm.syncobj_find(drm_file_, op.handle);
      if (!signal.syncobj) return -EINVAL;
      // No fence yet is fine as long as nobody waits for it.
      const auto fence = d_.drm.syncobj_find_fence(drm_file_, op.handle, op.timeline_value);
      if (fence) signal.fence = *fence;
      signals_.push_back(signal);
    }
  }
  return 0;
}

int Submission::add_wait(const Ptr<Job>& job, const uapi::SyncOp& op) {
  if (const SignalPoint* const signal = find_signal(op); signal != nullptr) {
    if (!signal->fence) {
      d_.k.warn("a job waits for a point that a later job signals");
      return -EINVAL;
    }
    d_.drm.fence_get(signal->fence);
    return d_.drm.sched_job_add_dependency(job, signal->fence);
  }
  const auto fence = d_.drm.syncobj_find_fence(drm_file_, op.handle, op.timeline_value);
  if (!fence) return fence.error();
  return d_.drm.sched_job_add_dependency(job, *fence);
}

int Submission::add_deps_and_arm(SubmitJob& entry) {
  for (const uapi::SyncOp& op : entry.syncs) {
    int error = check_sync_op(op);
    if (error != 0) return error;
    if (is_signal(op)) continue;
    error = add_wait(entry.job, op);
    if (error != 0) return error;
  }
  d_.drm.sched_job_arm(entry.job);
  const Ptr<Fence> finished = d_.drm.sched_job_finished(entry.job);
  for (const uapi::SyncOp& op : entry.syncs) {
    if (!is_signal(op)) continue;
    SignalPoint& signal = *find_signal(op);
    d_.drm.fence_put(signal.fence);
    d_.drm.fence_get(finished);
    signal.fence = finished;
  }
  return 0;
}

void Submission::collect_resvs() {
  const Ptr<Vm>& vm = jobs_.front().job->group->vm;
  d_.k.mutex_lock(vm->op_lock);
  resvs_.push_back(vm->root->resv);
  d_.drm.gpuvm_for_each(vm->tree, [&](const Ptr<contract::GpuVa>& va) {
    if (!(va->gem->resv == vm->root->resv)) resvs_.push_back(va->gem->resv);
  });
  d_.k.mutex_unlock(vm->op_lock);
}

void Submission::push() {
  for (const SubmitJob& entry : jobs_) {
    const Ptr<Fence> finished = d_.drm.sched_job_finished(entry.job);
    for (const Ptr<contract::Resv>& resv : resvs_) d_.drm.resv_add_fence(resv, finished);
    // From here on the job belongs to the scheduler; the submission keeps its own reference.
    d_.sched->job_get(entry.job);
    d_.drm.sched_entity_push_job(entry.job);
  }
  for (const SignalPoint& signal : signals_) {
    if (signal.point != 0) {
      d_.drm.syncobj_add_point(signal.syncobj, signal.fence, signal.point);
    } else {
      d_.drm.syncobj_replace_fence(signal.syncobj, signal.fence);
    }
  }
}

int Submission::run() {
  if (jobs_.empty()) return 0;
  int error = collect_signals();
  if (error != 0) return error;
  collect_resvs();
  error = d_.drm.resv_lock_all(resvs_);
  if (error != 0) return error;
  for (SubmitJob& entry : jobs_) {
    error = add_deps_and_arm(entry);
    if (error != 0) break;
  }
  if (error == 0) push();
  d_.drm.resv_unlock_all(resvs_);
  return error;
}

}  // namespace

int ioctl_group_submit(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  File& file = file_of(drm_file);
  Kernel& k = file.d->k;
  const auto& args = *static_cast<const uapi::GroupSubmit*>(arg);
  if (args.pad != 0) return -EINVAL;
  if (!k.dev_enter()) return -ENODEV;
  int error = 0;
  {
    Submission submission(file, drm_file);
    const auto submits = get_array<uapi::QueueSubmit>(k, args.queue_submits);
    if (!submits) {
      error = submits.error();
    } else {
      for (const uapi::QueueSubmit& submit : *submits) {
        error = submission.add_job(args.group_handle, submit);
        if (error != 0) break;
      }
    }
    if (error == 0) error = submission.run();
  }
  k.dev_exit();
  return error;
}

}  // namespace protm::reference
