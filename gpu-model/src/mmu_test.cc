// SPDX-License-Identifier: GPL-2.0-only
// AS commands, locked regions, page walk and faults.
#include "gpu-model/src/mmu.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "gpu-model/src/test_driver.h"

namespace protm::gpu {
namespace {

struct MmuFixture {
  Core core{test_config(), std::pmr::new_delete_resource()};
  Mmu mmu{core, std::pmr::get_default_resource()};
  std::uint64_t l3 = 0;
  static constexpr std::uint64_t kVa = 0x40000000;

  MmuFixture() {
    mmu.reset();
    std::uint64_t table = core.ram.alloc_page(PageKind::normal).value;
    set(vocab::kAsTranstabLo.offset, static_cast<std::uint32_t>(table));
    set(vocab::kAsTranscfgLo.offset, 0x420001c6);
    for (unsigned level = 0; level < 3; ++level) {
      const std::uint64_t next = core.ram.alloc_page(PageKind::normal).value;
      entry(table, level) = next | 3;
      table = next;
    }
    l3 = table;
    command(vocab::AsCommand::update);
  }
  std::uint64_t& entry(std::uint64_t table, unsigned level, std::uint64_t va = kVa) {
    auto* t = reinterpret_cast<std::uint64_t*>(core.ram.page(vocab::Pa{table}));
    return t[vocab::lpae::level_index(va, level)];
  }
  void set(std::uint32_t offset, std::uint32_t value) { mmu.write(2, offset, value); }
  void command(vocab::AsCommand c) {
    set(vocab::kAsCommand.offset, static_cast<std::uint32_t>(c));
    finish();
  }
  void finish() {
    while (!core.events.empty()) {
      const Event e = core.events.pop();
      core.now.ns = e.at;
      mmu.finish_command(e.a);
    }
  }
  WalkResult access(Direction direction, std::uint64_t va = kVa, GpuMode mode = GpuMode::normal) {
    return mmu.translate({{2}, va, direction, mode, Origin::stream}).result;
  }
  std::uint32_t fault_code() { return mmu.read(2, vocab::kAsFaultstatus.offset) & 0xff; }
  vocab::Pa map(PageKind kind, std::uint64_t flags) {
    const vocab::Pa pa = core.ram.alloc_page(kind);
    entry(l3, 3) = pa.value | flags;
    return pa;
  }
};

constexpr std::uint64_t kLockVa = MmuFixture::kVa;
constexpr std::uint64_t kRw = 0x60000000000f47;  // facts-driver.md 14: RW, NOEXEC, cached

}  // namespace

TEST_CASE_FIXTURE(MmuFixture, "Mmu: AS_STATUS is busy until the command's latency is over") {
  set(vocab::kAsCommand.offset, 1);
  CHECK(mmu.read(2, vocab::kAsStatus.offset) == 1);
  CHECK(core.events.next_ns() == core.now.ns + core.latency(vocab::Latency::as_command));
  finish();
  CHECK(mmu.read(2, vocab::kAsStatus.offset) == 0);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: an AS command that flushes takes a flush longer") {
  const std::uint64_t itself = core.latency(vocab::Latency::as_command);
  const std::uint64_t flush = core.latency(vocab::Latency::flush);
  REQUIRE(flush > 0);
  using vocab::AsCommand;
  for (const AsCommand c : {AsCommand::lock, AsCommand::flush_pt, AsCommand::lock,
                            AsCommand::flush_mem, AsCommand::update}) {
    CAPTURE(static_cast<unsigned>(c));
    const bool flushes = c == AsCommand::flush_pt || c == AsCommand::flush_mem;
    set(vocab::kAsCommand.offset, static_cast<std::uint32_t>(c));
    CHECK(core.events.next_ns() == core.now.ns + itself + (flushes ? flush : 0));
    finish();
  }
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: TRANSTAB and TRANSCFG take effect at UPDATE only") {
  map(PageKind::normal, kRw);
  CHECK(access(Direction::write) == WalkResult::ok);
  set(vocab::kAsTranscfgLo.offset, 1);
  CHECK(access(Direction::write) == WalkResult::ok);
  command(vocab::AsCommand::update);
  CHECK(access(Direction::write) == WalkResult::unmapped_as);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: faults carry the level, the access and the address") {
  SUBCASE("translation fault, level 3") {
    CHECK(access(Direction::read) == WalkResult::fault);
    CHECK(mmu.read(2, vocab::kAsFaultstatus.offset) == 0x2c3);
    CHECK(mmu.read(2, vocab::kAsFaultaddressLo.offset) == kVa);
    CHECK(core.mmu.raw() == 4);
  }
  SUBCASE("translation fault, level 0") {
    CHECK(access(Direction::read, 1ull << 40) == WalkResult::fault);
    CHECK(fault_code() == 0xc0);
  }
  SUBCASE("write to a read-only page") {
    map(PageKind::normal, kRw | vocab::lpae::kApReadOnly);
    CHECK(access(Direction::read) == WalkResult::ok);
    CHECK(access(Direction::write) == WalkResult::fault);
    CHECK(mmu.read(2, vocab::kAsFaultstatus.offset) == 0x3cb);
  }
  SUBCASE("access flag") {
    map(PageKind::normal, kRw & ~vocab::lpae::kAccessFlag);
    CHECK(access(Direction::read) == WalkResult::fault);
    CHECK(fault_code() == 0xdb);
  }
  SUBCASE("address size") {
    CHECK(access(Direction::read, 1ull << 50) == WalkResult::fault);
    CHECK(fault_code() == 0xe0);
  }
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: a second fault is not latched before the first is cleared") {
  CHECK(access(Direction::read) == WalkResult::fault);
  CHECK(access(Direction::read, kVa + 0x5000) == WalkResult::fault);
  CHECK(mmu.read(2, vocab::kAsFaultaddressLo.offset) == kVa);
  core.mmu.clear(4);
  CHECK(access(Direction::read, kVa + 0x5000) == WalkResult::fault);
  CHECK(mmu.read(2, vocab::kAsFaultaddressLo.offset) == kVa + 0x5000);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: LOCKADDR covers 2^(code+1) bytes and saturates") {
  map(PageKind::normal, kRw);
  struct Row {
    std::uint64_t word;
    bool locked;
  };
  Row row{};
  SUBCASE("32 KiB around") { row = {kLockVa | 14, true}; }
  SUBCASE("base bits below the size are ignored") { row = {kLockVa | 0x4000 | 14, true}; }
  SUBCASE("a code below the minimum means 32 KiB") { row = {(kLockVa + 0x8000) | 3, false}; }
  SUBCASE("next region") { row = {(kLockVa + 0x8000) | 14, false}; }
  SUBCASE("code 47 is everything") { row = {47, true}; }
  SUBCASE("code 63 saturates") { row = {63, true}; }
  set(vocab::kAsLockaddrLo.offset, static_cast<std::uint32_t>(row.word));
  set(vocab::kAsLockaddrHi.offset, static_cast<std::uint32_t>(row.word >> 32));
  command(vocab::AsCommand::lock);
  CHECK((access(Direction::read) == WalkResult::locked) == row.locked);
  command(vocab::AsCommand::unlock);
  CHECK(access(Direction::read) == WalkResult::ok);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: FLUSH_PT and FLUSH_MEM end a lock") {
  map(PageKind::normal, kRw);
  auto flush = vocab::AsCommand::flush_pt;
  SUBCASE("FLUSH_PT") {}
  SUBCASE("FLUSH_MEM") { flush = vocab::AsCommand::flush_mem; }
  set(vocab::kAsLockaddrLo.offset, 63);
  command(vocab::AsCommand::lock);
  CHECK(mmu.locked_as() == 2);
  command(flush);
  CHECK(mmu.locked_as() == vocab::kMaxAs);
  CHECK(access(Direction::read) == WalkResult::ok);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: an UNLOCK or a flush without a LOCK is told") {
  const auto told = [&] {
    std::uint32_t n = 0;
    for (const vocab::Observation& o : core.observations) {
      n += o.kind == vocab::ObservationKind::rule_unlock_without_lock ? 1u : 0u;
    }
    return n;
  };
  command(vocab::AsCommand::lock);
  command(vocab::AsCommand::unlock);
  CHECK(told() == 0);
  command(vocab::AsCommand::flush_mem);
  CHECK(told() == 1);
  command(vocab::AsCommand::lock);
  mmu.reset();
  command(vocab::AsCommand::unlock);
  CHECK(told() == 1);
  command(vocab::AsCommand::unlock);
  CHECK(told() == 2);
  set(vocab::kAsCommand.offset, static_cast<std::uint32_t>(vocab::AsCommand::lock));
  mmu.reset();  // the LOCK was still executing
  mmu.reset();  // as at the end of a reset
  command(vocab::AsCommand::unlock);
  CHECK(told() == 2);
}

namespace {

/// MmuFixture whose CPU stores and frees go by the MMU's eyes.
struct WatchFixture : MmuFixture {
  [[nodiscard]] std::uint32_t told(vocab::ObservationKind kind) const {
    return static_cast<std::uint32_t>(
        std::count_if(core.observations.begin(), core.observations.end(),
                      [kind](const vocab::Observation& o) { return o.kind == kind; }));
  }
  [[nodiscard]] std::uint32_t changed() const {
    return told(vocab::ObservationKind::rule_table_changed_unlocked);
  }
  [[nodiscard]] std::uint32_t freed() const {
    return told(vocab::ObservationKind::rule_freed_page_mapped);
  }
  void store(std::uint64_t table, unsigned level, std::uint64_t value, std::uint64_t va = kVa) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    mmu.table_changes(vocab::Pa{table + 8 * vocab::lpae::level_index(va, level)}, bytes);
    entry(table, level, va) = value;
  }
  void lock(std::uint64_t word) {
    set(vocab::kAsLockaddrLo.offset, static_cast<std::uint32_t>(word));
    set(vocab::kAsLockaddrHi.offset, static_cast<std::uint32_t>(word >> 32));
    command(vocab::AsCommand::lock);
  }
  void free(vocab::Pa page) {
    mmu.page_goes(page);
    mmu.forget(page);
    core.ram.free_page(page);
  }
};

}  // namespace

TEST_CASE_FIXTURE(WatchFixture, "Mmu: a valid entry that changes outside the lock is told") {
  const vocab::Pa page = map(PageKind::normal, kRw);
  store(l3, 3, 0);
  CHECK(changed() == 0);  // no access went through it: the GPU holds nothing of it
  store(l3, 3, page.value | kRw);
  REQUIRE(access(Direction::write) == WalkResult::ok);
  store(l3, 3, page.value | kRw);
  store(l3, 3, page.value | kRw, kVa + 0x5000);
  CHECK(changed() == 0);  // the same, and a new one where there was none
  store(l3, 3, 0);
  REQUIRE(changed() == 1);
  const vocab::Observation& told = core.observations.back();
  CHECK(told.a == 2);
  CHECK(told.b == 3);
  CHECK(told.c == kVa);
  CHECK(told.d == (page.value | kRw));
}

TEST_CASE_FIXTURE(WatchFixture, "Mmu: in the lock, after an UPDATE or a reset all may change") {
  const vocab::Pa page = map(PageKind::normal, kRw);
  REQUIRE(access(Direction::write) == WalkResult::ok);
  SUBCASE("locked") { lock(kLockVa | 14); }
  SUBCASE("the AS is off") {
    set(vocab::kAsTranscfgLo.offset, 1);
    command(vocab::AsCommand::update);
  }
  SUBCASE("the AS has other tables") {
    set(vocab::kAsTranstabLo.offset,
        static_cast<std::uint32_t>(core.ram.alloc_page(PageKind::normal).value));
    command(vocab::AsCommand::update);
  }
  SUBCASE("reset") { mmu.reset(); }
  store(l3, 3, 0);
  free(page);
  CHECK(changed() == 0);
  CHECK(freed() == 0);
}

TEST_CASE_FIXTURE(WatchFixture, "Mmu: a table serves more than the region that is locked") {
  map(PageKind::normal, kRw);
  REQUIRE(access(Direction::write) == WalkResult::ok);
  auto* const l2 = core.ram.page(vocab::Pa{l3 - vocab::kPageSize});
  std::uint64_t to_l3 = 0;
  std::memcpy(&to_l3, l2 + 8 * vocab::lpae::level_index(kVa, 2), sizeof to_l3);
  REQUIRE((to_l3 & vocab::lpae::kAddressMask) == l3);
  lock(kLockVa | 14);
  store(l3 - vocab::kPageSize, 2, 0);
  CHECK(changed() == 1);
  CHECK(core.observations.back().b == 2);
  store(l3 - vocab::kPageSize, 2, to_l3);
  lock(kLockVa | 20);
  store(l3 - vocab::kPageSize, 2, 0);
  CHECK(changed() == 1);
}

TEST_CASE_FIXTURE(WatchFixture, "Mmu: a page that goes while an entry leads to it is told") {
  const vocab::Pa page = map(PageKind::normal, kRw);
  REQUIRE(access(Direction::write) == WalkResult::ok);
  SUBCASE("unmapped before") {
    lock(63);
    store(l3, 3, 0);
    command(vocab::AsCommand::unlock);
    free(page);
    CHECK(freed() == 0);
  }
  SUBCASE("a page that was mapped") {
    free(page);
    REQUIRE(freed() == 1);
    CHECK(core.observations.back().c == kVa);
    CHECK(core.observations.back().d == page.value);
  }
  SUBCASE("a table") {
    free(vocab::Pa{l3});
    REQUIRE(freed() == 1);
    CHECK(core.observations.back().b == 2);
    free(vocab::Pa{l3 - vocab::kPageSize});
    CHECK(freed() == 2);
  }
  SUBCASE("the root") {
    free(vocab::Pa{l3 - 3 * vocab::kPageSize});
    REQUIRE(freed() == 1);
    CHECK(core.observations.back().b == 0);
  }
  SUBCASE("an AS whose command hangs") {
    core.faults.arm({.kind = vocab::FaultKind::stuck_as_command, .target = 2});
    lock(63);
    free(page);
    CHECK(freed() == 0);
  }
  SUBCASE("an AS whose command came late") {
    core.faults.arm(
        {.kind = vocab::FaultKind::stuck_as_command, .target = 2, .value_ns = 1'000'000});
    lock(63);
    REQUIRE(mmu.finish_command(2) == false);
    free(page);
    CHECK(freed() == 1);
  }
  SUBCASE("a GPU that does not leave protected mode for as long as a driver waits") {
    core.protm = ProtmState::exiting;
    core.leave_from_ns = core.now.ns;
    core.now.ns += 400 * vocab::kMs;
    free(vocab::Pa{l3});
    CHECK(freed() == 1);
    core.now.ns += 100 * vocab::kMs;
    free(page);
    CHECK(freed() == 1);
  }
  SUBCASE("a GPU that stays inside, and nobody asked it to leave") {
    core.protm = ProtmState::active;
    core.now.ns += vocab::kSec;
    free(page);
    CHECK(freed() == 1);
  }
  SUBCASE("what comes next in its place") {
    free(page);
    const vocab::Pa next = core.ram.alloc_page(PageKind::normal);
    REQUIRE(next.value == page.value);
    free(next);  // nothing of the GPU went through it
    CHECK(freed() == 1);
  }
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: protection of pages in both directions") {
  map(PageKind::protected_memory, kRw);
  CHECK(access(Direction::read, kVa, GpuMode::protected_mode) == WalkResult::ok);
  CHECK(access(Direction::read) == WalkResult::fault);
  CHECK(fault_code() == 0x80);
  map(PageKind::normal, kRw);
  CHECK(access(Direction::read, kVa, GpuMode::protected_mode) == WalkResult::ok);
  CHECK(access(Direction::write, kVa, GpuMode::protected_mode) == WalkResult::ok);
  core.config.set_switch(vocab::Switch::gpu_normal_write_inside, 1);
  CHECK(access(Direction::write, kVa, GpuMode::protected_mode) == WalkResult::dropped);
  core.config.set_switch(vocab::Switch::gpu_normal_write_inside, 2);
  CHECK(access(Direction::write, kVa, GpuMode::protected_mode) == WalkResult::dropped);
  CHECK(core.gpu.raw() == 2);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: cached translations are gone after a command of their AS") {
  map(PageKind::normal, kRw);
  CHECK(access(Direction::write) == WalkResult::ok);
  map(PageKind::normal, kRw | vocab::lpae::kApReadOnly);
  command(vocab::AsCommand::lock);
  command(vocab::AsCommand::unlock);
  CHECK(access(Direction::write) == WalkResult::fault);
  CHECK(access(Direction::read) == WalkResult::ok);
  entry(l3, 3) = 0;
  command(vocab::AsCommand::update);
  CHECK(access(Direction::read) == WalkResult::fault);
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: no command executes in protected mode") {
  core.protm = ProtmState::active;
  set(vocab::kAsTranscfgLo.offset, 1);
  set(vocab::kAsCommand.offset, 1);
  CHECK(core.events.empty());
  CHECK(mmu.read(2, vocab::kAsStatus.offset) == 1);
  CHECK(mmu.enabled({2}));
  core.protm = ProtmState::normal;
  mmu.leave_protm();
  CHECK(mmu.read(2, vocab::kAsStatus.offset) == 0);
  CHECK_FALSE(mmu.enabled({2}));
}

TEST_CASE_FIXTURE(MmuFixture, "Mmu: a stuck command stays busy until reset") {
  core.faults.arm({.kind = vocab::FaultKind::stuck_as_command, .target = 2});
  set(vocab::kAsCommand.offset, 1);
  CHECK(core.events.empty());
  CHECK(mmu.read(2, vocab::kAsStatus.offset) == 1);
  mmu.reset();
  CHECK(mmu.read(2, vocab::kAsStatus.offset) == 0);
}

}  // namespace protm::gpu
