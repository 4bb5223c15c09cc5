// SPDX-License-Identifier: GPL-2.0-only
// Names and tables: look-up both ways, printing, configurations, encoders.
#include <doctest/doctest.h>

#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/machine_fault.h"
#include "gpu-model/vocab/observation.h"
#include "gpu-model/vocab/register_map.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "gpu-model/vocab/sim_time.h"

namespace protm::vocab {

TEST_CASE("SimTime: sums saturate instead of wrapping") {
  CHECK((SimTime{5} + 7).ns == 12);
  CHECK((SimTime{kNever} + 7).ns == kNever);
  CHECK((SimTime{5} - 7).ns == 0);
  CHECK(SimTime{9} - SimTime{4} == 5);
  CHECK(SimTime{4} - SimTime{9} == 0);
}

TEST_CASE("errno: names both ways, with the kernel's own numbers") {
  CHECK(errno_name(-EINVAL) == "EINVAL");
  CHECK(errno_name(kEPROBE_DEFER) == "EPROBE_DEFER");
  CHECK(errno_name(4000).empty());
  CHECK(errno_number("ENOTSUPP") == 524);
  CHECK(errno_number("EOPNOTSUPP") == 95);
  CHECK_FALSE(errno_number("EWHAT").has_value());
}

TEST_CASE("Registers: found by offset, by name, and printed with field names") {
  CHECK(register_name(0x30) == "GPU_COMMAND");
  CHECK(register_name(0x2400 + 3 * 0x40 + 0x18) == "AS_COMMAND(3)");
  CHECK(register_name(0x90000) == "DOORBELL(1)");
  CHECK(register_name(0x3fc) == "0x000003fc");
  CHECK(register_offset("AS_COMMAND(3)") == 0x2400 + 3 * 0x40 + 0x18);
  CHECK(register_offset("DOORBELL(1)") == 0x90000);
  CHECK_FALSE(register_offset("AS_COMMAND(16)").has_value());
  CHECK_FALSE(register_offset("AS_COMMAND").has_value());
  CHECK_FALSE(register_offset("GPU_COMMAND(0)").has_value());
  CHECK(describe(0x20, 0x102) ==
        "GPU_IRQ_RAWSTAT=0x00000102 {GPU_PROTECTED_FAULT RESET_COMPLETED}");
  CHECK(describe(0x704, 2) == "MCU_STATUS=0x00000002 {VALUE=HALT}");
  CHECK(describe(0x20, 0x80000002) ==
        "GPU_IRQ_RAWSTAT=0x80000002 {GPU_PROTECTED_FAULT +unknown 0x80000000}");
}

TEST_CASE("Registers: every row of every table is found again") {
  for (const RegInfo& row : kGpuControl) CHECK(register_offset(row.name) == row.offset);
  for (const RegInfo& row : kMmuControl) CHECK(find_register(row.offset).reg->name == row.name);
}

TEST_CASE("MachineConfig: names, tables, seed") {
  CHECK(config_names()[0] == "arch10-fw1");
  CHECK_FALSE(config_by_name("arch99").has_value());
  for (const std::string_view name : config_names()) {
    CAPTURE(std::string(name));
    CHECK(config_problem(*config_by_name(name)).empty());
  }
  for (const SwitchInfo& row : switch_table()) {
    CHECK(switch_by_name(row.name) == row.id);
    for (std::size_t i = 0; i < row.words.size(); ++i) {
      CHECK(switch_word(row.id, row.words[i]) == i);
    }
    CHECK(row.default_word < row.words.size());
  }
  for (const LatencyInfo& row : latency_table()) {
    CHECK(latency_by_name(row.name) == row.id);
    CHECK(row.default_ns != 0);
  }
  MachineConfig c = *config_by_name("arch10-fw1");
  CHECK(c.effective_ns(Latency::ack) == 20'000);
  bool differs = false;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    c.latency_seed = seed;
    const std::uint64_t ns = c.effective_ns(Latency::ack);
    CHECK(ns >= 10'000);
    CHECK(ns <= 40'000);
    differs = differs || ns != 20'000;
  }
  CHECK(differs);
  c.set_latency(Latency::ack, 123);
  CHECK(c.effective_ns(Latency::ack) == 123);
}

TEST_CASE("MachineConfig: what is not a machine is refused with a reason") {
  MachineConfig c = *config_by_name("arch10-fw1");
  SUBCASE("no latency") { c.set_latency(Latency::ack, 0); }
  SUBCASE("overlapping blocks") { c.cs_per_csg = 9; }
  SUBCASE("no AS 0") { c.as_present = 0xfe; }
  SUBCASE("no such word") { c.set_switch(Switch::empty_enter, 5); }
  CHECK_FALSE(config_problem(c).empty());
}

TEST_CASE("Faults and observations: names both ways") {
  for (const FaultInfo& row : fault_table()) CHECK(fault_by_name(row.name) == row.id);
  for (std::size_t i = 0; i < ack_target_names().size(); ++i) {
    CHECK(ack_target_by_name(ack_target_names()[i]) == static_cast<AckTarget>(i));
  }
  for (const ObservationInfo& row : observation_table()) {
    CHECK(observation_by_name(row.name) == row.id);
  }
  CHECK(is_rule_hit(ObservationKind::rule_ping_inside));
  CHECK_FALSE(is_rule_hit(ObservationKind::ping_sampled));
  CHECK(exception_name(0x41) == "CS_UNRECOVERABLE");
}

TEST_CASE("CS instructions: what is encoded is decoded") {
  using namespace cs;
  const Instruction store = decode(encode_store_multiple(4, 2, 0x8001, -8));
  CHECK(store.opcode == static_cast<std::uint32_t>(Opcode::store_multiple));
  CHECK(store.dst == 4);
  CHECK(store.addr == 2);
  CHECK(store.mask == 0x8001);
  CHECK(store.offset == -8);
  const Instruction branch = decode(encode_branch(-3, Condition::ne, 7));
  CHECK(branch.condition == static_cast<std::uint32_t>(Condition::ne));
  CHECK(branch.offset == -3);
  const Instruction sync =
      decode(encode_sync(Opcode::sync_set32, 10, 12, SyncScope::csg, ErrorPropagate::yes, 0xff, 3));
  CHECK(sync.scope == 2);
  CHECK(sync.propagate == 1);
  CHECK(sync.mask == 0xff);
  CHECK(sync.signal_slot == 3);
  CHECK(decode(encode_prot_region(9)).size == 9);
  CHECK(opcode_name(41) == "PROT_REGION");
  CHECK(opcode_name(200).empty());
}

}  // namespace protm::vocab
