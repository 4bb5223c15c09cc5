// SPDX-License-Identifier: GPL-2.0-only
// Tasks: run queue, blocking, waking, oops, and what is said about tasks that never go on.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

using contract::RecordKind;

KernelImpl::KernelImpl(const contract::Surroundings& around)
    : around_(around),
      order_(around.memory),
      locks_(around.memory),
      waits_(around.memory),
      works_(around.memory),
      timers_(around.memory),
      queues_(around.memory),
      tasks_(around.memory),
      run_queue_(around.memory),
      blocked_(around.memory),
      newly_blocked_(around.memory),
      held_(around.memory),
      fresh_views_(around.memory),
      held_views_(around.memory),
      irq_held_(around.memory),
      expiries_(around.memory),
      free_objects_(around.memory),
      roles_(around.memory),
      said_(around.memory),
      drm_(around.memory),
      device_(*this, *around.bus, 0, around.memory) {
  Fiber::drop_all_of(this);   // of a Host that lay here before
  queues_.emplace_back(around.memory);
  queues_.back().role = "system_wq";
  if (around.second_gpu != nullptr) second_.emplace(*this, *around.second_gpu, 1, around.memory);
}

KernelImpl::~KernelImpl() {
  unpoison_free_objects();
  Fiber::drop_all_of(this);
}

void KernelImpl::report(RecordKind kind, std::uint16_t sub, const char* words, std::uint32_t a,
                        std::uint32_t b, std::uint64_t c, std::uint64_t d) {
  contract::Record record;
  record.time_ns = now().ns;
  record.kind = kind;
  record.sub = sub;
  record.a = a;
  record.b = b;
  record.text = around_.bus->text(words);
  record.c = c;
  record.d = d;
  around_.bus->report(record);
}

bool KernelImpl::say_once(RecordKind kind, std::uint16_t sub, const char* words) {
  std::uint64_t digest = 14695981039346656037u;   // FNV-1a
  for (const char* p = words; *p != '\0'; ++p) {
    digest = (digest ^ static_cast<unsigned char>(*p)) * 1099511628211u;
  }
  for (const Said& s : said_) {
    if (s.kind == kind && s.sub == sub && s.digest == digest) return false;
  }
  said_.push_back(Said{kind, sub, digest});
  report(kind, sub, words);
  return true;
}

void KernelImpl::warn(const char* words) { report(RecordKind::kernel_warn, 0, words); }
void KernelImpl::log(const char* words) { report(RecordKind::kernel_log, 0, words); }

// --- oops ------------------------------------------------------------------------------------

void KernelImpl::install_oops_handler() {
  contract::set_oops_handler(contract::OopsHandler{&KernelImpl::on_oops, this});
}

void KernelImpl::on_oops(void* ctx, contract::OopsKind kind, const char* role) {
  KernelImpl& self = *static_cast<KernelImpl*>(ctx);
  if (self.irq_fiber_ == nullptr && self.current_ == nullptr) return;   // harness bug: abort
  self.report(RecordKind::kernel_oops, static_cast<std::uint16_t>(kind), role);
  self.stop_here();
}

void KernelImpl::stop_here() {
  if (irq_fiber_ != nullptr) {
    ++stopped_irqs_;
    irq_fiber_->suspend();
  } else {
    current_->state = TaskState::stopped;
    current_->fiber.suspend();
  }
  std::fprintf(stderr, "protm: harness bug: a stopped context went on\n");
  std::abort();
}

bool KernelImpl::call(const Callback& fn) {
  if (!fn) return false;
  if (fn.header != nullptr && fn.header->generation != fn.generation) {
    contract::oops(contract::OopsKind::use_after_free, fn.header->role);
  }
  fn.fn(fn.ctx);
  return true;
}

bool KernelImpl::run_atomic(const char* role, FunctionRef<void()> body) {
  Fiber fiber;
  fiber.start([](void* arg) { (*static_cast<FunctionRef<void()>*>(arg))(); }, &body, this);
  Fiber* const outer = irq_fiber_;
  const char* const outer_role = irq_role_;
  install_oops_handler();
  irq_fiber_ = &fiber;
  irq_role_ = role;
  fiber.resume();
  irq_fiber_ = outer;
  irq_role_ = outer_role;
  const bool ended = fiber.finished();
  fiber.drop();
  return ended;
}

// --- tasks -----------------------------------------------------------------------------------

std::uint32_t KernelImpl::spawn(const char* role, Callback body, TaskContext context) {
  // Without tasks no stack can be in use: what the pool still counts was lost by a restore.
  if (tasks_.empty() && irq_fiber_ == nullptr) Fiber::drop_all_of(this);
  std::pmr::polymorphic_allocator<> alloc(around_.memory);
  Task* const t = alloc.new_object<Task>(around_.memory, ++last_task_);
  t->role = role;
  t->context = context;
  t->body = body;
  tasks_.push_back(t);
  if (around_.kernel.calls_first && context.step != contract::kNoStep) {
    run_queue_.push_front(t->id);
  } else {
    run_queue_.push_back(t->id);
  }
  return t->id;
}

Task* KernelImpl::find_task(std::uint32_t id) const {
  const auto is_before = [](const Task* t, std::uint32_t wanted) { return t->id < wanted; };
  const auto at = std::lower_bound(tasks_.begin(), tasks_.end(), id, is_before);
  return at != tasks_.end() && (*at)->id == id ? *at : nullptr;
}

TaskContext KernelImpl::current_context() const {
  return in_task() ? current_->context : TaskContext{};
}

std::uint32_t KernelImpl::self() const {
  if (irq_fiber_ != nullptr || current_ == nullptr) return kIrqOwner;
  return current_->id;
}

std::pmr::vector<HeldLock>& KernelImpl::held() {
  return irq_fiber_ != nullptr || current_ == nullptr ? irq_held_ : current_->held;
}

namespace {
struct TaskStart {
  KernelImpl* kernel;
  Task* task;
  bool (KernelImpl::*call)(const Callback& fn);
};
}  // namespace

void KernelImpl::task_entry(void* arg) {
  const TaskStart start = *static_cast<TaskStart*>(arg);   // the starter's frame goes away
  (start.kernel->*start.call)(start.task->body);
}

void KernelImpl::run_task(Task& t) {
  current_ = &t;
  t.state = TaskState::running;
  const std::uint64_t poll_before = t.poll_nr;
  TaskStart start{this, &t, &KernelImpl::call};
  if (!t.fiber.has_stack()) t.fiber.start(&KernelImpl::task_entry, &start, this);
  t.fiber.resume();
  current_ = nullptr;
  if (t.fiber.finished()) {
    finish_task(t);
    mark_polls_dirty();
    return;
  }
  if (t.state == TaskState::blocked && !t.blocked_once) {
    t.blocked_once = true;
    if (t.context.step != contract::kNoStep) newly_blocked_.push_back(t.context);
  }
  // A look that found nothing new changes nothing for the other pollers.
  if (t.poll_nr == 0 || t.poll_nr != poll_before) mark_polls_dirty(&t);
}

void KernelImpl::finish_task(Task& t) {
  current_ = &t;
  check_held_at_return(t);
  current_ = nullptr;
  const std::byte* const low = t.fiber.stack_low();
  const std::byte* const high = low + kFiberStackBytes;
  locks_.forget_range(low, high);
  waits_.forget_range(low, high);
  works_.forget_range(low, high);
  timers_.forget_range(low, high);
  destroy_task(t);
}

void KernelImpl::destroy_task(Task& t) {
  t.fiber.drop();
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (tasks_[i] != &t) continue;
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  t.~Task();
  std::memset(static_cast<void*>(&t), 0, sizeof(Task));   // no stack address stays in the World
  around_.memory->deallocate(&t, sizeof(Task), alignof(Task));
  if (tasks_.empty()) unpoison_free_objects();   // a snapshot may copy these bytes
}

void KernelImpl::kill_unstarted(std::uint32_t id) {
  Task* const t = find_task(id);
  if (t == nullptr) return;
  for (auto i = run_queue_.begin(); i != run_queue_.end(); ++i) {
    if (*i != id) continue;
    run_queue_.erase(i);
    break;
  }
  std::erase(held_, t);   // a schedule may have held it before its first step
  destroy_task(*t);
}

WakeReason KernelImpl::block(WaitKind kind, std::uint32_t id, const char* role,
                             std::uint64_t until_ns) {
  if (!in_task()) {
    if (irq_fiber_ == nullptr) {
      std::fprintf(stderr, "protm: harness bug: wait on '%s' outside any task\n", role);
      std::abort();
    }
    stop_here();   // the misuse has been reported; nothing can wake an interrupt
  }
  Task& t = *current_;
  t.state = TaskState::blocked;
  t.wait_kind = kind;
  t.wait_id = id;
  t.wait_role = role;
  blocked_.push_back(&t);
  if (until_ns != vocab::kNever) add_expiry(ExpiryKind::task, t.id, until_ns, Need::needed);
  t.fiber.suspend();
  return t.wake;
}

void KernelImpl::wake(Task& t, WakeReason reason) {
  for (std::size_t i = 0; i < blocked_.size(); ++i) {
    if (blocked_[i] != &t) continue;
    blocked_.erase(blocked_.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  if (reason == WakeReason::woken) remove_expiry(ExpiryKind::task, t.id);
  t.wake = reason;
  t.state = TaskState::runnable;
  t.wait_kind = WaitKind::none;
  run_queue_.push_back(t.id);
}

Task* KernelImpl::first_waiter(WaitKind kind, std::uint32_t id) const {
  for (Task* const t : blocked_) {
    if (t->wait_kind == kind && t->wait_id == id) return t;
  }
  return nullptr;
}

void KernelImpl::wake_all(WaitKind kind, std::uint32_t id) {
  while (Task* const t = first_waiter(kind, id)) wake(*t, WakeReason::woken);
}

void KernelImpl::wake_all_latest_first(WaitKind kind, std::uint32_t id) {
  std::size_t i = blocked_.size();
  while (i-- > 0) {
    Task* const t = blocked_[i];
    if (t->wait_kind == kind && t->wait_id == id) wake(*t, WakeReason::woken);
  }
}

void KernelImpl::run_ready() {
  install_oops_handler();
  bool call_returned = false;
  for (;;) {
    run_hard_irqs();
    if (fire_one_expiry()) continue;
    Task* const t = take_next(call_returned);
    if (t == nullptr) break;
    const std::uint32_t id = t->id;
    const contract::TaskView task = view(*t);
    const bool call = t->context.step != contract::kNoStep;
    run_task(*t);
    tell_stopped(id, task);
    if (!call || find_task(id) != nullptr) continue;
    call_returned = true;
    if (around_.kernel.calls_first) break;
  }
  known_next_event_ns_ = around_.bus->next_event_ns();
}

void KernelImpl::time_reached() {
  if (known_next_event_ns_ <= now().ns) mark_polls_dirty();
}

// --- tasks that never go on ------------------------------------------------------------------

std::uint32_t KernelImpl::waits_for_task(const Task& t) const {
  switch (t.wait_kind) {
    case WaitKind::mutex:
    case WaitKind::rwsem:
    case WaitKind::spinlock: {
      const LockSlot* const lock = locks_.find(t.wait_id);
      return lock != nullptr ? lock->owner : 0;
    }
    case WaitKind::work: {
      const WorkSlot* const work = works_.find(t.wait_id);
      if (work == nullptr) return 0;
      if (work->running_task != 0) return work->running_task;
      if (queues_[work->wq - 1].kind != contract::WorkqueueKind::ordered) return 0;
      for (const WorkSlot& other : works_.all()) {   // the one before it in an ordered queue
        if (other.id != 0 && other.wq == work->wq && other.running_task != 0) {
          return other.running_task;
        }
      }
      return 0;
    }
    case WaitKind::irq_thread:
      return (t.wait_id < kIrqLines * kIrqShares ? device_ : *second_).thread_of_wait(t.wait_id);
    default: return 0;
  }
}

bool KernelImpl::blocked_for_ever(const Task& start) const {
  const Task* t = &start;
  for (std::size_t hops = 0; hops <= tasks_.size(); ++hops) {
    if (t->state == TaskState::stopped || t->wait_kind == WaitKind::for_ever) return true;
    if (t->state != TaskState::blocked) return false;
    const std::uint32_t owner = waits_for_task(*t);
    if (owner == 0) return false;
    t = find_task(owner);
    if (t == nullptr) return true;   // the owner ended with the lock held
  }
  return true;   // a cycle
}

namespace {
/// Somebody else's event ends the wait, so nobody has to go on for it: what most tasks wait for.
bool waits_for_event(const Task& t) {
  return t.state == TaskState::blocked &&
         (t.wait_kind == WaitKind::time || t.wait_kind == WaitKind::poll ||
          t.wait_kind == WaitKind::wait_queue || t.wait_kind == WaitKind::completion);
}
}  // namespace

std::uint32_t KernelImpl::stopped_tasks() const {
  std::uint32_t n = stopped_irqs_;
  for (const Task* const t : tasks_) n += !waits_for_event(*t) && blocked_for_ever(*t) ? 1 : 0;
  return n;
}

namespace {
const char* wait_word(WaitKind kind) {
  switch (kind) {
    case WaitKind::mutex: return "mutex";
    case WaitKind::rwsem: return "rwsem";
    case WaitKind::spinlock: return "spinlock";
    case WaitKind::completion: return "completion";
    case WaitKind::wait_queue: return "waitqueue";
    case WaitKind::work: return "work";
    case WaitKind::workqueue: return "workqueue";
    case WaitKind::irq_thread: return "irq thread";
    case WaitKind::time: return "time";
    case WaitKind::poll: return "poll";
    case WaitKind::runtime_pm: return "runtime pm";
    case WaitKind::device_sections: return "device sections";
    case WaitKind::for_ever: return "itself on";
    case WaitKind::none: break;
  }
  return "nothing";
}
}  // namespace

void KernelImpl::describe_blocked(std::pmr::string& to) const {
  for (const Task* const t : tasks_) {
    const bool stopped = t->state == TaskState::stopped;
    if (!stopped && t->state != TaskState::blocked) continue;
    bool timed = false;
    for (const Expiry& e : expiries_) timed |= e.kind == ExpiryKind::task && e.id == t->id;
    if (timed) continue;
    if (!to.empty()) to += "; ";
    to += t->role;
    if (stopped) {
      to += " stopped by an oops";
      continue;
    }
    to += " waits for ";
    to += wait_word(t->wait_kind);
    to += ' ';
    to += t->wait_role;
  }
}

}  // namespace protm::host
