// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/rig/rig.h"

#include <doctest/doctest.h>

#include <array>

#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/regs/gpu_control.h"

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

TEST_CASE("UserMemoryImpl: a region ends where its faulting page begins") {
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  const std::uint64_t before = user.map(64);
  const std::uint64_t at = user.map(100, {.fault_after = 24, .readonly = false});
  const std::uint64_t behind = user.map(64);
  CHECK((at + 24) % 4096 == 0);
  std::array<std::byte, 64> bytes{};
  CHECK(user.read(at, std::span(bytes).first(24)) == 0);
  CHECK(user.read(at, std::span(bytes).first(25)) == 1);
  CHECK(user.write(at + 24, bytes) == 64);
  CHECK(user.write(before, bytes) == 0);   // neighbours are not hurt
  CHECK(user.write(behind, bytes) == 0);
  const std::uint64_t none = user.map(8, {.fault_after = 0, .readonly = false});
  CHECK(none % 4096 == 0);
  CHECK(user.read(none, std::span(bytes).first(1)) == 1);
}

TEST_CASE("UserMemoryImpl: a read-only region is read by the kernel and stored to from outside") {
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  const std::uint64_t at = user.map(32, {.fault_after = 16, .readonly = true});
  std::array<std::byte, 16> bytes{};
  bytes.fill(std::byte{5});
  CHECK(user.write(at, bytes) == 16);
  user.poke(at, bytes);
  std::array<std::byte, 16> got{};
  CHECK(user.read(at, got) == 0);
  CHECK(got == bytes);
  CHECK(user.read(at + 8, got) == 8);
}

TEST_CASE("Rig: memory changes right after the bytes were read so many times, and says so") {
  rig::Rig rig(machine(), std::pmr::new_delete_resource());
  contract::Trace trace;
  std::vector<contract::Fault> faults;
  rig.begin(&trace, &faults, rig::TraceLevel::normal);
  rig::UserMemoryImpl& user = rig.user();
  const std::uint64_t at = user.map(16);
  rig::MemoryChange change{.address = at + 4, .size = 4, .fetch = 2, .step = 3};
  change.bytes.fill(std::byte{9});
  user.change_later(change);
  std::array<std::byte, 16> bytes{};
  const auto value = [&](std::size_t i) { return std::to_integer<int>(bytes[i]); };
  CHECK(user.read(at, std::span(bytes).first(4)) == 0);       // not those bytes
  CHECK(user.read(at + 8, std::span(bytes).first(8)) == 0);
  CHECK(user.read(at, bytes) == 0);                           // first
  CHECK(trace.records.empty());
  CHECK(user.read(at + 7, std::span(bytes).first(1)) == 0);   // second, of one byte of them
  CHECK(value(0) == 0);
  REQUIRE(trace.records.size() == 1);
  CHECK(contract::matches(trace.records[0], {.kind = EventKind::memory_changed, .arg = 3}));
  CHECK(user.read(at + 6, std::span(bytes).first(2)) == 0);
  CHECK(value(0) == 0);   // this byte was read for the second time, and changes after that
  CHECK(value(1) == 9);
  CHECK(user.read(at, bytes) == 0);
  CHECK(value(4) == 0);
  CHECK(value(6) == 9);
  CHECK(user.read(at, bytes) == 0);
  CHECK(value(3) == 0);
  CHECK(value(4) == 9);
  CHECK(value(8) == 0);
  CHECK(trace.records.size() == 1);   // told once
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

TEST_CASE("Rig: whoever moves time past several events finds each at its own time") {
  rig::Rig rig(machine(), std::pmr::new_delete_resource());
  contract::Trace trace;
  const std::vector<contract::Fault> none;
  rig.begin(&trace, &none, rig::TraceLevel::normal);
  const auto seen = rig.matcher().watch(EventSpec{EventKind::reset_completed, 0, 1});
  rig.write32(vocab::kGpuCommand.offset, 0x101);
  const std::uint64_t due = rig.next_event_ns();
  rig.advance(vocab::SimTime{due + 5 * vocab::kMs});
  CHECK(rig.matcher().when(seen) == due);
  CHECK(rig.matcher().fulfilled() == 1);
  CHECK(rig.now().ns == due + 5 * vocab::kMs);
}

TEST_CASE("UserMemoryImpl: a window is the memory, and regions lie in it in order") {
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  std::array<std::byte, 4096> window{};
  user.attach(window);
  const std::uint64_t first = user.map(10);
  const std::uint64_t second = user.map(10);
  CHECK(first == rig::UserMemoryImpl::kFirst);
  const std::array byte{std::byte{9}};
  CHECK(user.write(second, byte) == 0);
  CHECK(window[second - first] == std::byte{9});
  CHECK(user.write(first + 4095, byte) == 0);
  CHECK(user.write(first + 4096, byte) == 1);
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

namespace {

/// Two GPUs with a reset under way on the second.
struct TwoGpus {
  TwoGpus() {
    rig.begin(&trace, &none, rig::TraceLevel::full);
    gpu.write32(vocab::kGpuIrqMask.offset, vocab::GpuIrq::reset_completed.mask);
    gpu.write32(vocab::kGpuCommand.offset, 0x101);
  }
  std::pmr::monotonic_buffer_resource memory;   // as a World's: a second GPU goes with all of it
  rig::Rig rig{machine(), &memory, rig::Gpus::two};
  contract::Trace trace;
  const std::vector<contract::Fault> none;
  rig::Gpu& gpu = *rig.second();
};

}  // namespace

TEST_CASE("Rig: a second GPU has registers, lines and records of its own, on the same clock") {
  TwoGpus t;
  CHECK(t.rig.read32(vocab::kGpuIrqMask.offset) == 0);
  CHECK(t.gpu.read32(vocab::kGpuIrqMask.offset) == vocab::GpuIrq::reset_completed.mask);
  CHECK(t.rig.read32(vocab::kGpuId.offset) == t.gpu.read32(vocab::kGpuId.offset));
  CHECK(t.rig.machine().at_rest());
  CHECK_FALSE(t.rig.at_rest());
  const std::uint64_t due = t.rig.next_event_ns();
  t.rig.advance(vocab::SimTime{due + vocab::kMs});
  CHECK(t.rig.at_rest());
  CHECK(t.rig.irq_lines() == 0);
  CHECK(t.gpu.irq_lines() != 0);
  std::uint32_t completed = 0;
  for (const contract::Record& r : t.trace.records) {
    if (!contract::is(r, vocab::ObservationKind::reset_completed)) continue;
    ++completed;
    CHECK(r.device == 1);
    CHECK(r.time_ns == due);
  }
  CHECK(completed == 1);
}

TEST_CASE("Rig: events that name no step are the first GPU's") {
  TwoGpus t;
  const auto seen = t.rig.matcher().watch(EventSpec{EventKind::reset_completed, 0, 1});
  t.rig.advance(vocab::SimTime{t.rig.next_event_ns()});
  CHECK(t.rig.matcher().when(seen) == vocab::kNever);
  t.rig.write32(vocab::kGpuCommand.offset, 0x101);
  t.rig.advance(vocab::SimTime{t.rig.next_event_ns()});
  CHECK(t.rig.matcher().when(seen) == t.rig.now().ns);
}

TEST_CASE("Rig: two GPUs have one memory, and a page that is free is nobody's") {
  TwoGpus t;
  const vocab::Pa page = t.rig.page_alloc(contract::PageKind::normal, 0);
  std::array<std::byte, 8> bytes{};
  bytes.fill(std::byte{5});
  t.rig.mem_write(page, bytes);
  std::array<std::byte, 8> got{};
  CHECK(t.gpu.machine.cpu_read(page, got) == gpu::CpuAccess::ok);
  CHECK(got == bytes);
  t.rig.page_free(page);
  CHECK(t.gpu.machine.cpu_read(page, got) == gpu::CpuAccess::no_page);
}
