// SPDX-License-Identifier: GPL-2.0-only
// Jobs that one call submits together: what they wait for, what they signal. Nothing is visible
// before all of it is known to work. GROUP_SUBMIT and asynchronous VM_BIND use it.
// Leaves out: what the jobs do. Their fences in the dma_resv of what the VM maps are BOOKKEEP: no
// implicit waiter asks for them, only who wants to take the pages away.
// Source: panthor_drv.c (7.3) struct panthor_submit_ctx; facts-driver.md 2.
#pragma once

#include "oracle/reference/uapi.h"

namespace protm::reference {

/// How the jobs of one kind are counted.
struct JobRefs {
  void (*get)(Device& d, const Ptr<contract::SchedJob>& job) = nullptr;
  void (*put)(Device& d, const Ptr<contract::SchedJob>& job) = nullptr;
  bool run_on_gpu = false;   ///< and so need the pages of all that the VM maps
};

class Submission {
 public:
  Submission(File& file, const Ptr<contract::DrmFile>& drm_file, const JobRefs& refs)
      : d_(*file.d), drm_file_(drm_file), refs_(refs), jobs_(d_.k.memory()),
        signals_(d_.k.memory()) {}
  ~Submission();
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  /// Takes over the job's reference. Errors: of the array of syncs.
  int add(const Ptr<contract::SchedJob>& job, const vocab::uapi::ObjArray& syncs);
  /// Hands all jobs to their queues, or none. Errors: -EINVAL, -ENOENT, -ENOMEM.
  int run(const Ptr<Vm>& vm);

 private:
  struct Entry {
    Ptr<contract::SchedJob> job;
    UserArray<vocab::uapi::SyncOp> syncs;
  };
  /// A point that this call signals: jobs behind the signalling one wait for its new fence.
  struct SignalPoint {
    std::uint32_t handle{};
    std::uint64_t point{};
    Ptr<contract::Syncobj> syncobj;
    Ptr<contract::Fence> fence;
  };

  SignalPoint* find_signal(const vocab::uapi::SyncOp& op);
  int collect_signals();
  int add_wait(const Ptr<contract::SchedJob>& job, const vocab::uapi::SyncOp& op);
  int add_deps_and_arm(Entry& entry);
  void push(std::span<const Ptr<contract::Resv>> resvs);

  Device& d_;
  const Ptr<contract::DrmFile>& drm_file_;
  const JobRefs& refs_;
  std::pmr::vector<Entry> jobs_;
  std::pmr::vector<SignalPoint> signals_;
};

}  // namespace protm::reference
