// SPDX-License-Identifier: GPL-2.0-only
// Goal: the device's own state is compared when it sleeps and when its driver is gone, but for a
// GPU that both drivers had to give up; and who uses it without power is wrong.
#include <doctest/doctest.h>

#include "oracle/judge/judge.h"
#include "sut-adapters/contract/power_warn.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using K = vocab::ObservationKind;

namespace {

enum class Gpu : std::uint8_t { reset, lost };

TraceBuilder at_rest(Gpu gpu, std::uint64_t mcu_status) {
  TraceBuilder b;
  b.saw(K::rule_reset_leaves_protm).after(vocab::kMs);
  if (gpu == Gpu::reset) b.saw(K::reset_completed).after(vocab::kMs);
  return b.record(RecordKind::rest_state, {.c = mcu_status}, "mcu_status");
}

std::string_view outcome(const TraceBuilder& oracle, const TraceBuilder& candidate,
                         std::uint32_t devices = 1) {
  Program program;
  program.devices = devices;
  const judge::Verdict v = judge::judge(program, oracle.trace(), candidate.trace(),
                                        {.adapter = "series-v1", .rules = {}});
  return judge::outcome_name(v.outcome);
}

}  // namespace

TEST_CASE("rest-state: at the limit of a Program a reset may be pending, the rest counts") {
  const auto at = [](std::uint64_t ns, std::string_view text, std::uint64_t value) {
    TraceBuilder b;
    return b.after(ns).record(RecordKind::rest_state, {.c = value}, text);
  };
  const std::uint64_t before = kMaxTimeNs - 1;
  CHECK(outcome(at(kMaxTimeNs, "reset_pending", 0), at(before, "reset_pending", 1)) == "agreed");
  CHECK(outcome(at(before, "reset_pending", 0), at(before, "reset_pending", 1)) == "diverged");
  CHECK(outcome(at(kMaxTimeNs, "vms", 0), at(kMaxTimeNs, "vms", 1)) == "diverged");
}

TEST_CASE("rest-state: one of resets that never end may be pending") {
  const auto rest = [](std::uint64_t pending, int resets) {
    TraceBuilder b;
    for (int i = 0; i < resets; ++i) b.after(400 * vocab::kMs).saw(K::reset_started);
    return b.record(RecordKind::rest_state, {.c = pending}, "reset_pending");
  };
  CHECK(outcome(rest(0, 2), rest(1, 2)) == "agreed");
  CHECK(outcome(rest(0, 2), rest(1, 1)) == "diverged");
  CHECK(outcome(rest(0, 0), rest(1, 0)) == "diverged");
}

TEST_CASE("rest-state: a device that sleeps has all lines masked and no L2, as the oracle's") {
  for (const std::string_view text : {"asleep_unmasked_irq_lines", "asleep_l2_ready"}) {
    const auto says = [&](std::uint64_t value) {
      TraceBuilder b;
      return b.record(RecordKind::rest_state, {.c = value}, text);
    };
    CHECK(outcome(says(0), says(0)) == "agreed");
    CHECK(outcome(says(0), says(1)) == "diverged");
  }
}

TEST_CASE("rest-state: what is left of a GPU that both drivers gave up is not compared") {
  CHECK(outcome(at_rest(Gpu::reset, 1), at_rest(Gpu::reset, 0)) == "diverged");
  CHECK(outcome(at_rest(Gpu::lost, 1), at_rest(Gpu::reset, 0)) == "diverged");
  CHECK(outcome(at_rest(Gpu::reset, 1), at_rest(Gpu::lost, 0)) == "diverged");
  CHECK(outcome(at_rest(Gpu::lost, 1), at_rest(Gpu::lost, 0)) == "agreed");
}

TEST_CASE("sut/warn: nobody may use a register without power, the oracle neither") {
  TraceBuilder dark;
  dark.record(RecordKind::kernel_warn, {}, kNoPowerWarn);
  CHECK(outcome(TraceBuilder{}, dark) == "diverged");
  CHECK(outcome(dark, dark) == "oracle_wrong");
}

TEST_CASE("rest-state: of two GPUs each is compared with itself, and one that is lost with none") {
  const auto says = [](std::uint64_t first, std::uint64_t second, std::string_view text) {
    TraceBuilder b;
    b.saw(K::rule_reset_leaves_protm).after(vocab::kMs);   // the first GPU is lost
    b.record(RecordKind::rest_state, {.a = 1, .c = first}, text);
    return b.record(RecordKind::rest_state, {.a = 2, .c = second}, text);
  };
  const auto judged = [&](std::uint64_t first, std::uint64_t second, std::string_view text) {
    return outcome(says(0, 0, text), says(first, second, text), 2);
  };
  CHECK(judged(1, 0, "mcu_status") == "agreed");
  CHECK(judged(0, 1, "mcu_status") == "diverged");
  CHECK(judged(1, 0, "reset_pending") == "diverged");
  CHECK(judged(0, 1, "reset_pending") == "diverged");
}
