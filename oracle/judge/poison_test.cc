// SPDX-License-Identifier: GPL-2.0-only
// Goal: each row of the poison table hits what it is about, and not what lies beside it. What a
// poisoned run is worth is in judge_test.cc.
#include <doctest/doctest.h>

#include "gpu-model/vocab/fw_interface.h"
#include "oracle/judge/poison.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::judge;
using K = vocab::ObservationKind;

TEST_CASE("poison: the table is complete, with a source for each row") {
  CHECK(poison_table().size() == 5);
  for (const PoisonRow& row : poison_table()) CHECK_FALSE(row.source.empty());
}

TEST_CASE("poison: a job interrupt that is lost for good, and no other") {
  Program program;
  program.faults.push_back(Fault{});
  vocab::MachineFault& fault = program.faults.back().machine;
  fault.kind = vocab::FaultKind::lose_irq;
  TraceBuilder b;
  b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)});
  CHECK_FALSE(first_poison(program, b.trace()));
  fault.times = vocab::kForever;
  CHECK(first_poison(program, b.trace()));
  fault.target = 2;
  CHECK_FALSE(first_poison(program, b.trace()));
}

TEST_CASE("poison: firmware whose slots share their words, once one asks for protected mode") {
  Program program;
  TraceBuilder b;
  b.saw(K::mcu_boot);
  program.firmware.said = 1;
  program.firmware.says[0] = {.at = vocab::fw::glb_control::kGroupStride, .value = 0};
  CHECK_FALSE(first_poison(program, b.trace()));  // a driver without protected work is compared
  b.saw(K::protm_pend);
  CHECK(first_poison(program, b.trace()));
  program.firmware.says[0].value = vocab::fw::kCsControlBase;
  CHECK_FALSE(first_poison(program, b.trace()));
  program.firmware.said = 0;
  CHECK_FALSE(first_poison(program, b.trace()));
}

TEST_CASE("poison: firmware whose slots share their words, once two groups may want one") {
  Program program;
  program.firmware.said = 1;
  program.firmware.says[0] = {.at = vocab::fw::glb_control::kGroupStride, .value = 0};
  const std::uint32_t first = add_step(program, make_node(NodeType::group_create));
  const std::uint32_t second = add_step(program, make_node(NodeType::group_create));
  (void)add_job(program, first);
  TraceBuilder b;
  b.saw(K::csg_state_sampled);
  CHECK_FALSE(first_poison(program, b.trace()));
  (void)add_job(program, second);
  CHECK(first_poison(program, b.trace()));
  program.firmware.said = 0;
  CHECK_FALSE(first_poison(program, b.trace()));
}
