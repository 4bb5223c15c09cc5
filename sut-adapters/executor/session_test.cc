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

}  // namespace
}  // namespace protm::exec
