// SPDX-License-Identifier: GPL-2.0-only
// A snapshot is taken over only by a Program that starts alike: same machine, firmware, heap.
#include "sut-adapters/executor/session.h"

#include <doctest/doctest.h>

#include "sut-adapters/contract/trace_builder.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::exec {
namespace {

using contract::NodeType;
using contract::Program;

TEST_CASE("Session: whatever a case can change of a machine, it runs as from a fresh boot") {
  Program base;
  contract::add_step(base, contract::make_node(NodeType::dev_query));
  contract::add_step(base, contract::make_node(NodeType::vm_create));
  std::vector<Program> programs(5, base);
  programs[1].machine.coherent ^= 1;
  programs[2].machine.as_present >>= 1;
  programs[3].machine.cs_per_csg = 9;
  programs[4].machine.csg_slots = 3;
  Session session(series_v1(0));
  for (const Program& program : programs) {
    (void)session.run(base);
    const std::uint64_t hash = session.run(program).hash();
    CHECK(session.run(program, {.start = Start::fresh}).hash() == hash);
  }
  const std::uint64_t plain = session.run(base).hash();
  CHECK(session.run(programs[1]).hash() != plain);
}

TEST_CASE("Session: of two GPUs both are looked at when their drivers are gone, as often again") {
  Program program;
  program.devices = 2;
  contract::add_step(program, contract::make_node(NodeType::dev_query));
  Session session(series_v1(0));
  const contract::Trace trace = session.run(program);
  std::vector<std::uint32_t> gpus;
  for (const contract::Record& r : trace.records) {
    const bool rest = r.kind == contract::RecordKind::rest_state;
    if (rest && trace.text(r.text) == "mcu_status") gpus.push_back(r.a);
  }
  CHECK(gpus == std::vector<std::uint32_t>{1, 2});
  CHECK(session.run(program).hash() == trace.hash());   // from the snapshot
}

}  // namespace
}  // namespace protm::exec
