// SPDX-License-Identifier: GPL-2.0-only
// The machine against nonsense: random register writes, interface words, ring contents and
// faults must never crash it, stop it, or make it differ from itself.
#include <doctest/doctest.h>

#include <bit>

#include "gpu-model/src/test_driver.h"
#include "gpu-model/vocab/split_mix.h"

namespace protm::gpu {
namespace {

/// The seed is the only input.
struct Random {
  vocab::SplitMix numbers;
  std::uint64_t next() { return numbers.next(); }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(next() % n); }
};

std::uint64_t random_instruction(Random& r) {
  static constexpr std::uint32_t kOpcodes[] = {1,  1,  2,  3,  4,  16, 17, 20, 21, 22, 23, 32,
                                               33, 36, 37, 40, 41, 41, 47, 51, 52, 53, 7,  99};
  const std::uint64_t op = kOpcodes[r.below(std::size(kOpcodes))];
  std::uint64_t word = r.next() & 0x00ffffffffffffff;
  if (op == 1) word = (word & 0x001f000000000000) | (kStreamVa + (r.next() & 0x100ff8));
  if (op == 2) word = (word & 0x001f000000000000) | (r.next() & 0x1f);
  if (op == 41) word = r.next() & 7;
  return op << 56 | word;
}

void random_action(TestDriver& d, Random& r) {
  const std::uint32_t slot = r.below(3);
  switch (r.below(14)) {
    case 0:
      d.machine.write(r.below(0x3000) & ~3u, static_cast<std::uint32_t>(r.next()));
      break;
    case 1:
      d.ring(r.below(5));
      break;
    case 2:
      d.request_glb(1u << r.below(11));
      break;
    case 3:
      d.request_csg(slot, r.below(5), 1u << (4 + r.below(2)));
      break;
    case 4:
      d.ack_pend(slot);
      break;
    case 5:
      d.request_glb(fw::kGlbProtmEnter);
      break;
    case 6:
      d.ack_glb(fw::kGlbProtmExit | fw::kGlbIdle);
      break;
    case 7:
      d.push(slot, {random_instruction(r), random_instruction(r)});
      break;
    case 8:
      d.vm.set64(kStreamVa + r.below(512) * 8, random_instruction(r));
      break;
    case 9:
      d.machine.inject({.kind = static_cast<vocab::FaultKind>(r.below(18)),
                        .target = r.below(8),
                        .nth = 1 + r.below(3),
                        .value_ns = r.below(2) != 0 ? 0 : r.next() % vocab::kMs});
      break;
    case 10:
      d.machine.config().set_switch(static_cast<vocab::Switch>(r.below(vocab::kSwitchCount)),
                                    static_cast<std::uint8_t>(r.below(2)));
      break;
    case 11:
      d.as_command(r.below(3), static_cast<vocab::AsCommand>(r.below(6)));
      break;
    case 12:
      d.mcu.set32(fw::kSharedVa + ((0x4000 + r.below(0xb000)) & ~3u),
                  static_cast<std::uint32_t>(r.next() >> r.below(60)));
      break;
    default:
      d.wait(r.next() % (200 * vocab::kUs));
      break;
  }
}

std::uint64_t run(std::uint64_t seed, std::uint64_t (&seen)[2]) {
  Random r{vocab::SplitMix(seed)};
  TestDriver d;
  d.boot();
  for (std::uint64_t va = kStreamVa; va <= kDataVa; va += 0x100000) d.vm.map_new(va);
  for (std::uint32_t slot = 0; slot < 3; ++slot) {
    d.prepare_slot(slot, 15 - slot);
    d.start_slot(slot);
  }
  std::uint64_t digest = seed;
  for (int i = 0; i < 300; ++i) {
    random_action(d, r);
    for (const Observation& o : d.machine.observations()) {
      const auto kind = static_cast<std::uint32_t>(o.kind);
      seen[kind / 64] |= 1ull << kind % 64;
      digest = digest * 1099511628211u + o.at.ns + static_cast<std::uint32_t>(o.kind) + o.a * 7 +
               o.b * 31 + o.c * 131 + o.d * 17;
    }
    d.machine.clear_observations();
  }
  d.settle(10 * vocab::kMs);
  return digest + d.machine.events_run();
}

}  // namespace

TEST_CASE("Machine: random input neither crashes nor gives two answers") {
  std::uint64_t seen[2] = {};
  std::uint64_t distinct = 0;
  std::uint64_t last = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    const std::uint64_t once = run(seed, seen);
    if (seed % 10 == 0) CHECK(run(seed, seen) == once);
    distinct += once != last ? 1 : 0;
    last = once;
  }
  CHECK(distinct == 300);
  const int kinds = std::popcount(seen[0]) + std::popcount(seen[1]);
  MESSAGE("kinds of observations seen: ", kinds, " of ", vocab::observation_table().size());
  CHECK(kinds > 50);
}

}  // namespace protm::gpu
