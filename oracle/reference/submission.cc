// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/submission.h"

#include "oracle/reference/reclaim.h"

namespace protm::reference {

using namespace vocab;
using contract::Fence;

namespace {

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

}  // namespace

Submission::~Submission() {
  for (SignalPoint& signal : signals_) {
    d_.drm.fence_put(signal.fence);
    d_.drm.syncobj_put(signal.syncobj);
  }
  for (const Entry& entry : jobs_) refs_.put(d_, entry.job);
}

int Submission::add(const Ptr<contract::SchedJob>& job, const uapi::ObjArray& syncs) {
  jobs_.push_back(Entry{job, UserArray<uapi::SyncOp>(d_.k.memory())});
  auto read = get_array<uapi::SyncOp>(d_.k, syncs);
  if (!read) return read.error();
  jobs_.back().syncs = std::move(*read);
  return 0;
}

Submission::SignalPoint* Submission::find_signal(const uapi::SyncOp& op) {
  for (SignalPoint& s : signals_) {
    if (s.handle == op.handle && s.point == op.timeline_value) return &s;
  }
  return nullptr;
}

int Submission::collect_signals() {
  for (const Entry& entry : jobs_) {
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

int Submission::add_wait(const Ptr<contract::SchedJob>& job, const uapi::SyncOp& op) {
  if (const SignalPoint* const signal = find_signal(op); signal != nullptr) {
    // A wait for what only a later job of this call signals.
    if (!signal->fence) return -EINVAL;
    d_.drm.fence_get(signal->fence);
    return d_.drm.sched_job_add_dependency(job, signal->fence);
  }
  const auto fence = d_.drm.syncobj_find_fence(drm_file_, op.handle, op.timeline_value);
  if (!fence) return fence.error();
  return d_.drm.sched_job_add_dependency(job, *fence);
}

int Submission::add_deps_and_arm(Entry& entry) {
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

void Submission::push(std::span<const Ptr<contract::Resv>> resvs) {
  for (const Entry& entry : jobs_) {
    // From here on the job belongs to the scheduler; the submission keeps its own reference.
    refs_.get(d_, entry.job);
    const Ptr<Fence> finished = d_.drm.sched_job_finished(entry.job);
    for (const Ptr<contract::Resv>& resv : resvs) d_.drm.resv_add_fence(resv, finished);
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

int Submission::run(const Ptr<Vm>& vm) {
  if (jobs_.empty()) return 0;
  int error = collect_signals();
  if (error != 0) return error;
  VmUse use(*vm, refs_.run_on_gpu ? VmUse::For::all_buffers : VmUse::For::vm_only);
  error = refs_.run_on_gpu ? d_.reclaim->restore(*vm) : 0;
  for (Entry& entry : jobs_) {
    if (error == 0) error = add_deps_and_arm(entry);
  }
  if (error == 0) push(use.resvs());
  return error;
}

}  // namespace protm::reference
