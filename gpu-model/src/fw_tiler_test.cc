// SPDX-License-Identifier: GPL-2.0-only
// Tiler heaps as the firmware uses them, the progress timer, and power of idle cores.
#include <doctest/doctest.h>

#include <algorithm>

#include "gpu-model/src/test_driver.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/tiler_heap.h"

namespace protm::gpu {

namespace heap = vocab::tiler_heap;
using vocab::kMs;
using vocab::kSec;
using vocab::kUs;

namespace {

constexpr std::uint64_t kContextVa = 0x400000;
constexpr std::uint64_t kChunkVa = 0x500000;
constexpr std::uint32_t kChunk = heap::kMinChunkBytes;

struct HeapDriver : TestDriver {
  HeapDriver() {
    boot();
    vm.map_new(kContextVa);
    for (std::uint32_t page = 0; page < 4 * kChunk; page += kPage) vm.map_new(kChunkVa + page);
    prepare_slot(0, 15);
    machine.clear_observations();
  }
  [[nodiscard]] static std::uint64_t chunk(std::uint32_t n) {
    return heap::chunk_word(kChunkVa + std::uint64_t{n} * kChunk, kChunk);
  }
  /// Render pass up to its end of tiling.
  [[nodiscard]] static std::vector<std::uint64_t> tiling(std::uint32_t bytes) {
    return {isa::encode_move48(2, kContextVa),
            isa::encode_heap_set(2),
            isa::encode_heap_operation(isa::HeapOp::vt_start, 0),
            isa::encode_move48(isa::kTilerChunkReg, chunk(0)),
            isa::encode_move32(isa::kTilerBytesReg, bytes),
            isa::encode_move32(isa::kRunTasksReg, 1000),
            isa::encode_run_tiling(0),
            isa::encode_wait(1),
            isa::encode_heap_operation(isa::HeapOp::vt_end, 0)};
  }
  [[nodiscard]] bool oom_open() {
    return ((mcu.get32(cs_in(0, 0, 0)) ^ mcu.get32(cs_out(0, 0, 0))) & fw::kCsTilerOom) != 0;
  }
  void answer(std::uint64_t word) { answer(word, word); }
  void answer(std::uint64_t first, std::uint64_t last) {
    mcu.set64(cs_in(0, 0, fw::cs_input::kHeapStart), first);
    mcu.set64(cs_in(0, 0, fw::cs_input::kHeapEnd), last);
    const std::uint32_t req = mcu.get32(cs_in(0, 0, 0));
    mcu.set32(cs_in(0, 0, 0), (req & ~fw::kCsTilerOom) |
                                  (mcu.get32(cs_out(0, 0, 0)) & fw::kCsTilerOom));
    mcu.set32(csg_in(0, fw::csg_input::kDoorbellReq),
              mcu.get32(csg_out(0, fw::csg_output::kDoorbellAck)) ^ 1);
    name_slot(0);
    settle();
  }
};

}  // namespace

TEST_CASE_FIXTURE(HeapDriver, "Tiler: asks where the chunks end and goes on in what it is given") {
  push(0, tiling(kChunk + 0x1000));
  start_slot(0);
  REQUIRE(oom_open());
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kHeapVtStart)) == 1);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kHeapVtEnd)) == 0);
  CHECK(mcu.get64(cs_out(0, 0, fw::cs_output::kHeapAddress)) == kContextVa);
  CHECK(count(ObservationKind::run_started) == 0);
  ring(1);  // a doorbell is no answer
  settle();
  CHECK(count(ObservationKind::tiler_chunk) == 0);
  answer(chunk(1));
  CHECK_FALSE(oom_open());
  CHECK(vm.get64(kChunkVa) == chunk(1));  // linked behind the last one
  CHECK(vm.get64(kContextVa + heap::kChunk) == chunk(1));
  CHECK(nth(ObservationKind::run_started).d == 1000 * kUs);
  CHECK(vm.get32(kContextVa + heap::kVtEnd) == 1);
  CHECK(extract(0) == insert(0));
}

TEST_CASE_FIXTURE(HeapDriver, "Tiler: without a chunk it waits for fragment work, or faults") {
  std::vector<std::uint64_t> words = tiling(kChunk + 0x1000);
  SUBCASE("nobody would free any") {
    push(0, words);
    start_slot(0);
    answer(0);
    CHECK(nth(ObservationKind::cs_fault).c == static_cast<std::uint64_t>(vocab::Exception::oom));
    CHECK(count(ObservationKind::run_started) == 0);
  }
  SUBCASE("a pass before it was not rendered yet") {
    vm.set32(kContextVa + heap::kVtStart, 1);
    vm.set32(kContextVa + heap::kVtEnd, 1);
    push(0, words);
    start_slot(0);
    answer(0);
    CHECK(count(ObservationKind::cs_fault) == 0);
    CHECK(count(ObservationKind::tiler_oom) == 1);
    CHECK(extract(0) != insert(0));
  }
}

TEST_CASE_FIXTURE(HeapDriver, "Tiler: a list of chunks with one end only is a fault") {
  push(0, tiling(kChunk + 0x1000));
  start_slot(0);
  REQUIRE(oom_open());
  SUBCASE("no start") { answer(0, chunk(1)); }
  SUBCASE("no end") { answer(chunk(1), 0); }
  CHECK(count(ObservationKind::tiler_chunk) == 0);
  CHECK(count(ObservationKind::cs_fatal) == 1);
}

TEST_CASE_FIXTURE(HeapDriver, "Tiler: the end of the last pass makes all chunks free again") {
  std::vector<std::uint64_t> words = tiling(kChunk / 2);
  words.push_back(isa::encode_run_fragment());
  words.push_back(isa::encode_wait(1));
  words.push_back(isa::encode_heap_operation(isa::HeapOp::frag_end, 0));
  push(0, words);
  push(0, words);
  push(0, words);
  start_slot(0);
  settle(1000 * kMs);
  CHECK(count(ObservationKind::tiler_oom) == 0);
  CHECK(count(ObservationKind::run_ended) == 6);
  CHECK(vm.get32(kContextVa + heap::kFragEnd) == 3);
}

TEST_CASE_FIXTURE(HeapDriver, "Tiler: a group that is resumed asks again") {
  push(0, tiling(kChunk + 0x1000));
  start_slot(0);
  REQUIRE(oom_open());
  request_csg(0, static_cast<std::uint32_t>(fw::CsgState::suspend), 0);
  settle();
  CHECK_FALSE(oom_open());
  request_csg(0, static_cast<std::uint32_t>(fw::CsgState::resume), fw::kCsgEpCfg);
  settle();
  CHECK(oom_open());
  CHECK(count(ObservationKind::tiler_oom) == 2);
}

TEST_CASE_FIXTURE(HeapDriver, "Timers: a slot without progress, and cores without work") {
  const std::uint32_t ms = static_cast<std::uint32_t>(machine.config().core_hz / 1000 / 1024);
  mcu.set32(glb_in(fw::glb_input::kProgressTimer), 20 * ms);
  mcu.set32(glb_in(fw::glb_input::kPoweroffTimer), 24'000 * 5 / 1024);
  mcu.set64(glb_in(fw::glb_input::kCoreEnMask), 0x5);
  request_glb(fw::kGlbCfgProgressTimer | fw::kGlbCfgPwroffTimer | fw::kGlbCfgAllocEn);
  settle();
  const auto told = std::find_if(machine.observations().begin(), machine.observations().end(),
                                 [](const vocab::Observation& o) {
                                   return o.kind == ObservationKind::glb_configured && o.c == 0x5;
                                 });
  REQUIRE(told != machine.observations().end());
  CHECK(told->a == mcu.get32(glb_in(fw::glb_input::kAckIrqMask)));
  CHECK(told->b == 20 * ms * 1024ull * kSec / machine.config().core_hz / vocab::kUs);
  CHECK((told->d >> 32) == 24'000 * 5 / 1024 * 1024ull * kSec / machine.config().timestamp_hz);
  machine.clear_observations();
  std::vector<std::uint64_t> words;
  for (const std::uint32_t tasks : {15'000u, 15'000u, 30'000u}) {
    words.push_back(isa::encode_move32(isa::kRunTasksReg, tasks));
    words.push_back(isa::encode_run_fragment());
    words.push_back(isa::encode_wait(1));
  }
  push(0, words);
  request_csg(0, static_cast<std::uint32_t>(fw::CsgState::start), fw::kCsgEpCfg);
  wait(40 * kMs);
  CHECK((mcu.get32(csg_out(0, 0)) & fw::kCsgProgressTimerEvent) == 0);
  CHECK(read(vocab::kShaderReadyLo) == 0x5);
  CHECK(read(vocab::kTilerReadyLo) == 1);
  wait(11 * kMs);
  CHECK((mcu.get32(csg_out(0, 0)) & fw::kCsgProgressTimerEvent) != 0);
  settle(100 * kMs);
  CHECK(read(vocab::kShaderReadyLo) == 0);
}

}  // namespace protm::gpu
