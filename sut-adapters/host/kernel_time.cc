// SPDX-License-Identifier: GPL-2.0-only
// Time: ticks, what happens when, delays and register polls.
#include <algorithm>
#include <climits>
#include <cstring>

#include "gpu-model/vocab/split_mix.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {
namespace {

constexpr std::uint64_t kMaxJiffyOffset = (static_cast<std::uint64_t>(LONG_MAX) >> 1) - 1;

/// Smallest base + k * step (k integer) that is not before `t`.
std::uint64_t grid_at_or_after(std::uint64_t base, std::uint64_t step, std::uint64_t t) {
  if (t <= base) return base;
  return base + (t - base + step - 1) / step * step;
}

/// A level of the wheel has 63 slots, each eight times as coarse as one of the level below. A timer
/// is never early: its expiry is rounded up to the next slot, even where it falls on one.
/// Source: kernel/time/timer.c, calc_index(), LVL_START, LVL_GRAN.
std::uint64_t wheel_granularity(std::uint64_t jiffies_from_now) {
  constexpr std::uint64_t kSlots = 63, kCoarser = 8;
  std::uint64_t granularity = 1;
  while (jiffies_from_now >= kSlots * granularity) granularity *= kCoarser;
  return granularity;
}

/// Neighbours of a seed have nothing in common.
std::uint64_t mixed(std::uint64_t x) { return vocab::split_mix(x * vocab::kSplitMixStep); }

}  // namespace

// Source: include/linux/jiffies.h, INITIAL_JIFFIES: five minutes before 32 bits overflow.
std::uint64_t KernelImpl::initial_jiffies() const {
  return (std::uint64_t{1} << 32) - 300 * std::uint64_t{around_.kernel.hz};
}

std::uint64_t KernelImpl::jiffies() const {
  const std::uint64_t ns = now().ns;
  return initial_jiffies() + ns / vocab::kSec * around_.kernel.hz +
         ns % vocab::kSec * around_.kernel.hz / vocab::kSec;
}

std::uint64_t KernelImpl::msecs_to_jiffies(std::uint64_t ms) const {
  if (ms > INT_MAX) return kMaxJiffyOffset;
  return (ms * around_.kernel.hz + 999) / 1000;
}

std::uint64_t KernelImpl::tick_edge_ns(std::uint64_t jiffy) const {
  const std::uint64_t hz = around_.kernel.hz;
  if (jiffy < initial_jiffies()) return 0;
  jiffy -= initial_jiffies();
  return jiffy / hz * vocab::kSec + (jiffy % hz * vocab::kSec + hz - 1) / hz;
}

std::uint64_t KernelImpl::deadline_ns(std::uint64_t jiffies_from_now) {
  if (jiffies_from_now >= kMaxJiffyOffset) return vocab::kNever;
  return timer_edge_ns(jiffies() + jiffies_from_now);
}

std::uint64_t KernelImpl::timer_edge_ns(std::uint64_t expires) {
  const std::uint64_t clk = jiffies();
  if (expires < clk) return tick_edge_ns(clk + 1);
  const std::uint64_t granularity = wheel_granularity(expires - clk);
  if (around_.timer_seed == 0) return tick_edge_ns((expires / granularity + 1) * granularity);
  // How jiffies lie to the wheel's slots is chance: they do not begin at 0 in a kernel.
  const std::uint64_t late = mixed(around_.timer_seed + ++timers_armed_) % granularity;
  return tick_edge_ns(expires + 1 + late);
}

// --- what happens when -----------------------------------------------------------------------

void KernelImpl::add_expiry(ExpiryKind kind, std::uint32_t id, std::uint64_t when_ns, Need need) {
  const Expiry e{when_ns, ++last_expiry_, kind, need, id};
  const auto place = std::upper_bound(
      expiries_.begin(), expiries_.end(), e,
      [](const Expiry& a, const Expiry& b) { return a.when_ns < b.when_ns; });
  expiries_.insert(place, e);
}

bool KernelImpl::remove_expiry(ExpiryKind kind, std::uint32_t id) {
  for (auto i = expiries_.begin(); i != expiries_.end(); ++i) {
    if (i->kind != kind || i->id != id) continue;
    expiries_.erase(i);
    return true;
  }
  return false;
}

bool KernelImpl::fire_one_expiry() {
  if (expiries_.empty() || expiries_.front().when_ns > now().ns) return false;
  const Expiry e = expiries_.front();
  expiries_.erase(expiries_.begin());
  switch (e.kind) {
    case ExpiryKind::task: wake(*find_task(e.id), WakeReason::timeout); break;
    case ExpiryKind::timer: timer_fired(e.id); break;
    case ExpiryKind::delayed_work: delayed_work_fired(e.id); break;
    case ExpiryKind::autosuspend: (e.id == 0 ? device_ : *second_).pm_timer_fired(); break;
  }
  return true;
}

std::uint64_t KernelImpl::own_timer_ns() const {
  return expiries_.empty() ? vocab::kNever : expiries_.front().when_ns;
}

std::uint64_t KernelImpl::next_timer_ns() const {
  if (held_.empty()) return own_timer_ns();
  return std::min(own_timer_ns(), waiting_ ? held_.front()->held_until_ns : now().ns);
}

std::uint64_t KernelImpl::next_needed_timer_ns() const {
  if (!held_.empty()) return next_timer_ns();
  for (const Expiry& e : expiries_) {
    if (e.need == Need::needed) return e.when_ns;
  }
  return vocab::kNever;
}

// --- delays and polls ------------------------------------------------------------------------

void KernelImpl::delay(std::uint64_t ns) {
  if (in_task()) {
    block(WaitKind::time, 0, "delay", now().ns + ns);
    return;
  }
  around_.bus->advance(now() + ns);   // an interrupt holds the CPU
}

void KernelImpl::udelay(std::uint64_t us) {
  if (us != 0) delay(us * vocab::kUs);
}

void KernelImpl::usleep(std::uint64_t us) {
  might_sleep("usleep", "time");
  delay(us * vocab::kUs);
}

void KernelImpl::mark_polls_dirty(const Task* except) {
  for (Task* const t : blocked_) {
    if (t == except || t->poll_nr == 0 || t->wait_kind != WaitKind::poll) continue;
    const std::uint64_t from = std::max(now().ns, t->poll_last_ns + 1);
    const std::uint64_t next = grid_at_or_after(t->poll_base_ns, t->poll_step_ns, from);
    bool due_before = false;
    for (const Expiry& e : expiries_) {
      due_before |= e.kind == ExpiryKind::task && e.id == t->id && e.when_ns <= next;
    }
    if (due_before) continue;
    remove_expiry(ExpiryKind::task, t->id);
    add_expiry(ExpiryKind::task, t->id, next, Need::needed);
  }
}

int KernelImpl::poll(FunctionRef<bool()> done, std::uint64_t delay_us, std::uint64_t timeout_us,
                     contract::Atomicity atomicity) {
  const bool sleeps = atomicity == contract::Atomicity::may_sleep && delay_us != 0;
  if (sleeps) might_sleep("poll", "time");
  const std::uint64_t base = now().ns;
  const std::uint64_t step = std::max<std::uint64_t>(1, delay_us * vocab::kUs);
  // The turn that is the last one. Sleeping polls compare a clock; atomic ones count the delay and
  // one more ns per turn. Either way expiry is sampled before the test (facts-host K5, K6).
  const std::uint64_t per_turn =
      atomicity == contract::Atomicity::atomic && delay_us != 0 ? step + 1 : step;
  const std::uint64_t end = timeout_us == 0
                                ? vocab::kNever
                                : base + (timeout_us * vocab::kUs / per_turn + 1) * step;
  if (done()) return 0;
  if (!in_task()) return poll_in_atomic_stack(done, step, end);
  Task& t = *current_;
  t.poll_nr = ++last_poll_;
  t.poll_base_ns = base;
  t.poll_step_ns = step;
  t.poll_last_ns = now().ns;
  const std::uint64_t nr = t.poll_nr;
  int result = 0;
  for (;;) {
    block(WaitKind::poll, 0, "poll", end);
    const bool expired = now().ns >= end;
    if (done()) break;
    if (expired) {
      result = -ETIMEDOUT;
      break;
    }
    t.poll_nr = nr;
    t.poll_last_ns = now().ns;
  }
  t.poll_nr = 0;
  return result;
}

int KernelImpl::poll_in_atomic_stack(FunctionRef<bool()> done, std::uint64_t step,
                                     std::uint64_t end) {
  const std::uint64_t base = now().ns;
  for (;;) {
    const std::uint64_t event = std::max(around_.bus->next_event_ns(), now().ns + 1);
    const std::uint64_t next =
        event >= end ? end : std::min(end, grid_at_or_after(base, step, event));
    if (next == vocab::kNever) stop_here();   // nothing will ever change
    around_.bus->advance(vocab::SimTime{next});
    const bool expired = now().ns >= end;
    if (done()) return 0;
    if (expired) return -ETIMEDOUT;
  }
}

}  // namespace protm::host
