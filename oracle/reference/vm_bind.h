// SPDX-License-Identifier: GPL-2.0-only
// Asynchronous VM operations: jobs of a queue that each VM has, which run in the order of their
// submits when the fences that they wait for have signalled. A job that fails makes its VM
// unusable: nobody can tell user space in time that what follows builds on nothing.
// Leaves out: what an operation does (vm_op.h), and its arguments (uapi_vm.cc).
// Source: panthor_mmu.c (7.3) panthor_vm_bind_job_create(), panthor_vm_bind_run_job(),
// panthor_vm_bind_free_job(), panthor_vm_create(), panthor_mmu_pre_reset().
#pragma once

#include "oracle/reference/vm.h"

namespace protm::reference {

struct BindJob;

class BindQueues {
 public:
  explicit BindQueues(Device& device) : d_(device) {}

  /// Gives a VM its queue. Errors: -ENOMEM; `remove` takes back what there is.
  int add(const Ptr<Vm>& vm);
  void remove(Vm& vm);
  /// Around a reset: no operation runs in between.
  void stop_all();
  void start_all();

  /// A job with a reference for the caller. Errors: -EINVAL the VM takes no more, -ENOMEM.
  [[nodiscard]] static Result<Ptr<contract::SchedJob>> make_job(const Ptr<Vm>& vm, const VmOp& op);
  static void get_job(Device& d, const Ptr<contract::SchedJob>& job);
  static void put_job(Device& d, const Ptr<contract::SchedJob>& job);

 private:
  friend struct BindOps;
  static const contract::SchedOps kOps;

  List<Vm>& vms() {
    d_.k.assert_held(lock_);
    return vms_;
  }

  Device& d_;
  contract::Mutex lock_{.role = "mmu.vm_lock"};
  List<Vm> vms_;
  bool stopped_ = false;
};

}  // namespace protm::reference
