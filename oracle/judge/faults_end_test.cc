// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include "oracle/judge/compare.h"
#include "sut-adapters/contract/trace_builder.h"

namespace protm::judge {
namespace {

using namespace contract;
using K = vocab::ObservationKind;

TEST_CASE("faults: of two that come the other way round, nothing behind the first is compared") {
  const Program program;
  const auto in_order = [](std::uint32_t first, std::uint32_t second) {
    TraceBuilder b;
    for (const std::uint32_t fault : {first, second}) {
      b.after(vocab::kMs).saw(K::fault_applied, {.a = fault, .c = vocab::kAnySlot});
    }
    return b;
  };
  const TraceBuilder one = in_order(0, 1);
  CHECK(faults_end(program, one.trace(), in_order(1, 0).trace()) == 0);
  CHECK(faults_end(program, one.trace(), in_order(0, 2).trace()) == 1);
  CHECK(faults_end(program, one.trace(), one.trace()) == one.trace().records.size());
}

}  // namespace
}  // namespace protm::judge
