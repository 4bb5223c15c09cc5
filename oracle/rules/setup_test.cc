// SPDX-License-Identifier: GPL-2.0-only
// Goal: the rules on what an AS and the firmware are set up with, and on how a GPU is reset, tell
// panthor's words from each other ones.
#include <doctest/doctest.h>

#include <functional>

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

namespace {

void check_right(std::string_view id, const Program& program, const TraceBuilder& b) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "kept");
}

void check_wrong(std::string_view id, const Program& program, const TraceBuilder& b,
                 std::size_t record) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "broken at record " + std::to_string(record));
}

struct World {
  Program program;
};

}  // namespace

TEST_CASE("HW-firmware-setup: a group starts with the setup that panthor gives firmware") {
  namespace fw = vocab::fw;
  const World w;
  constexpr std::uint32_t kMask = fw::kGlbCfgProgressTimer | fw::kGlbCfgAllocEn |
                                  fw::kGlbCfgPwroffTimer | fw::kGlbPing | fw::kGlbIdleEn |
                                  fw::kGlbIdle;
  constexpr std::uint32_t kEnter = fw::kGlbProtmEnter | fw::kGlbProtmExit;
  constexpr std::uint64_t kTimers = 10'010'000ull << 32 | 810'000;
  const vocab::MachineConfig& m = w.program.machine;
  const auto progress = static_cast<std::uint32_t>(2'621'440'000ull * 1'000'000 / m.core_hz);
  const auto setup = [&](std::uint32_t mask, std::uint32_t us, std::uint64_t cores,
                         std::uint64_t timers) {
    TraceBuilder b;
    b.saw(K::mcu_boot).saw(K::glb_configured, {.a = mask, .b = us, .c = cores, .d = timers});
    b.after(kMs).saw(K::csg_state_sampled);
    return b;
  };
  const std::uint64_t cores = m.shader_present;
  check_right("HW-firmware-setup", w.program, setup(kMask, progress, cores, kTimers));
  check_wrong("HW-firmware-setup", w.program, setup(kMask, progress, cores >> 1, kTimers), 2);
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
    if ((kMask & bit) == 0) continue;
    check_wrong("HW-firmware-setup", w.program, setup(kMask & ~bit, progress, cores, kTimers), 2);
  }
  check_wrong("HW-firmware-setup", w.program, setup(kMask, 0, cores, kTimers), 2);
  check_wrong("HW-firmware-setup", w.program, setup(kMask, progress, cores, 810'000), 2);
  check_wrong("HW-firmware-setup", w.program,
              setup(kMask, progress, cores, 10'010'000ull << 32 | 8'000'000), 2);
  TraceBuilder inside = setup(kMask | kEnter, progress, cores, kTimers);
  inside.after(kMs).saw(K::enter_sampled);
  check_right("HW-firmware-setup", w.program, inside);
  for (const std::uint32_t bit : {fw::kGlbProtmEnter, fw::kGlbProtmExit}) {
    TraceBuilder deaf = setup(kMask | (kEnter & ~bit), progress, cores, kTimers);
    deaf.after(kMs).saw(K::enter_sampled);
    check_wrong("HW-firmware-setup", w.program, deaf, 3);
  }
  TraceBuilder unheard;   // the ack of the setup is late
  unheard.saw(K::mcu_boot).after(kMs).saw(K::csg_state_sampled);
  CHECK(asked("HW-firmware-setup", w.program, unheard).armed == 0);
}

TEST_CASE("HW-hard-reset-first: a hard reset comes behind a soft one that did not do") {
  constexpr std::uint32_t kSoft = vocab::kGpuCommandSoftReset, kHard = vocab::kGpuCommandHardReset;
  const World w;
  TraceBuilder stuck;
  stuck.saw(K::reset_started, {.a = kSoft}).after(kMs).saw(K::reset_started, {.a = kHard});
  check_right("HW-hard-reset-first", w.program, stuck);

  TraceBuilder inside;   // the machine says that the reset did not work
  inside.saw(K::reset_started, {.a = kSoft}).saw(K::rule_reset_leaves_protm);
  inside.after(kMs).saw(K::reset_started, {.a = kHard});
  check_right("HW-hard-reset-first", w.program, inside);

  TraceBuilder at_once;
  at_once.saw(K::reset_started, {.a = kHard});
  check_wrong("HW-hard-reset-first", w.program, at_once, 0);

  TraceBuilder done;
  done.saw(K::reset_started, {.a = kSoft}).after(9).saw(K::reset_completed);
  done.after(kMs).saw(K::reset_started, {.a = kHard});
  check_wrong("HW-hard-reset-first", w.program, done, 2);
}

TEST_CASE("HW-as-setup: format, tables and attributes of an AS that is enabled") {
  World w;
  const auto updated = [](std::uint32_t tables, std::uint64_t memattr, std::uint64_t transcfg) {
    TraceBuilder b;
    b.after(5).saw(K::as_updated, {.a = 1, .b = tables, .c = memattr, .d = transcfg});
    return b;
  };
  // Values of 6.12 and of 7.x for 48 bits. Source: facts-driver.md 14, facts-errata.md.
  constexpr std::uint64_t kPlain = 0x420001c6, kCoherent = 0x620001c6;
  constexpr std::uint64_t kOld = 0x4c4c4c4c9c4c9f4c, kNew = 0x4c4c4c4c8c4c8f4c;
  check_right("HW-as-setup", w.program, updated(1, kOld, kPlain));
  check_right("HW-as-setup", w.program, updated(1, kNew, kPlain));
  check_right("HW-as-setup", w.program, updated(0, 0, 1));
  check_right("HW-as-setup", w.program, updated(1, kNew, 1));
  check_wrong("HW-as-setup", w.program, updated(0, kNew, kPlain), 0);
  check_wrong("HW-as-setup", w.program, updated(1, kNew, kCoherent), 0);
  check_wrong("HW-as-setup", w.program, updated(1, kNew, 0x42000206), 0);   // 47 bits
  check_wrong("HW-as-setup", w.program, updated(1, kNew, 0x410001c6), 0);   // walks not cached
  check_wrong("HW-as-setup", w.program, updated(1, kNew, 0x020001c6), 0);
  check_wrong("HW-as-setup", w.program, updated(1, kNew, 2), 0);            // identity
  check_wrong("HW-as-setup", w.program, updated(1, 0x4c4c4c4c8c4c4c4c, kPlain), 0);
  check_wrong("HW-as-setup", w.program, updated(1, 0x4c4c4c4c8c4c8d4c, kPlain), 0);
  check_wrong("HW-as-setup", w.program, updated(1, 0x4c4c4c4c4c4c8f4c, kPlain), 0);
  check_right("HW-as-setup", w.program, updated(1, 0x8f8f8f8f8c4c8f4c, kPlain));  // as 7.3.4
  w.program.machine.coherent = 1;
  check_right("HW-as-setup", w.program, updated(1, kOld, kCoherent));
  check_wrong("HW-as-setup", w.program, updated(1, kNew, kCoherent), 0);
  check_wrong("HW-as-setup", w.program, updated(1, kOld, kPlain), 0);
}
