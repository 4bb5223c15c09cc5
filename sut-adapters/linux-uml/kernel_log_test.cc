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
