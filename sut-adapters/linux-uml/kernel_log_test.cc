// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/kernel_log.h"

#include <doctest/doctest.h>

#include "sut-adapters/contract/object.h"

using namespace protm;
using contract::RecordKind;

namespace {

struct Row {
  const char* line;
  RecordKind kind;
  std::uint16_t sub;
  const char* words;
};

constexpr auto kNull = static_cast<std::uint16_t>(contract::OopsKind::null_access);
constexpr auto kFreed = static_cast<std::uint16_t>(contract::OopsKind::use_after_free);
constexpr auto kBad = static_cast<std::uint16_t>(contract::OopsKind::bad_call);

}  // namespace

TEST_CASE("LogLines: whole lines only, without their time stamps") {
  uml::LogLines lines;
  lines.add("[    0.010000] first\n[    1.2");
  CHECK(lines.next() == "first");
  CHECK(!lines.next());
  lines.add("34567] sec] ond\nthird\n");
  CHECK(lines.next() == "sec] ond");
  CHECK(lines.next() == "third");
  CHECK(!lines.next());
}

TEST_CASE("log_finding: reports become records with stable words") {
  const Row rows[] = {
      {"WARNING: CPU: 0 PID: 12 at drivers/gpu/drm/panthor/panthor_mmu.c:1640 "
       "panthor_vm_free+0x1a2/0x210",
       RecordKind::kernel_warn, 0, "panthor_mmu.c panthor_vm_free"},
      {"WARNING: drivers/gpu/drm/panthor/panthor_sched.c:77 at panthor_tick+0x12/0x34, CPU#0: k/7",
       RecordKind::kernel_warn, 0, "panthor_sched.c panthor_tick"},
      {"BUG: KASAN: slab-use-after-free in panthor_group_put+0x40/0x80", RecordKind::kernel_oops,
       kFreed, "KASAN: slab-use-after-free panthor_group_put"},
      {"BUG: KASAN: global-out-of-bounds in foo+0x4/0x8", RecordKind::kernel_oops, kBad,
       "KASAN: global-out-of-bounds foo"},
      {"Kernel panic - not syncing: Kernel mode fault at addr 0x380, ip 0x603a1b2c",
       RecordKind::kernel_oops, kNull, "panic Kernel mode fault at addr N, ip N"},
      {"WARNING: possible circular locking dependency detected", RecordKind::lock_misuse,
       static_cast<std::uint16_t>(contract::LockMisuse::abba),
       "possible circular locking dependency"},
      {"BUG: sleeping function called from invalid context at kernel/locking/mutex.c:283",
       RecordKind::lock_misuse, static_cast<std::uint16_t>(contract::LockMisuse::sleep_in_atomic),
       "sleeping function called from invalid context"},
      {"INFO: task kworker/0:1:7 blocked for more than 120 seconds.", RecordKind::sut_stuck, 0,
       "hung task"},
      {"refcount_t: underflow; use-after-free.", RecordKind::kernel_warn, 0,
       "refcount_t: underflow; use-after-free."},
      {"panthor 8000000.gpu: [drm] *ERROR* job timeout", RecordKind::kernel_log, 0,
       "panthor N.gpu: [drm] *ERROR* job timeout"},
  };
  for (const Row& row : rows) {
    const auto found = uml::log_finding(row.line);
    REQUIRE_MESSAGE(found.has_value(), row.line);
    CHECK_MESSAGE(found->kind == row.kind, row.line);
    CHECK_MESSAGE(found->sub == row.sub, row.line);
    CHECK(found->words == row.words);
  }
}

TEST_CASE("log_finding: what says nothing of a candidate is left out") {
  for (const char* line : {"random: crng init done", "Run /init as init process", "",
                           "------------[ cut here ]------------"}) {
    CHECK_MESSAGE(!uml::log_finding(line), line);
  }
}

TEST_CASE("LogReader: a panic names the function that the kernel died in") {
  uml::LogReader reader;
  CHECK(!reader.take("RIP: 0033:panthor_job_create+0x1d5/0x290"));
  const auto found =
      reader.take("Kernel panic - not syncing: Kernel mode fault at addr 0x0, ip 0x6");
  REQUIRE(found.has_value());
  CHECK(found->kind == RecordKind::kernel_oops);
  CHECK(found->sub == kNull);
  CHECK(found->words == "panic in panthor_job_create");
}

TEST_CASE("LogReader: a leak is named after the function that allocated it") {
  uml::LogReader reader;
  std::optional<uml::LogFinding> found;
  for (const char* line :
       {"kmemleak: unreferenced object 0x618b4c00 (size 1024):",
        "kmemleak:   comm \"init\", pid 17, jiffies 4294937298", "kmemleak:   backtrace (crc a1):",
        "kmemleak:     kmemleak_alloc+0x31/0x40",
        "kmemleak:     __kmalloc_cache_noprof+0x163/0x260"}) {
    CHECK(!reader.take(line));
  }
  found = reader.take("kmemleak:     panthor_group_create+0x126/0x790");
  REQUIRE(found.has_value());
  CHECK(found->kind == RecordKind::leak);
  CHECK(found->words == "kmemleak panthor_group_create");
  CHECK(!reader.take("kmemleak:     panthor_ioctl_group_create+0x90/0x110"));
}

TEST_CASE("LogReader: a leak whose backtrace names nobody is one all the same") {
  uml::LogReader reader;
  const auto object = [&](const char* first) {
    const auto before = reader.take(first);
    CHECK(!reader.take("kmemleak:   comm \"init\", pid 17, jiffies 4294937298"));
    CHECK(!reader.take("kmemleak:   backtrace (crc a1):"));
    return before;
  };
  CHECK(!object("kmemleak: unreferenced object 0x618b4c00 (size 1024):"));
  CHECK(!reader.take("kmemleak:     __kmalloc_cache_noprof+0x163/0x260"));
  const auto second = object("kmemleak: unreferenced object (percpu) 0x618b4c80 (size 8):");
  REQUIRE(second.has_value());
  CHECK(second->kind == RecordKind::leak);
  CHECK(second->words == "kmemleak unknown");
  const auto last = reader.take(
      "kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)");
  REQUIRE(last.has_value());
  CHECK(last->words == "kmemleak unknown");
  CHECK(!reader.take("kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"));
}

TEST_CASE("LogReader: what the kernel itself leaves behind at boot is no leak of a candidate") {
  uml::LogReader reader;
  for (const char* line :
       {"kmemleak: unreferenced object 0x60c1b6c0 (size 16):",
        "kmemleak:   comm \"swapper/0\", pid 1, jiffies 4294937296",
        "kmemleak:   backtrace (crc 4):",
        "kmemleak:     make_uml_dir.isra.0+0x93/0x230"}) {
    CHECK(!reader.take(line));
  }
}

TEST_CASE("LogReader: a report of lockdep names the lock and who takes it") {
  uml::LogReader reader;
  CHECK(!reader.take("WARNING: inconsistent lock state"));
  CHECK(!reader.take("inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage."));
  CHECK(!reader.take("init/17 [HC1[1]:SC0[0]:HE0:SE1] takes:"));
  const auto found = reader.take(
      "0000643b6180 (&pirq->mask_lock#3){?.+.}-{2:2}, at: panthor_job_irq_raw_handler+0x38/0x110");
  REQUIRE(found.has_value());
  CHECK(found->kind == RecordKind::lock_misuse);
  CHECK(found->words ==
        "inconsistent lock state &pirq->mask_lock panthor_job_irq_raw_handler");
  CHECK(!reader.take("WARNING: possible recursive locking detected"));
  CHECK(reader.take("stack backtrace:")->words == "possible recursive locking");
}
