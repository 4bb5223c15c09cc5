// SPDX-License-Identifier: GPL-2.0-only
// Tiling with a heap: chunks are used in the order of their links; where they end the host is asked
// for one more (TILER_OOM). A host that has none leaves two ways: wait for the end of fragment work
// that still holds memory, or fault.
// Counters and the present chunk lie in the heap context, which the CS of one heap share.
// Assumptions: fragment work gives memory back only when it was the last that was in flight, then
// all of it; the tiler writes one word into each piece that it takes; a list of chunks with a start
// and no end, or the other way round, is a fault.
// Leaves out: FINISH_FRAGMENT's list of chunks, exception handlers (SET_EXCEPTION_HANDLER).
// Source: panthor_sched.c group_process_tiler_oom(), panthor_heap.c (7.3); facts-fw.md 5-7.
#include <algorithm>

#include "gpu-model/src/firmware.h"
#include "gpu-model/vocab/tiler_heap.h"

namespace protm::gpu {

namespace fw = vocab::fw;
namespace heap = vocab::tiler_heap;
namespace cs_isa = vocab::cs;
using vocab::Exception;
using vocab::ObservationKind;

namespace {

constexpr std::uint64_t kPiece = 64;  // the tiler takes whole lines

TilerPhase phase_of(const Cs& c) { return static_cast<TilerPhase>(c.tiler_phase); }
void set_phase(Cs& c, TilerPhase phase) { c.tiler_phase = static_cast<std::uint32_t>(phase); }
void block_tiler(Cs& c) { c.block = static_cast<std::uint32_t>(Block::tiler); }

}  // namespace

Firmware::Outcome Firmware::heap_word(std::uint32_t slot, std::uint32_t cs, std::uint64_t va,
                                      std::uint64_t& value) {
  const auto access = access_of(slot, cs_of(slot, cs), va, Direction::read, Origin::stream);
  return memory_result(slot, cs, mmu_.load64(access, value));
}

Firmware::Outcome Firmware::set_heap_word(std::uint32_t slot, std::uint32_t cs, std::uint64_t va,
                                          std::uint64_t value) {
  const auto access = access_of(slot, cs_of(slot, cs), va, Direction::write, Origin::stream);
  return memory_result(slot, cs, mmu_.store64(access, value));
}

bool Firmware::oom_open(std::uint32_t slot, std::uint32_t cs) {
  const std::uint32_t req = load32(cs_in(slot, cs, fw::cs_input::kReq));
  const std::uint32_t ack = load32(cs_out(slot, cs, fw::cs_output::kAck));
  return ((req ^ ack) & fw::kCsTilerOom) != 0;
}

bool Firmware::heap_is_held(std::uint32_t slot, std::uint32_t cs) {
  const Cs& c = cs_of(slot, cs);
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  const auto load = [&](std::uint32_t word, std::uint64_t& value) {
    const auto access = access_of(slot, c, c.heap_va + word, Direction::read, Origin::stream);
    return mmu_.load64(access, value) == WalkResult::ok;
  };
  return load(heap::kVtStart, started) && load(heap::kFragEnd, ended) &&
         started >> 32 != (ended & 0xffffffff);
}

bool Firmware::may_ask_again(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  switch (phase_of(c)) {
    case TilerPhase::asked:
      return !oom_open(slot, cs);
    case TilerPhase::takes:
      return true;
    case TilerPhase::refused:
      return !heap_is_held(slot, cs);
    default:
      break;
  }
  WalkResult result = WalkResult::ok;
  return sync_wait_met(slot, c, result);
}

Firmware::Outcome Firmware::exec_tiling(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  if (phase_of(c) == TilerPhase::none) {
    c.tiler_left = (c.at.r[cs_isa::kTilerBytesReg] + kPiece - 1) / kPiece * kPiece;
    if (c.tiler_left == 0) return Outcome::next;
    if (c.heap_set == 0) {
      fatal(slot, cs, Exception::cs_config_fault, 0);
      return Outcome::blocked;
    }
    set_phase(c, TilerPhase::takes);
  }
  if (phase_of(c) == TilerPhase::asked) {
    if (oom_open(slot, cs)) {
      block_tiler(c);
      return Outcome::blocked;
    }
    if (host_answered(slot, cs) == Outcome::blocked) return Outcome::blocked;
  }
  if (phase_of(c) == TilerPhase::refused) {
    std::uint64_t started = 0;
    std::uint64_t ended = 0;
    if (heap_word(slot, cs, c.heap_va + heap::kVtStart, started) == Outcome::blocked ||
        heap_word(slot, cs, c.heap_va + heap::kFragEnd, ended) == Outcome::blocked) {
      return Outcome::blocked;
    }
    if (started >> 32 == (ended & 0xffffffff)) {  // VT_END == FRAG_END: nobody will free anything
      set_phase(c, TilerPhase::none);
      fault(slot, cs, Exception::oom, c.heap_va);
      return Outcome::next;
    }
    block_tiler(c);
    return Outcome::blocked;
  }
  return take_chunks(slot, cs);
}

Firmware::Outcome Firmware::take_chunks(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  std::uint64_t chunk = 0;
  std::uint64_t used = 0;
  if (heap_word(slot, cs, c.heap_va + heap::kChunk, chunk) == Outcome::blocked ||
      heap_word(slot, cs, c.heap_va + heap::kUsed, used) == Outcome::blocked) {
    return Outcome::blocked;
  }
  if (chunk == 0) {
    const std::uint32_t* const r = c.at.r.data() + cs_isa::kTilerChunkReg;
    chunk = r[0] | std::uint64_t{r[1]} << 32;
    used = heap::kHeaderBytes;
  }
  for (;;) {
    const std::uint64_t bytes = heap::chunk_bytes(chunk);
    if (bytes <= heap::kHeaderBytes || used > bytes) {
      fatal(slot, cs, Exception::addr_range_fault, chunk);
      return Outcome::blocked;
    }
    const std::uint64_t piece = std::min(bytes - used, c.tiler_left);
    const std::uint64_t at = heap::chunk_va(chunk) + used;
    if (piece != 0 && set_heap_word(slot, cs, at, 1) == Outcome::blocked) {
      return Outcome::blocked;
    }
    std::uint64_t next = 0;
    const bool enough = piece == c.tiler_left;
    if (!enough && heap_word(slot, cs, heap::chunk_va(chunk), next) == Outcome::blocked) {
      return Outcome::blocked;
    }
    used += piece;
    if (set_heap_word(slot, cs, c.heap_va + heap::kChunk, next == 0 ? chunk : next) ==
            Outcome::blocked ||
        set_heap_word(slot, cs, c.heap_va + heap::kUsed,
                      next == 0 ? used : heap::kHeaderBytes) == Outcome::blocked) {
      return Outcome::blocked;
    }
    c.tiler_left -= piece;
    if (enough) {
      set_phase(c, TilerPhase::none);
      return Outcome::next;
    }
    if (next == 0) return ask_for_chunk(slot, cs);
    chunk = next;
    used = heap::kHeaderBytes;
  }
}

Firmware::Outcome Firmware::ask_for_chunk(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  std::uint64_t counters = 0;
  std::uint64_t frag_end = 0;
  std::uint64_t chunk = 0;
  if (heap_word(slot, cs, c.heap_va + heap::kVtStart, counters) == Outcome::blocked ||
      heap_word(slot, cs, c.heap_va + heap::kFragEnd, frag_end) == Outcome::blocked ||
      heap_word(slot, cs, c.heap_va + heap::kChunk, chunk) == Outcome::blocked) {
    return Outcome::blocked;
  }
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  store32(cs_out(slot, cs, fw::cs_output::kHeapVtStart), low(counters));
  store32(cs_out(slot, cs, fw::cs_output::kHeapVtEnd), low(counters >> 32));
  store32(cs_out(slot, cs, fw::cs_output::kHeapFragEnd), low(frag_end));
  store64(cs_out(slot, cs, fw::cs_output::kHeapAddress), c.heap_va);
  set_phase(c, TilerPhase::asked);
  block_tiler(c);
  core_.observe(ObservationKind::tiler_oom, slot, cs, c.heap_va, chunk);
  cs_event(slot, cs, fw::kCsTilerOom);
  return Outcome::blocked;
}

Firmware::Outcome Firmware::host_answered(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  const std::uint64_t given = load64(cs_in(slot, cs, fw::cs_input::kHeapStart));
  const std::uint64_t end = load64(cs_in(slot, cs, fw::cs_input::kHeapEnd));
  if ((given == 0) != (end == 0)) {
    fatal(slot, cs, Exception::addr_range_fault, end);
    return Outcome::blocked;
  }
  if (given != 0) {
    std::uint64_t last = 0;
    if (heap_word(slot, cs, c.heap_va + heap::kChunk, last) == Outcome::blocked ||
        set_heap_word(slot, cs, heap::chunk_va(last), given) == Outcome::blocked) {
      return Outcome::blocked;
    }
  }
  core_.observe(ObservationKind::tiler_chunk, slot, cs, c.heap_va, given);
  set_phase(c, given != 0 ? TilerPhase::takes : TilerPhase::refused);
  return Outcome::next;
}

Firmware::Outcome Firmware::exec_heap_op(std::uint32_t slot, std::uint32_t cs,
                                         const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  if ((busy_scoreboards(c) & i.mask) != 0) {
    c.wait_mask = i.mask;
    c.block = static_cast<std::uint32_t>(Block::scoreboard);
    return Outcome::blocked;
  }
  if (c.heap_set == 0) {
    fatal(slot, cs, Exception::cs_config_fault, 0);
    return Outcome::blocked;
  }
  const auto what = static_cast<cs_isa::HeapOp>(i.state);
  std::uint64_t vt = 0;
  std::uint64_t frag = 0;
  if (heap_word(slot, cs, c.heap_va + heap::kVtStart, vt) == Outcome::blocked ||
      heap_word(slot, cs, c.heap_va + heap::kFragEnd, frag) == Outcome::blocked) {
    return Outcome::blocked;
  }
  constexpr std::uint64_t kHigh = 0xffffffffull << 32;
  if (what == cs_isa::HeapOp::vt_start) vt = (vt & kHigh) | static_cast<std::uint32_t>(vt + 1);
  if (what == cs_isa::HeapOp::vt_end) vt += 1ull << 32;
  if (what == cs_isa::HeapOp::frag_end) {
    frag = (frag & kHigh) | static_cast<std::uint32_t>(frag + 1);
  }
  if (set_heap_word(slot, cs, c.heap_va + heap::kVtStart, vt) == Outcome::blocked ||
      set_heap_word(slot, cs, c.heap_va + heap::kFragEnd, frag) == Outcome::blocked) {
    return Outcome::blocked;
  }
  const bool all_free = what == cs_isa::HeapOp::frag_end && (vt & ~kHigh) == (frag & ~kHigh);
  if (all_free && (set_heap_word(slot, cs, c.heap_va + heap::kChunk, 0) == Outcome::blocked ||
                   set_heap_word(slot, cs, c.heap_va + heap::kUsed, 0) == Outcome::blocked)) {
    return Outcome::blocked;
  }
  core_.observe(ObservationKind::tiler_heap_op, slot, cs, c.heap_va, i.state);
  if (what == cs_isa::HeapOp::frag_end) kick_tiler_waiters();
  return Outcome::next;
}

void Firmware::kick_tiler_waiters() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].active == 0) continue;
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      Cs& c = cs_of(slot, cs);
      if (c.block != static_cast<std::uint32_t>(Block::tiler)) continue;
      if (phase_of(c) == TilerPhase::refused) set_phase(c, TilerPhase::takes);
      kick(slot, cs);
    }
  }
}

}  // namespace protm::gpu
