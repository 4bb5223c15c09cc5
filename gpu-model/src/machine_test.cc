// SPDX-License-Identifier: GPL-2.0-only
// Registers, interrupt blocks, power, flush, reset, memory, boot.
#include "gpu-model/src/machine.h"

#include <doctest/doctest.h>

#include <array>

#include "gpu-model/src/test_driver.h"

namespace protm::gpu {

using vocab::FaultKind;
using vocab::kMs;
using vocab::kUs;
using vocab::Latency;

TEST_CASE("Machine: identification registers come from the configuration") {
  TestDriver d;
  CHECK(d.read(vocab::kGpuId) == d.machine.config().gpu_id);
  CHECK(d.read(vocab::kTextureFeatures0) == d.machine.config().texture_features[0]);
  CHECK(d.read(vocab::kShaderPresentLo) == d.machine.config().shader_present);
  CHECK(d.read(vocab::kL2PresentLo) == 1);
  d.write(vocab::kGpuId, 0);
  CHECK(d.read(vocab::kGpuId) == d.machine.config().gpu_id);
}

TEST_CASE("Machine: a write that nothing takes is recorded, with the register") {
  TestDriver d;
  const auto ignored = [&d] { return d.count(ObservationKind::rule_write_ignored); };
  d.write(vocab::kL2PwronLo, 1);
  d.write(vocab::kGpuIrqMask, 1);
  d.machine.write(vocab::as_offset(vocab::AsNr{1}, vocab::kAsLockaddrLo), 0);
  CHECK(ignored() == 0);
  d.write(vocab::kGpuId, 1);                                                     // read-only
  CHECK(ignored() == 1);
  d.machine.write(vocab::as_offset(vocab::AsNr{1}, vocab::kAsStatus), 0);        // read-only
  d.machine.write(vocab::as_offset(vocab::AsNr{15}, vocab::kAsLockaddrLo), 0);   // not there
  d.machine.write(vocab::kGpuCommand.offset + 1, 1);                             // no register
  d.write(vocab::kPwrCommand, 1);                                                // of arch 14
  CHECK(ignored() == 5);
  TestDriver e(*vocab::config_by_name("arch14-fw4"));
  e.write(vocab::kPwrIrqMask, 1);
  CHECK(e.count(ObservationKind::rule_write_ignored) == 0);
  e.write(vocab::kL2PwronLo, 1);
  e.write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  CHECK(e.count(ObservationKind::rule_write_ignored) == 2);
  CHECK(e.count(ObservationKind::reset_started) == 0);
}

TEST_CASE("Machine: who has the memory in common sees what is written, and not what is refused") {
  TestDriver d;
  d.boot();
  Machine first(d.machine.config(), std::pmr::new_delete_resource(), &d.machine.ram());
  const auto told = [&d] { return d.count(ObservationKind::rule_table_changed_unlocked); };
  const vocab::Pa root{d.mcu.root()};
  std::array<std::byte, vocab::kPageSize> zeroes{}, was{};
  REQUIRE(d.machine.cpu_read(root, was) == CpuAccess::ok);
  // Nobody can write beyond a page, nor to protected memory.
  CHECK(first.cpu_write(vocab::Pa{root.value + 8}, zeroes, &d.machine) == CpuAccess::no_page);
  CHECK(told() == 0);
  CHECK(first.cpu_write(root, zeroes) == CpuAccess::ok);   // nobody else has it
  CHECK(first.cpu_write(root, was) == CpuAccess::ok);
  CHECK(told() == 0);
  CHECK(first.cpu_write(root, zeroes, &d.machine) == CpuAccess::ok);
  CHECK(told() != 0);
  CHECK(first.observations().empty());
}

TEST_CASE("IrqBlock: CLEAR drops the line only when RAWSTAT & MASK becomes 0") {
  TestDriver d;
  d.machine.poke(vocab::kGpuIrqRawstat.offset, 0x3);
  CHECK(d.machine.irq_lines() == 0);
  d.write(vocab::kGpuIrqMask, 0x3);
  CHECK(d.machine.irq_lines() == 4);
  d.write(vocab::kGpuIrqClear, 0x1);
  CHECK(d.machine.irq_lines() == 4);
  CHECK(d.read(vocab::kGpuIrqStatus) == 2);
  d.write(vocab::kGpuIrqClear, 0x2);
  CHECK(d.machine.irq_lines() == 0);
  CHECK(d.count(ObservationKind::irq_line) == 2);
}

TEST_CASE("IrqBlock: a lost activation stays low until another bit comes") {
  TestDriver d;
  d.machine.inject({.kind = FaultKind::lose_irq, .target = 2});
  d.write(vocab::kGpuIrqMask, 0x3);
  d.machine.poke(vocab::kGpuIrqRawstat.offset, 0x1);
  CHECK(d.machine.irq_lines() == 0);
  d.machine.poke(vocab::kGpuIrqRawstat.offset, 0x2);
  CHECK(d.machine.irq_lines() == 4);
  CHECK(d.count(ObservationKind::fault_applied) == 1);
}

TEST_CASE("IrqBlock: a spurious interrupt ends when STATUS was read") {
  TestDriver d;
  d.write(vocab::kJobIrqMask, 0xffffffff);
  d.machine.inject({.kind = FaultKind::spurious_irq, .target = 0, .value_ns = 100});
  d.wait(99);
  CHECK(d.machine.irq_lines() == 0);
  d.wait(1);
  CHECK(d.machine.irq_lines() == 1);
  CHECK(d.read(vocab::kJobIrqStatus) == 0);
  CHECK(d.machine.irq_lines() == 0);
}

TEST_CASE("IrqBlock: nothing spurious comes of a block of which all is masked") {
  TestDriver d;
  d.write(vocab::kJobIrqMask, 0);
  d.machine.inject({.kind = FaultKind::spurious_irq, .target = 0, .value_ns = 100});
  d.wait(100);
  CHECK(d.machine.irq_lines() == 0);
  d.machine.inject({.kind = FaultKind::spurious_irq, .target = 0, .value_ns = 100});
  d.write(vocab::kJobIrqMask, 0xffffffff);
  d.wait(100);
  CHECK(d.machine.irq_lines() == 1);
  d.write(vocab::kJobIrqMask, 0);
  CHECK(d.machine.irq_lines() == 0);
}

TEST_CASE("GpuControl: READY follows PWRON after the latency") {
  TestDriver d;
  d.write(vocab::kL2PwronLo, 1);
  CHECK(d.read(vocab::kL2ReadyLo) == 0);
  CHECK(d.read(vocab::kL2PwrtransLo) == 1);
  d.wait(d.machine.config().effective_ns(Latency::power) - 1);
  CHECK(d.read(vocab::kL2ReadyLo) == 0);
  d.wait(1);
  CHECK(d.read(vocab::kL2ReadyLo) == 1);
  CHECK(d.read(vocab::kL2PwrtransLo) == 0);
  d.write(vocab::kL2PwroffLo, 1);
  d.settle();
  CHECK(d.read(vocab::kL2ReadyLo) == 0);
}

TEST_CASE("GpuControl: FLUSH_CACHES completes once and moves LATEST_FLUSH") {
  TestDriver d;
  d.write(vocab::kGpuIrqMask, 1u << 17);
  const std::uint32_t before = d.read(vocab::kLatestFlushId);
  d.write(vocab::kGpuCommand, vocab::kGpuCommandFlushAll);
  CHECK(d.machine.irq_lines() == 0);
  d.settle();
  CHECK(d.machine.irq_lines() == 4);
  CHECK(d.read(vocab::kLatestFlushId) == before + 1);
  d.write(vocab::kGpuCommand, vocab::kGpuCommandCleanAll);
  CHECK(d.read(vocab::kLatestFlushId) == before + 1);
}

TEST_CASE("Machine: a soft reset drops power, AS registers and the MCU") {
  TestDriver d;
  d.boot();
  REQUIRE(d.read(vocab::kMcuStatus) == 1);
  d.write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  CHECK(d.read(vocab::kMcuStatus) == 0);
  CHECK(d.read(vocab::kMcuControl) == 0);
  CHECK(d.read(vocab::kL2ReadyLo) == 0);
  CHECK(d.machine.read(vocab::as_offset({0}, vocab::kAsTranscfgLo)) == 1);
  CHECK((d.read(vocab::kGpuIrqRawstat) & 0x100) == 0);
  d.settle();
  CHECK((d.read(vocab::kGpuIrqRawstat) & 0x100) != 0);
  CHECK(d.machine.irq_lines() == 4);
  CHECK(d.count(ObservationKind::reset_completed) == 1);
}

TEST_CASE("Machine: power that is asked for while a soft reset runs does not change") {
  TestDriver d;
  d.write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  d.wait(d.machine.config().effective_ns(Latency::reset) - 1);
  d.write(vocab::kL2PwronLo, 1);
  d.settle();
  CHECK(d.read(vocab::kL2ReadyLo) == 0);
  d.write(vocab::kL2PwronLo, 1);
  d.settle();
  CHECK(d.read(vocab::kL2ReadyLo) == 1);
}

TEST_CASE("Machine: what an AS is told while a soft reset runs is forgotten behind it") {
  TestDriver d;
  const std::uint32_t lockaddr = vocab::as_offset(vocab::AsNr{1}, vocab::kAsLockaddrLo);
  const std::uint32_t status = vocab::as_offset(vocab::AsNr{1}, vocab::kAsStatus);
  const std::uint64_t reset_ns = d.machine.config().effective_ns(Latency::reset);
  d.write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  d.wait(reset_ns - 1);
  d.machine.write(lockaddr, 4096);
  d.machine.write(vocab::as_offset(vocab::AsNr{1}, vocab::kAsCommand),
                  static_cast<std::uint32_t>(vocab::AsCommand::lock));
  CHECK(d.machine.read(lockaddr) == 4096);
  CHECK(d.machine.read(status) == 1);
  d.wait(1);
  CHECK(d.count(ObservationKind::reset_completed) == 1);
  CHECK(d.machine.read(lockaddr) == 0);
  CHECK(d.machine.read(status) == 0);
  d.settle();
  CHECK(d.count(ObservationKind::as_command_done) == 0);
}

TEST_CASE("Ram: physical addresses are the lowest free ones, pages are zeroed") {
  Machine m(test_config(), std::pmr::new_delete_resource());
  const vocab::Pa a = m.ram().alloc_page(PageKind::normal);
  const vocab::Pa b = m.ram().alloc_page(PageKind::protected_memory);
  CHECK(a.value == kRamBase);
  CHECK(b.value == kRamBase + 4096);
  const std::byte one{1};
  CHECK(m.cpu_write(a, {&one, 1}) == CpuAccess::ok);
  m.ram().free_page(a);
  CHECK(m.ram().kind(a) == PageKind::free);
  CHECK(m.ram().live_pages(PageKind::normal) == 0);
  CHECK(m.ram().live_pages(PageKind::protected_memory) == 1);
  const vocab::Pa c = m.ram().alloc_page(PageKind::normal);
  CHECK(c == a);
  std::byte read{9};
  CHECK(m.cpu_read(c, {&read, 1}) == CpuAccess::ok);
  CHECK(read == std::byte{0});
}

TEST_CASE("Ram: pages in a row are aligned, go one by one, and are not there when memory is full") {
  Machine m(test_config(), std::pmr::new_delete_resource());
  Ram& ram = m.ram();
  const vocab::Pa one = ram.alloc_page(PageKind::normal);
  const vocab::Pa row = ram.alloc_pages(PageKind::normal, 9);
  CHECK(row.value == kRamBase + (2ull << 20));
  CHECK(ram.live_pages(PageKind::normal) == 513);
  CHECK(ram.alloc_page(PageKind::normal).value == one.value + vocab::kPageSize);
  ram.free_page(vocab::Pa{row.value + 5 * vocab::kPageSize});
  CHECK(ram.kind(row) == PageKind::normal);
  CHECK(ram.alloc_pages(PageKind::normal, 9).value == row.value + (2ull << 20));
  std::uint32_t rows = 2;
  while (ram.alloc_pages(PageKind::normal, 9).value != 0) ++rows;
  CHECK(rows == kMaxPages / 512 - 1);  // the first holds the single pages
  CHECK(ram.alloc_page(PageKind::normal).value != 0);
}

TEST_CASE("Ram: attached memory starts at address 0, is normal, and gives out no pages") {
  Ram ram(std::pmr::new_delete_resource());
  std::array<std::byte, 2 * 4096> memory{};
  ram.attach(memory);
  CHECK(ram.page(vocab::Pa{0}) == memory.data());
  CHECK(ram.page(vocab::Pa{4097}) == memory.data() + 4096);
  CHECK(ram.page(vocab::Pa{8192}) == nullptr);
  CHECK(ram.kind(vocab::Pa{4096}) == PageKind::normal);
  CHECK(ram.kind(vocab::Pa{8192}) == PageKind::free);
  CHECK(ram.alloc_page(PageKind::normal) == vocab::Pa{0});
}

TEST_CASE("ram: pages of attached memory are protected while a heap has them given out") {
  std::vector<std::byte> memory(4 * vocab::kPageSize);
  Ram ram(std::pmr::new_delete_resource());
  ram.attach(memory);
  ram.protect(vocab::Pa{vocab::kPageSize}, 2 * vocab::kPageSize);
  CHECK(ram.kind(vocab::Pa{vocab::kPageSize - 1}) == PageKind::normal);
  CHECK(ram.kind(vocab::Pa{vocab::kPageSize}) == PageKind::protected_memory);
  CHECK(ram.kind(vocab::Pa{3 * vocab::kPageSize - 1}) == PageKind::protected_memory);
  CHECK(ram.kind(vocab::Pa{3 * vocab::kPageSize}) == PageKind::normal);
  ram.unprotect(vocab::Pa{vocab::kPageSize}, vocab::kPageSize);
  CHECK(ram.kind(vocab::Pa{vocab::kPageSize}) == PageKind::normal);
  CHECK(ram.kind(vocab::Pa{2 * vocab::kPageSize}) == PageKind::protected_memory);
}

TEST_CASE("Ram: a CPU access to a protected page is recorded and reads zero") {
  Machine m(test_config(), std::pmr::new_delete_resource());
  const vocab::Pa pa = m.ram().alloc_page(PageKind::protected_memory);
  m.ram().page(pa)[0] = std::byte{7};
  std::byte value{1};
  CHECK(m.cpu_read(pa, {&value, 1}) == CpuAccess::protected_page);
  CHECK(value == std::byte{0});
  value = std::byte{5};
  CHECK(m.cpu_write(pa, {&value, 1}) == CpuAccess::protected_page);
  CHECK(m.ram().page(pa)[0] == std::byte{7});
  REQUIRE(m.observations().size() == 2);
  CHECK(m.observations()[1].kind == ObservationKind::cpu_protected_access);
  m.config().set_switch(vocab::Switch::cpu_protected_access, 1);
  CHECK(m.cpu_read(pa, {&value, 1}) == CpuAccess::bus_error);
}

TEST_CASE("MCU: publishes last what its image says otherwise") {
  const vocab::fw_image::OddWord says[] = {{fw::glb_control::kGroupNum, 2}, {0x20, 7}};
  TestDriver d(test_config(), FirmwareImageSpec{.says = says});
  d.boot();
  CHECK(d.read(vocab::kMcuStatus) == 1);
  CHECK(d.mcu.get32(fw::kSharedVa + fw::glb_control::kGroupNum) == 2);
  CHECK(d.mcu.get32(fw::kSharedVa + 0x20) == 7);
  CHECK(d.mcu.get32(fw::kSharedVa + fw::glb_control::kVersion) == test_config().fw_version);
}

TEST_CASE("MCU: boots from a mapped image and publishes its interfaces") {
  for (const std::string_view name : vocab::config_names()) {
    CAPTURE(std::string(name));
    const vocab::MachineConfig config = *vocab::config_by_name(name);
    CHECK(vocab::config_problem(config).empty());
    CHECK_FALSE(vocab::config_what(name).empty());
    TestDriver d(config);
    d.boot();
    CHECK(d.read(vocab::kMcuStatus) == 1);
    CHECK(d.mcu.get32(fw::kSharedVa + fw::glb_control::kVersion) == config.fw_version);
    CHECK(d.mcu.get32(fw::kSharedVa + fw::glb_control::kGroupNum) == config.csg_slots);
    const std::uint32_t last = config.csg_slots - 1;
    CHECK(d.mcu.get32(d.group(last) + fw::csg_control::kStreamNum) == 8);
    CHECK(d.mcu.get32(d.group(last) + fw::csg_control::kProtmSuspendSize) == 0x2000);
    const vocab::Word<fw::CsFeatures> features(d.mcu.get32(d.stream(last, 7)));
    CHECK(features[fw::CsFeatures::work_registers] + 1 == config.cs_regs);
    CHECK(features[fw::CsFeatures::scoreboards] == config.scoreboards);
    CHECK_FALSE(d.glb_pending(fw::kGlbCfgAllocEn | fw::kGlbIdleEn));
  }
}

TEST_CASE("PWR_CONTROL: domains go up, to the MCU and back, and L2 goes down last") {
  TestDriver d(*vocab::config_by_name("arch14-fw4"));
  const auto begin = [&](vocab::PwrCommandType type, vocab::PwrDomain domain,
                         std::uint32_t subdomain = 0) {
    d.write(vocab::kPwrCommand, vocab::Word<vocab::PwrCommand>{}
                                    .with(vocab::PwrCommand::type, type)
                                    .with(vocab::PwrCommand::domain, domain)
                                    .with(vocab::PwrCommand::subdomain, subdomain)
                                    .raw());
  };
  const auto command = [&](vocab::PwrCommandType type, vocab::PwrDomain domain,
                           std::uint32_t subdomain = 0) {
    begin(type, domain, subdomain);
    d.settle();
  };
  const auto raised = [&](std::uint32_t event) {
    const bool seen = (d.read(vocab::kPwrIrqRawstat) & event) != 0;
    d.write(vocab::kPwrIrqClear, ~0u);
    return seen;
  };
  const auto refused = [&] { return raised(vocab::PwrIrq::command_not_allowed.mask); };
  constexpr std::uint32_t kRtu = vocab::kPwrSubdomainRtu;
  using Type = vocab::PwrCommandType;
  using Domain = vocab::PwrDomain;
  command(Type::delegate, Domain::shader);  // nothing to hand over without L2
  CHECK(refused());
  d.power_on();
  CHECK(d.read(vocab::kPwrL2ReadyLo) == 1);
  CHECK(d.read(vocab::kL2ReadyLo) == 0);  // the old registers are dead
  command(Type::delegate, Domain::shader);
  CHECK(d.read(vocab::kPwrStatusLo) ==
        (vocab::pwr_allowed(Domain::l2) | vocab::pwr_allowed(Domain::tiler) |
         vocab::pwr_delegated(Domain::shader)));
  CHECK((d.read(vocab::kPwrIrqRawstat) & vocab::PwrIrq::delegation_changed.mask) != 0);
  command(Type::power_up, Domain::shader, kRtu);
  CHECK(refused());
  command(Type::retract, Domain::shader);
  CHECK_FALSE(refused());
  d.write(vocab::kPwrCmdargLo, 0xf);
  command(Type::power_up, Domain::shader);  // this GPU has ray traversal
  CHECK(raised(vocab::PwrIrq::command_invalid.mask));
  command(Type::power_up, Domain::shader, kRtu);
  CHECK(d.read(vocab::kPwrShaderReadyLo) == 0xf);
  command(Type::power_down, Domain::l2);
  CHECK(refused());
  command(Type::power_down, Domain::shader, kRtu);
  command(Type::power_down, Domain::l2, kRtu);
  CHECK(raised(vocab::PwrIrq::command_invalid.mask));
  command(Type::power_down, Domain::l2);
  CHECK_FALSE(refused());
  CHECK(d.read(vocab::kPwrL2ReadyLo) == 0);
  d.write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);  // no longer a command
  d.settle();
  CHECK(d.read(vocab::kGpuIrqRawstat) == 0);
  command(Type::reset_soft, Domain::l2);
  CHECK(d.read(vocab::kPwrIrqRawstat) == vocab::PwrIrq::reset_completed.mask);
  begin(Type::reset_soft, Domain::l2);
  d.write(vocab::kPwrCmdargLo, 1);
  command(Type::power_up, Domain::l2);  // the reset still runs
  CHECK(refused());
  CHECK(d.read(vocab::kPwrL2ReadyLo) == 0);
}

TEST_CASE("MCU: does not boot without power, tables or the image's bytes") {
  TestDriver d;
  vocab::BootProblem expected{};
  SUBCASE("L2 off") {
    d.load_image();
    d.program_as(0, d.mcu.root());
    expected = vocab::BootProblem::l2_off;
  }
  SUBCASE("AS 0 disabled") {
    d.power_on();
    d.load_image();
    expected = vocab::BootProblem::as0_disabled;
  }
  SUBCASE("shared section not mapped") {
    d.power_on();
    d.load_image();
    d.mcu.unmap(fw::kSharedVa + 0x3000);
    d.program_as(0, d.mcu.root());
    expected = vocab::BootProblem::shared_not_mapped;
  }
  SUBCASE("code section not loaded") {
    d.power_on();
    d.load_image();
    d.mcu.set32(0x1000, 0x12345678);
    d.program_as(0, d.mcu.root());
    expected = vocab::BootProblem::image_not_loaded;
  }
  SUBCASE("shared section's data not loaded") {
    d.power_on();
    d.load_image();
    d.mcu.set32(fw::kSharedVa + 0xf800, 0x12345678);
    d.program_as(0, d.mcu.root());
    expected = vocab::BootProblem::image_not_loaded;
  }
  d.start_mcu();
  CHECK(d.read(vocab::kMcuStatus) == 3);
  CHECK(d.nth(ObservationKind::mcu_boot_failed).a == static_cast<std::uint32_t>(expected));
  CHECK((d.read(vocab::kJobIrqRawstat) & vocab::kJobIrqGlb) == 0);
}

TEST_CASE("MCU: halts on GLB_REQ.HALT, stops on DISABLE, boots again") {
  TestDriver d;
  d.boot();
  d.mcu.set32(d.glb_in(0), d.mcu.get32(d.glb_in(0)) | fw::kGlbHalt);
  d.ring(0);
  CHECK(d.read(vocab::kMcuStatus) == 1);
  d.settle();
  CHECK(d.read(vocab::kMcuStatus) == 2);
  CHECK(d.mcu.get32(d.glb_out(fw::glb_output::kHaltStatus)) == 0);
  d.write(vocab::kMcuControl, 0);
  d.settle();
  CHECK(d.read(vocab::kMcuStatus) == 0);
  d.mcu.set32(d.glb_in(0), d.mcu.get32(d.glb_in(0)) & ~fw::kGlbHalt);
  d.start_mcu();
  CHECK(d.read(vocab::kMcuStatus) == 1);
  CHECK(d.mcu.get32(d.glb_out(0)) == 0);
}

TEST_CASE("MCU: firmware that was not halted boots only with its data loaded again") {
  TestDriver d;
  d.boot();
  bool boots = true;
  SUBCASE("halted: it goes on with what it has") { d.halt(); }
  SUBCASE("loaded again") { d.reload_data(); }
  SUBCASE("loaded again, and not cleared behind what the image brings") {
    d.reload_data(TestDriver::Tails::left);
    boots = false;
  }
  SUBCASE("neither") { boots = false; }
  d.write(vocab::kMcuControl, 0);
  d.settle();
  d.machine.clear_observations();
  d.start_mcu();
  d.settle();
  CHECK(d.count(ObservationKind::mcu_boot) == (boots ? 1 : 0));
  CHECK(d.count(ObservationKind::mcu_boot_failed) == (boots ? 0 : 1));
}

TEST_CASE("Machine: a read of GPU_ID shows a foreign GPU once, when a fault says so") {
  TestDriver d;
  d.machine.inject({.kind = FaultKind::unknown_gpu, .nth = 2});
  CHECK(d.read(vocab::kGpuId) == d.machine.config().gpu_id);
  const vocab::Word<vocab::GpuId> foreign(d.read(vocab::kGpuId));
  CHECK(foreign[vocab::GpuId::arch_major] < 10);
  CHECK(d.read(vocab::kGpuId) == d.machine.config().gpu_id);
  CHECK(d.count(ObservationKind::fault_applied) == 1);
}

TEST_CASE("MCU: what the slots name for protected suspend buffers is a switch") {
  const auto size_of = [](vocab::ProtmSuspendSize word, std::uint32_t slot) {
    TestDriver d;
    d.machine.config().set_switch(vocab::Switch::protm_suspend_size,
                                  static_cast<std::uint8_t>(word));
    d.boot();
    return d.mcu.get32(d.group(slot) + fw::csg_control::kProtmSuspendSize);
  };
  const std::uint32_t last = test_config().csg_slots - 1;
  CHECK(size_of(vocab::ProtmSuspendSize::alike, 0) == test_config().protm_suspend_size);
  CHECK(size_of(vocab::ProtmSuspendSize::alike, last) == test_config().protm_suspend_size);
  CHECK(size_of(vocab::ProtmSuspendSize::zero, 0) == 0);
  CHECK(size_of(vocab::ProtmSuspendSize::differing, 0) == test_config().protm_suspend_size);
  CHECK(size_of(vocab::ProtmSuspendSize::differing, last) > test_config().protm_suspend_size);
}

TEST_CASE("MCU: GLB_ACK survives a boot when the switch says so") {
  TestDriver d;
  d.machine.config().set_switch(vocab::Switch::glb_ack_cleared_at_boot, 0);
  d.boot();
  const std::uint32_t ack = d.mcu.get32(d.glb_out(0));
  REQUIRE(ack != 0);
  d.write(vocab::kMcuControl, 0);
  d.settle();
  d.start_mcu();
  CHECK(d.mcu.get32(d.glb_out(0)) == ack);
}

TEST_CASE("GLB: no ack before the doorbell, none before doorbell and ack latency") {
  TestDriver d;
  d.boot();
  d.write(vocab::kJobIrqClear, ~0u);
  const std::uint32_t req = d.mcu.get32(d.glb_in(0));
  d.mcu.set32(d.glb_in(0), req ^ fw::kGlbPing);
  d.wait(10 * kMs);
  CHECK(d.glb_pending(fw::kGlbPing));
  d.ring(0);
  d.wait(22 * kUs - 1);
  CHECK(d.glb_pending(fw::kGlbPing));
  d.wait(1);
  CHECK_FALSE(d.glb_pending(fw::kGlbPing));
  CHECK(d.machine.irq_lines() == 1);
}

namespace {

/// Counts what it hands out; fails the test when something is given back wrongly.
class CountingResource : public std::pmr::memory_resource {
 public:
  std::size_t live = 0;
  std::size_t peak = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t align) override {
    live += bytes;
    if (live > peak) peak = live;
    return std::pmr::new_delete_resource()->allocate(bytes, align);
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t align) override {
    live -= bytes;
    std::pmr::new_delete_resource()->deallocate(p, bytes, align);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

TEST_CASE("Machine: all memory comes from the resource it was given, and is little") {
  std::pmr::memory_resource* const old =
      std::pmr::set_default_resource(std::pmr::null_memory_resource());
  CountingResource memory;
  {
    TestDriver d(test_config(), {}, &memory);
    d.boot();
    d.prepare_slot(0, 15);
    d.start_slot(0);
    d.request_csg(0, static_cast<std::uint32_t>(fw::CsgState::suspend), 0);
    d.settle();
    CHECK(d.csg_state(0) == static_cast<std::uint32_t>(fw::CsgState::suspend));
    const std::size_t pages = (d.machine.ram().live_pages(PageKind::normal) +
                               d.machine.ram().live_pages(PageKind::protected_memory)) *
                              4096;
    MESSAGE("bytes: machine object ", sizeof(Machine), ", pages ", pages, ", peak in all ",
            memory.peak);
    CHECK(memory.peak + sizeof(Machine) < std::size_t{1} << 20);
  }
  CHECK(memory.live == 0);
  std::pmr::set_default_resource(old);
}

TEST_CASE("GLB: late and lost acks") {
  TestDriver d;
  d.boot();
  const auto ping = static_cast<std::uint32_t>(vocab::AckTarget::glb_ping);
  d.machine.inject({.kind = FaultKind::late_ack, .target = ping, .nth = 2, .value_ns = kMs});
  d.machine.inject({.kind = FaultKind::lose_ack, .target = ping, .nth = 3});
  d.request_glb(fw::kGlbPing);
  d.wait(22 * kUs);
  CHECK_FALSE(d.glb_pending(fw::kGlbPing));
  d.request_glb(fw::kGlbPing);
  d.wait(kMs + 22 * kUs - 1);
  CHECK(d.glb_pending(fw::kGlbPing));
  d.wait(1);
  CHECK_FALSE(d.glb_pending(fw::kGlbPing));
  d.request_glb(fw::kGlbPing);
  d.wait(vocab::kSec);
  CHECK(d.glb_pending(fw::kGlbPing));
}

}  // namespace protm::gpu
