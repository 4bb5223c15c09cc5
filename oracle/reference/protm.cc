// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/protm.h"

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/fw.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/group.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/user_buffers.h"

namespace protm::reference {

using namespace vocab;
using contract::Atomicity;

namespace {

constexpr std::uint64_t kEnterAckMs = 4000;
constexpr std::uint64_t kEnterUs = 500'000;
constexpr std::uint64_t kForcedExitMs = 500;
/// How long a VM operation waits for the end of a session that it may not end. Assumption: the
/// sketch says `timeout`; no session outlives the time-out of its job.
constexpr std::uint64_t kSessionMs = 5'000;
constexpr std::uint64_t kNaturalExitUs = 5'000;
constexpr std::uint64_t kPollUs = 10;

}  // namespace

bool Protm::supported() const { return d_.protm_heap || d_.user_buffers->ready(); }

bool Protm::comes_later() const {
  const Profile& profile = d_.driver.profile();
  return profile.heap_at_group || profile.userspace_buffers;
}

bool Protm::capable() const { return supported() && d_.fw->has_protected_section(); }

int Protm::gate_enter() {
  k_.down_read(lock_);
  // The semaphore keeps entries out from here on; a session that began before has to end.
  if (!window_ || !d_.gpu->protm_active()) return 0;
  // A device that is lost meanwhile has no registers any more; who waits here is in no section of
  // it, so the unplug does not wait.
  const auto gone = [this] { return d_.lost() || !d_.powered(); };
  const auto outside = [&] { return gone() || !d_.gpu->protm_active(); };
  const auto passed = [&] { return gone() ? give_up() : 0; };
  if (k_.poll(outside, kPollUs, kNaturalExitUs) == 0) return passed();
  // A reset under way asks for the exit itself, and gets the GPU out when that is refused: who
  // comes beside it has done nothing that it should fail for.
  constexpr std::uint64_t kResetUs = kForcedExitMs * 1000;
  const bool beside_reset = d_.reset_is_pending();
  if (beside_reset && k_.poll(outside, kPollUs, kResetUs) == 0) return passed();
  // Firmware that a reset has stopped answers no PING; only the reset gets the GPU out.
  if (!d_.reset_is_pending() && force_exit()) return 0;
  return give_up();
}

int Protm::give_up() {
  k_.up_read(lock_);
  d_.schedule_reset();
  return -ETIMEDOUT;
}

int Protm::gate_enter_for_op() {
  if (d_.driver.profile().vm_op_forces_exit) return gate_enter();
  k_.down_read(lock_);
  // The sketch waits for the driver to have handled the exit. That takes sched.lock, under which a
  // tick may wait for this operation: the GPU's word has to do.
  const auto outside = [this] { return !window_ || !d_.gpu->protm_active(); };
  const std::uint64_t left = k_.wait_event_timeout(d_.fw->req_waitqueue(), outside,
                                                   k_.msecs_to_jiffies(kSessionMs));
  if (left != 0) return 0;
  k_.log("protected mode does not end");
  return give_up();
}

bool Protm::force_exit() {
  d_.fw->toggle_reqs(d_.fw->glb(), fw::kGlbPing);
  d_.fw->ring_global();
  const auto outside = [this] { return !d_.gpu->protm_active(); };
  const std::uint64_t left = k_.wait_event_timeout(d_.fw->req_waitqueue(), outside,
                                                   k_.msecs_to_jiffies(kForcedExitMs));
  if (left == 0) k_.log("gpu does not leave protected mode");
  return left != 0;
}

bool Protm::ping_enter() {
  k_.down_read(lock_);
  if (!window_) return true;
  k_.up_read(lock_);
  return false;
}

void Protm::fault_seen() {
  faulted_ = true;
  k_.wake_up_all(d_.fw->req_waitqueue());
}

bool Protm::exit_pending() const {
  return (d_.fw->pending(d_.fw->glb()) & fw::kGlbProtmExit) != 0;
}

void Protm::grant(const Ptr<Group>& group) {
  const CsgControl& csg = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id));
  const std::uint32_t queues = group->protm_pending_queues;
  for (const std::uint32_t cs : Bits{queues}) d_.fw->ack_events(csg.cs[cs], fw::kCsProtmPend);
  d_.fw->toggle_reqs(csg.io, queues, fw::csg_input::kDoorbellReq, fw::csg_output::kDoorbellAck);
  d_.fw->toggle_csg_doorbells(1u << group->csg_id);
}

bool Protm::request_entry() {
  const Iface& glb = d_.fw->glb();
  d_.fw->toggle_reqs(glb, fw::kGlbProtmEnter);
  d_.fw->ring_global();
  const auto acked = [&] { return (d_.fw->pending(glb) & fw::kGlbProtmEnter) == 0; };
  if (k_.poll([&] { return acked() || faulted_; }, 0, 10, Atomicity::atomic) != 0) {
    (void)k_.wait_event_timeout(d_.fw->req_waitqueue(), [&] { return acked() || faulted_; },
                                k_.msecs_to_jiffies(kEnterAckMs));
  }
  if (!acked()) {
    k_.log("protected mode entry is not acknowledged");
    return false;
  }
  // A region may be over before anybody looks: then the exit event tells that it was entered.
  const auto entered = [&] { return d_.gpu->protm_active() || exit_pending() || faulted_; };
  const bool told = k_.poll(entered, kPollUs, kEnterUs) == 0;
  if (!told) k_.log("protected mode is not entered");
  return told && !faulted_;
}

bool Protm::enter(const Ptr<Group>& group) {
  // An exit nobody looked at yet must not be taken for one of the new session (FW-18).
  if (exit_pending()) handle_exit();
  hold_off_commands();
  if (d_.reset_is_pending()) {
    let_commands_in();
    return false;
  }
  window_ = true;
  grant(group);
  const bool entered = request_entry();
  if (entered) {
    d_.sched->group_get(group);
    active_ = group;
    group->protm_pending_queues = 0;
  } else if (!culprit_) {
    d_.sched->group_get(group);
    culprit_ = group;
  }
  let_commands_in();
  return entered;
}

void Protm::end_session() {
  window_ = false;
  if (!active_) return;
  const Ptr<Group> group = active_;
  active_ = nullptr;
  if (faulted_ && !culprit_) {
    culprit_ = group;  // with its reference
    return;
  }
  d_.sched->group_put(group);
}

void Protm::handle_exit() {
  d_.fw->ack_events(d_.fw->glb(), fw::kGlbProtmExit);
  // Told twice, the second time in the next session.
  if (d_.gpu->protm_active()) return;
  const bool had_session = active_ != nullptr;
  end_session();
  if (had_session) d_.sched->after_protm_exit();
}

void Protm::forget() {
  end_session();
  // A GPU that refused to leave is inside until the reset: the gate must know.
  window_ = d_.powered() && d_.gpu->protm_active();
  faulted_ = false;
  if (culprit_) {
    const Ptr<Group> group = culprit_;
    culprit_ = nullptr;
    d_.sched->group_put(group);
  }
}

}  // namespace protm::reference
