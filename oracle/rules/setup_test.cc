// SPDX-License-Identifier: GPL-2.0-only
// Goal: the rules on what an AS and the firmware are set up with, and on how a GPU is reset, tell
// panthor's words from each other ones.
#include <doctest/doctest.h>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/rules/rule_table.h"
#include "oracle/rules/rule_words.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using rules::asked;
using rules::words;
using K = vocab::ObservationKind;
using vocab::kMs;

TEST_CASE("HW-firmware-setup: a group starts with the setup that panthor gives firmware") {
  namespace fw = vocab::fw;
  const Program program;
  const auto says = [&](const TraceBuilder& b) {
    return words(asked("HW-firmware-setup", program, b));
  };
  constexpr std::uint32_t kMask = fw::kGlbCfgProgressTimer | fw::kGlbCfgAllocEn |
                                  fw::kGlbCfgPwroffTimer | fw::kGlbPing | fw::kGlbIdleEn |
                                  fw::kGlbIdle;
  constexpr std::uint32_t kEnter = fw::kGlbProtmEnter | fw::kGlbProtmExit;
  constexpr std::uint64_t kTimers = 10'010'000ull << 32 | 810'000;
  const vocab::MachineConfig& m = program.machine;
  const auto progress = static_cast<std::uint32_t>(2'621'440'000ull * 1'000'000 / m.core_hz);
  const auto setup = [&](std::uint32_t mask, std::uint32_t us, std::uint64_t cores,
                         std::uint64_t timers) {
    TraceBuilder b;
    b.saw(K::mcu_boot).saw(K::glb_configured, {.a = mask, .b = us, .c = cores, .d = timers});
    b.after(kMs).saw(K::csg_state_sampled);
    return b;
  };
  const std::uint64_t cores = m.shader_present;
  CHECK(says(setup(kMask, progress, cores, kTimers)) == "kept");
  CHECK(says(setup(kMask, progress, cores >> 1, kTimers)) == "broken at record 2");
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
    if ((kMask & bit) == 0) continue;
    CHECK(says(setup(kMask & ~bit, progress, cores, kTimers)) == "broken at record 2");
  }
  CHECK(says(setup(kMask, 0, cores, kTimers)) == "broken at record 2");
  CHECK(says(setup(kMask, progress, cores, 810'000)) == "broken at record 2");
  constexpr std::uint64_t kIdleTenTimes = 10'010'000ull << 32 | 8'000'000;
  CHECK(says(setup(kMask, progress, cores, kIdleTenTimes)) == "broken at record 2");
  // The field that halts firmware is there from a version on, as the image says it.
  Program newer = program;
  newer.machine.fw_version = fw::kVersionGlbState;
  const TraceBuilder older_setup = setup(kMask, progress, cores, kTimers);
  CHECK(words(asked("HW-firmware-setup", newer, older_setup)) == "broken at record 2");
  newer.firmware.said = 1;
  newer.firmware.says[0] = {.at = fw::glb_control::kVersion, .value = 1};
  CHECK(words(asked("HW-firmware-setup", newer, older_setup)) == "kept");
  TraceBuilder inside = setup(kMask | kEnter, progress, cores, kTimers);
  inside.after(kMs).saw(K::enter_sampled);
  CHECK(says(inside) == "kept");
  for (const std::uint32_t bit : {fw::kGlbProtmEnter, fw::kGlbProtmExit}) {
    TraceBuilder deaf = setup(kMask | (kEnter & ~bit), progress, cores, kTimers);
    deaf.after(kMs).saw(K::enter_sampled);
    CHECK(says(deaf) == "broken at record 3");
  }
  TraceBuilder unheard;   // the ack of the setup is late
  unheard.saw(K::mcu_boot).after(kMs).saw(K::csg_state_sampled);
  CHECK(asked("HW-firmware-setup", program, unheard).armed == 0);
}

TEST_CASE("HW-hard-reset-first: a hard reset comes behind a soft one that did not do") {
  constexpr std::uint32_t kSoft = vocab::kGpuCommandSoftReset, kHard = vocab::kGpuCommandHardReset;
  const Program program;
  const auto says = [&](const TraceBuilder& b) {
    return words(asked("HW-hard-reset-first", program, b));
  };
  TraceBuilder stuck;
  stuck.saw(K::reset_started, {.a = kSoft}).after(kMs).saw(K::reset_started, {.a = kHard});
  CHECK(says(stuck) == "kept");

  TraceBuilder inside;   // the machine says that the reset did not work
  inside.saw(K::reset_started, {.a = kSoft}).saw(K::rule_reset_leaves_protm);
  inside.after(kMs).saw(K::reset_started, {.a = kHard});
  CHECK(says(inside) == "kept");

  TraceBuilder at_once;
  at_once.saw(K::reset_started, {.a = kHard});
  CHECK(says(at_once) == "broken at record 0");

  TraceBuilder done;
  done.saw(K::reset_started, {.a = kSoft}).after(9).saw(K::reset_completed);
  done.after(kMs).saw(K::reset_started, {.a = kHard});
  CHECK(says(done) == "broken at record 2");
}

TEST_CASE("HW-as-setup: format, tables and attributes of an AS that is enabled") {
  Program program;
  const auto says = [&](const TraceBuilder& b) {
    return words(asked("HW-as-setup", program, b));
  };
  const auto updated = [](std::uint32_t tables, std::uint64_t memattr, std::uint64_t transcfg) {
    TraceBuilder b;
    b.after(5).saw(K::as_updated, {.a = 1, .b = tables, .c = memattr, .d = transcfg});
    return b;
  };
  // Values of 6.12 and of 7.x for 48 bits. Source: facts-driver.md 14, facts-errata.md.
  constexpr std::uint64_t kPlain = 0x420001c6, kCoherent = 0x620001c6;
  constexpr std::uint64_t kOld = 0x4c4c4c4c9c4c9f4c, kNew = 0x4c4c4c4c8c4c8f4c;
  CHECK(says(updated(1, kOld, kPlain)) == "kept");
  CHECK(says(updated(1, kNew, kPlain)) == "kept");
  CHECK(says(updated(0, 0, 1)) == "kept");
  CHECK(says(updated(1, kNew, 1)) == "kept");
  CHECK(says(updated(0, kNew, kPlain)) == "broken at record 0");
  CHECK(says(updated(1, kNew, kCoherent)) == "broken at record 0");
  CHECK(says(updated(1, kNew, 0x42000206)) == "broken at record 0");   // 47 bits
  CHECK(says(updated(1, kNew, 0x410001c6)) == "broken at record 0");   // walks not cached
  CHECK(says(updated(1, kNew, 0x020001c6)) == "broken at record 0");
  CHECK(says(updated(1, kNew, 2)) == "broken at record 0");            // identity
  CHECK(says(updated(1, 0x4c4c4c4c8c4c4c4c, kPlain)) == "broken at record 0");
  CHECK(says(updated(1, 0x4c4c4c4c8c4c8d4c, kPlain)) == "broken at record 0");
  CHECK(says(updated(1, 0x4c4c4c4c4c4c8f4c, kPlain)) == "broken at record 0");
  CHECK(says(updated(1, 0x8f8f8f8f8c4c8f4c, kPlain)) == "kept");  // as 7.3.4
  program.machine.coherent = 1;
  CHECK(says(updated(1, kOld, kCoherent)) == "kept");
  CHECK(says(updated(1, kNew, kCoherent)) == "broken at record 0");
  CHECK(says(updated(1, kOld, kPlain)) == "broken at record 0");
}
