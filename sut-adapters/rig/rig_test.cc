// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/rig.h"

#include <doctest/doctest.h>

#include <array>

#include "gpu-model/vocab/machine_config.h"

using namespace protm;
using contract::EventKind;
using contract::EventSpec;
using contract::RecordKind;

namespace {
vocab::MachineConfig machine() { return *vocab::config_by_name("arch10-fw1"); }
}  // namespace

TEST_CASE("Matcher: the n-th event with the right argument fulfils a watch, once") {
  rig::Matcher matcher(std::pmr::new_delete_resource());
  const auto second = matcher.watch(EventSpec{EventKind::job_started, 4, 2});
  const auto any = matcher.watch(EventSpec{EventKind::protm_active, 0, 1});
  matcher.happened(EventKind::job_started, 3, 10);
  matcher.happened(EventKind::job_started, 4, 20);
  CHECK(matcher.when(second) == vocab::kNever);
  matcher.happened(EventKind::job_started, 4, 30);
  matcher.happened(EventKind::job_started, 4, 40);
  CHECK(matcher.when(second) == 30);
  CHECK(matcher.when(any) == vocab::kNever);
  matcher.happened(EventKind::protm_active, 9, 50);
  CHECK(matcher.when(any) == 50);
}

TEST_CASE("UserMemoryImpl: copies stop at the first byte that faults") {
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  const std::uint64_t at = user.map(3 * 4096);
  std::array<std::byte, 16> bytes{};
  bytes.fill(std::byte{7});
  CHECK(user.write(at + 4090, bytes) == 0);
  user.make_faulting(at + 4096);
  CHECK(user.write(at + 4090, bytes) == 10);
  CHECK(user.read(at + 4096, bytes) == 16);
  CHECK(user.read(at + 8192, bytes) == 0);
  CHECK(user.read(0x10, bytes) == 16);
  CHECK(user.read(at + 3 * 4096 - 8, bytes) == 8);
}

TEST_CASE("Rig: a Host fault is counted per call and role and applied once") {
  rig::Rig rig(machine(), std::pmr::new_delete_resource());
  contract::Trace trace;
  std::vector<contract::Fault> faults(1);
  faults[0].host = true;
  faults[0].call = {"alloc", "group", 2, -12};
  CHECK(rig.fault("alloc", "group") == 0);   // before begin nothing counts
  rig.begin(&trace, &faults, rig::TraceLevel::normal);
  CHECK(rig.fault("alloc", "queue") == 0);
  CHECK(rig.fault("alloc", "group") == 0);
  CHECK(rig.fault("alloc", "group") == -12);
  CHECK(rig.fault("alloc", "group") == 0);
  std::uint32_t applied = 0;
  for (const auto& r : trace.records) applied += r.kind == RecordKind::fault_applied ? 1 : 0;
  CHECK(applied == 1);
}

TEST_CASE("Rig: the Trace starts at zero, register accesses are in it only when asked for") {
  for (const auto level : {rig::TraceLevel::normal, rig::TraceLevel::full}) {
    rig::Rig rig(machine(), std::pmr::new_delete_resource());
    rig.advance(vocab::SimTime{5000});
    contract::Trace trace;
    const std::vector<contract::Fault> none;
    rig.begin(&trace, &none, level);
    rig.read32(0);
    rig.advance(vocab::SimTime{7000});
    rig.event(EventKind::step_returned, 3);
    CHECK(trace.records.back().time_ns == 2000);
    CHECK((trace.records.size() > 1) == (level == rig::TraceLevel::full));
    CHECK(rig.text("x") == rig.text("x"));
    CHECK(trace.text(rig.text("x")) == "x");
  }
}
