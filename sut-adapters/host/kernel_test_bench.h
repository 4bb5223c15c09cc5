// SPDX-License-Identifier: GPL-2.0-only
// For the tests of Host's kernel core: a bus without a machine, user memory of one region, and a
// bench that moves time as an executor does. Registers are plain words; writing kRaiseRegister sets
// interrupt levels. Leaves out: everything that the rig records. Source: none, test only.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

struct FakeEvent {
  std::uint64_t at_ns = 0;
  std::function<void()> fn;
};

class FakeBus final : public contract::Bus {
 public:
  static constexpr std::uint32_t kRaiseRegister = 4080;

  std::uint32_t read32(std::uint32_t offset) override {
    ++reads;
    return regs[offset];
  }
  void write32(std::uint32_t offset, std::uint32_t value) override {
    if (offset == kRaiseRegister) lines = value;
    regs[offset] = value;
  }
  std::uint32_t irq_lines() const override { return lines; }
  vocab::SimTime now() const override { return time; }
  std::uint64_t next_event_ns() const override {
    std::uint64_t next = vocab::kNever;
    for (const FakeEvent& e : events) next = std::min(next, e.at_ns);
    return next;
  }
  void advance(vocab::SimTime t) override {
    while (next_event_ns() <= t.ns) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].at_ns != next_event_ns()) continue;
        const FakeEvent e = events[i];
        events.erase(events.begin() + static_cast<std::ptrdiff_t>(i));
        time.ns = std::max(time.ns, e.at_ns);
        e.fn();
        break;
      }
    }
    time = std::max(time, t);
  }
  vocab::Pa page_alloc(contract::PageKind, std::uint32_t order) override {
    if (order != 0) return vocab::Pa{0};
    pages.push_back(std::vector<std::byte>(4096));
    return vocab::Pa{pages.size() * 4096};
  }
  void page_free(vocab::Pa) override { ++pages_freed; }
  void mem_read(vocab::Pa pa, std::span<std::byte> to) override {
    std::memcpy(to.data(), &pages[pa.value / 4096 - 1][pa.value % 4096], to.size());
  }
  void mem_write(vocab::Pa pa, std::span<const std::byte> from) override {
    std::memcpy(&pages[pa.value / 4096 - 1][pa.value % 4096], from.data(), from.size());
  }
  std::int64_t fault(const char* call, const char* role) override {
    return fail_call == call && fail_role == role ? fail_value : 0;
  }
  void report(const contract::Record& r) override { records.push_back(r); }
  contract::TextId text(const char* words) override {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (texts[i] == words) return static_cast<contract::TextId>(i);
    }
    texts.emplace_back(words);
    return static_cast<contract::TextId>(texts.size() - 1);
  }

  vocab::SimTime time{};
  std::map<std::uint32_t, std::uint32_t> regs;
  std::uint32_t lines = 0;
  std::uint64_t reads = 0;
  std::vector<FakeEvent> events;
  std::vector<std::vector<std::byte>> pages;
  std::uint32_t pages_freed = 0;
  std::string fail_call, fail_role;
  std::int64_t fail_value = -ENOMEM;
  std::vector<contract::Record> records;
  std::vector<std::string> texts{std::string()};
};

/// User memory [kBase, kBase + 64 KiB); everything else faults.
class FakeUser final : public contract::UserMemory {
 public:
  static constexpr std::uint64_t kBase = 0x10000;
  std::uint64_t read(std::uint64_t from, std::span<std::byte> to) override {
    const std::uint64_t n = room(from, to.size());
    if (n != 0) std::memcpy(to.data(), &bytes[from - kBase], n);
    return to.size() - n;
  }
  std::uint64_t write(std::uint64_t to, std::span<const std::byte> from) override {
    const std::uint64_t n = room(to, from.size());
    if (n != 0) std::memcpy(&bytes[to - kBase], from.data(), n);
    return from.size() - n;
  }
  std::uint64_t map(std::uint64_t size) override {
    const std::uint64_t at = kBase + used;
    used += (size + 4095) / 4096 * 4096;
    return at;
  }
  void make_faulting(std::uint64_t address) override { end = address; }

  std::vector<std::byte> bytes = std::vector<std::byte>(64 << 10);
  std::uint64_t used = 0;
  std::uint64_t end = kBase + (64 << 10);

 private:
  std::uint64_t room(std::uint64_t at, std::uint64_t n) const {
    if (at < kBase || at >= end) return 0;
    return std::min(n, end - at);
  }
};

/// A kernel on a fake bus, driven as an executor drives a Sut.
class Bench {
 public:
  explicit Bench(std::uint32_t hz = 1000, std::uint64_t timer_seed = 0) {
    contract::Surroundings around;
    around.bus = &bus;
    around.user = &user;
    around.memory = &memory_;
    around.kernel.hz = hz;
    around.timer_seed = timer_seed;
    kernel = std::make_unique<KernelImpl>(around);
  }

  /// Starts `body` as a task of a syscall; it lives as long as the bench.
  std::uint32_t task(const char* role, std::function<void()> body, std::uint32_t step = 0) {
    return kernel->spawn(role, [](void* f) { (*static_cast<std::function<void()>*>(f))(); },
                         keep(std::move(body)), TaskContext{0, step, false});
  }
  /// A body for a task, which lives as long as the bench.
  std::function<void()>* keep(std::function<void()> body) {
    bodies_.push_back(std::make_unique<std::function<void()>>(std::move(body)));
    return bodies_.back().get();
  }
  /// Runs `body` in a task, and all that follows without time moving.
  void now(const char* role, std::function<void()> body) {
    task(role, std::move(body));
    kernel->run_ready();
  }
  /// Moves time to `ns`, stopping at each event and timer.
  void until(std::uint64_t ns) {
    kernel->run_ready();
    for (;;) {
      const std::uint64_t t = std::min(bus.next_event_ns(), kernel->next_timer_ns());
      if (t > ns) break;
      move(t);
    }
    move(ns);
  }
  /// Until nothing is left but what never wakes.
  void rest(std::uint64_t limit_ns = 100 * vocab::kSec) {
    kernel->run_ready();
    for (;;) {
      const std::uint64_t t = std::min(bus.next_event_ns(), kernel->next_timer_ns());
      if (t == vocab::kNever || t > limit_ns) break;
      move(t);
    }
  }
  void move(std::uint64_t ns) {
    bus.advance(vocab::SimTime{std::max(ns, bus.time.ns)});
    kernel->time_reached();
    kernel->run_ready();
  }

  [[nodiscard]] std::size_t count(contract::RecordKind kind) const {
    return static_cast<std::size_t>(std::count_if(
        bus.records.begin(), bus.records.end(), [&](const auto& r) { return r.kind == kind; }));
  }
  /// Texts of all findings of one misuse.
  [[nodiscard]] std::vector<std::string> misuse(contract::LockMisuse what) const {
    return texts(contract::RecordKind::lock_misuse, static_cast<std::uint16_t>(what));
  }
  [[nodiscard]] std::vector<std::string> texts(contract::RecordKind kind,
                                               std::uint16_t sub = 0) const {
    std::vector<std::string> found;
    for (const contract::Record& r : bus.records) {
      if (r.kind == kind && r.sub == sub) found.push_back(bus.texts[r.text]);
    }
    return found;
  }

  FakeBus bus;
  FakeUser user;

 private:
  std::pmr::unsynchronized_pool_resource memory_{std::pmr::new_delete_resource()};
  std::vector<std::unique_ptr<std::function<void()>>> bodies_;

 public:
  std::unique_ptr<KernelImpl> kernel;   ///< gone before what it points to
};

}  // namespace protm::host
