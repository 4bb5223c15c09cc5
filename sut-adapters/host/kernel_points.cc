// SPDX-License-Identifier: GPL-2.0-only
// Scheduling points: where a policy may hold a task, and who goes on then. A held task stays
// runnable; others run, and find its locks taken. When only held tasks are left, the policy lets
// one go on or lets time pass, for kLongestHoldNs at most since a task was held, never under a
// spinlock, since interrupts are off there. Objects of Host itself are no points: to a driver its
// calls are one step. Without a policy nothing here runs. Source: design.md section 5.
#include <algorithm>
#include <array>
#include <string_view>

#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

using contract::Point;
using contract::PointKind;
using contract::TaskView;
using contract::Turn;

namespace {

constexpr std::array<std::string_view, 15> kHostRoles{
    "fence",         "gem",         "syncobj",         "cdev",
    "dma_buf",       "resv",        "device_lock",     "dma_fence",
    "sched.run_job", "sched.free_job", "sched.timeout", "sched.job_scheduled",
    "sched.entity_idle", "sched.kill_job", "delayed_fput"};

/// By contract::IrqLine.
constexpr std::array<const char*, kIrqLines> kIrqThreads{"irq.job", "irq.mmu", "irq.gpu"};

bool is_host_role(std::string_view role) {
  return std::find(kHostRoles.begin(), kHostRoles.end(), role) != kHostRoles.end();
}

}  // namespace

TaskView KernelImpl::view(const Task& t) const {
  const char* role = t.role;
  if (const auto line = device_.line_of_thread(t.id)) role = kIrqThreads[*line];
  if (second_) {
    if (const auto line = second_->line_of_thread(t.id)) role = kIrqThreads[*line];
  }
  return {.id = t.id, .role = role, .actor = t.context.actor};
}

contract::Rivals KernelImpl::rivals() {
  fresh_views_.clear();
  held_views_.clear();
  for (const std::uint32_t id : run_queue_) fresh_views_.push_back(view(*find_task(id)));
  for (const Task* const t : held_) held_views_.push_back(view(*t));
  return {.fresh = fresh_views_, .held = held_views_, .time_may_pass = time_may_pass()};
}

bool KernelImpl::time_may_pass() const {
  if (spins_held_ != 0) return false;
  const std::uint64_t next = std::min(around_.bus->next_event_ns(), own_timer_ns());
  // Who is held longest goes on first, whatever a policy waits for.
  const std::uint64_t until =
      held_.empty() ? now().ns + contract::kLongestHoldNs : held_.front()->held_until_ns;
  return next != vocab::kNever && next <= until;
}

void KernelImpl::point_of_policy(PointKind kind, const char* role, std::uint32_t offset) {
  if (!in_task() || in_hard_irq_) return;
  if (is_host_role(role)) return;
  Task& t = *current_;
  if (!policy_->hold(view(t), Point{kind, role, offset}, rivals())) return;
  hold_task(t);
  t.fiber.suspend();
}

void KernelImpl::hold_task(Task& t) {
  t.state = TaskState::held;
  t.held_until_ns = now().ns + contract::kLongestHoldNs;
  held_.push_back(&t);
  waiting_ = false;
}

/// Who goes on, taken out of its queue; nullptr = nobody at the present time.
Task* KernelImpl::take_next(bool call_returned) {
  for (;;) {
    if (policy_ == nullptr && held_.empty()) break;
    if (run_queue_.empty()) {
      if (held_.empty()) return nullptr;
      // Whoever made the call that returned may make another one before held tasks go on.
      if (call_returned) return nullptr;
      if (waiting_ && time_may_pass()) return nullptr;
    }
    Turn turn{};
    if (policy_ != nullptr) turn = policy_->next(rivals());
    if (turn.what == Turn::What::wait && time_may_pass()) {
      waiting_ = true;
      return nullptr;
    }
    const bool fresh = turn.what == Turn::What::fresh || turn.what == Turn::What::hold;
    if (!fresh || run_queue_.empty()) {
      if (held_.empty()) continue;
      const std::size_t i = turn.index < held_.size() && !fresh ? turn.index : 0;
      Task* const t = held_[i];
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
      return t;
    }
    const std::size_t i = turn.index < run_queue_.size() ? turn.index : 0;
    Task* const t = find_task(run_queue_[i]);
    run_queue_.erase(run_queue_.begin() + static_cast<std::ptrdiff_t>(i));
    if (turn.what == Turn::What::fresh) {
      waiting_ = false;
      return t;
    }
    hold_task(*t);
  }
  if (run_queue_.empty()) return nullptr;
  Task* const t = find_task(run_queue_.front());
  run_queue_.pop_front();
  return t;
}

void KernelImpl::tell_stopped(std::uint32_t id, const TaskView& task) {
  if (policy_ == nullptr) return;
  const Task* const t = find_task(id);
  if (t != nullptr && t->state == TaskState::held) return;
  policy_->stopped(task, t == nullptr);
}

}  // namespace protm::host
