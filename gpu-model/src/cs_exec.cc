// SPDX-License-Identifier: GPL-2.0-only
// Execution of command streams: ring, CALLed buffers, registers, timed RUN instructions.
// Instructions take effect at the start of a batch, the batch then takes its time; a batch that
// runs out of budget is continued later and later, so that an endless stream costs few events.
// Assumption: a CS stands still from CS_FAULT until the host has acked it and rung: the error is of
// the job at EXTRACT, and panthor rings for it (panthor_sched.c, sched_process_csg_irq_locked(),
// 7.3). Inside a protected region it goes on, since nobody may ring there.
// Assumption: in error (after CS_FAULT) moves, waits and SYNC go on, the rest is skipped until
// ERROR_BARRIER; an undefined opcode is CS_FATAL, and so is a register that the CS does not have.
#include <algorithm>
#include <bit>

#include "gpu-model/src/firmware.h"

namespace protm::gpu {

namespace fw = vocab::fw;
namespace cs_isa = vocab::cs;
using cs_isa::Opcode;
using vocab::Exception;
using vocab::Latency;
using vocab::ObservationKind;

namespace {

constexpr std::uint32_t kBatch = 256;

void set_block(Cs& c, Block block) { c.block = static_cast<std::uint32_t>(block); }

/// Register pair as a 64-bit value; the upper half of the last register reads zero.
std::uint64_t pair(const Cs& c, std::uint32_t reg) {
  const std::uint32_t low = c.at.r[reg & 127];
  const std::uint32_t high = (reg & 127) == 127 ? 0 : c.at.r[(reg & 127) + 1];
  return low | std::uint64_t{high} << 32;
}

void set_pair(Cs& c, std::uint32_t reg, std::uint64_t value) {
  c.at.r[reg & 127] = static_cast<std::uint32_t>(value);
  if ((reg & 127) != 127) c.at.r[(reg & 127) + 1] = static_cast<std::uint32_t>(value >> 32);
}

bool holds(cs_isa::Condition condition, std::int32_t value) {
  switch (condition) {
    case cs_isa::Condition::le:
      return value <= 0;
    case cs_isa::Condition::gt:
      return value > 0;
    case cs_isa::Condition::eq:
      return value == 0;
    case cs_isa::Condition::ne:
      return value != 0;
    case cs_isa::Condition::lt:
      return value < 0;
    case cs_isa::Condition::ge:
      return value >= 0;
    case cs_isa::Condition::always:
      return true;
  }
  return false;
}

bool skipped_in_error(Opcode o) {
  switch (o) {
    case Opcode::nop:
    case Opcode::move48:
    case Opcode::move32:
    case Opcode::wait:
    case Opcode::add_imm32:
    case Opcode::add_imm64:
    case Opcode::umin32:
    case Opcode::set_sb_entry:
    case Opcode::sync_add32:
    case Opcode::sync_add64:
    case Opcode::sync_set32:
    case Opcode::sync_set64:
    case Opcode::error_barrier:
      return false;
    default:
      return true;
  }
}

/// The highest work register that an instruction names; 0 where it names none.
std::uint32_t highest_register(const cs_isa::Instruction& i) {
  const auto pair_at = [](std::uint32_t reg) { return reg + 1; };
  switch (static_cast<Opcode>(i.opcode)) {
    case Opcode::move48:
      return pair_at(i.dst);
    case Opcode::move32:
      return i.dst;
    case Opcode::add_imm32:
      return std::max(i.dst, i.addr);
    case Opcode::add_imm64:
      return pair_at(std::max(i.dst, i.addr));
    case Opcode::umin32:
      return std::max({i.dst, i.addr, i.data});
    case Opcode::branch:
    case Opcode::flush_cache2:
      return i.addr;
    case Opcode::heap_set:
      return pair_at(i.addr);
    case Opcode::call:
    case Opcode::jump:
    case Opcode::sync_add32:
    case Opcode::sync_set32:
    case Opcode::sync_wait32:
      return std::max(pair_at(i.addr), i.data);
    case Opcode::sync_add64:
    case Opcode::sync_set64:
    case Opcode::sync_wait64:
      return pair_at(std::max(i.addr, i.data));
    case Opcode::load_multiple:
    case Opcode::store_multiple: {
      const auto last = static_cast<std::uint32_t>(std::bit_width(i.mask));
      return std::max(pair_at(i.addr), last == 0 ? 0 : i.dst + last - 1);
    }
    default:
      return 0;
  }
}

}  // namespace

bool Firmware::may_run(const Cs& c) const {
  if (c.active == 0 || c.block == static_cast<std::uint32_t>(Block::fatal)) return false;
  if (c.fault_told != 0) return false;
  if (entry_.frozen == 0) return true;
  return core_.protm == ProtmState::active && c.in_region != 0 && entry_.faulted == 0;
}

GpuAccess Firmware::access_of(std::uint32_t slot, const Cs& c, std::uint64_t va,
                              Direction direction, Origin origin) const {
  const bool inside = c.in_region != 0 && core_.in_protm();
  return {vocab::AsNr{slots_[slot].as}, va, direction,
          inside ? GpuMode::protected_mode : GpuMode::normal, origin};
}

Firmware::Outcome Firmware::memory_result(std::uint32_t slot, std::uint32_t cs, WalkResult result) {
  if (result == WalkResult::ok) return Outcome::next;
  Cs& c = cs_of(slot, cs);
  if (result == WalkResult::unmapped_as) {
    const std::uint64_t pc = c.at.depth == 0 ? c.at.extract : c.at.frames[c.at.depth - 1].pc;
    fatal(slot, cs, Exception::cs_bus_fault, pc);
  } else {
    set_block(c, Block::memory);
  }
  return Outcome::blocked;
}

void Firmware::close_frames(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  while (c.at.depth != 0 && c.at.frames[c.at.depth - 1].pc >= c.at.frames[c.at.depth - 1].end) {
    c.at.frames[--c.at.depth] = Frame{};
    if (c.in_region != 0 && c.at.depth < c.at.region_depth) c.at.region_left = 0;
    if (c.at.depth == 0) {
      core_.observe(ObservationKind::stream_return, slot, cs, c.stream_va,
                    c.stream_bytes << 32 | slots_[slot].as);
    }
  }
}

bool Firmware::fetch(std::uint32_t slot, std::uint32_t cs, std::uint64_t& word) {
  Cs& c = cs_of(slot, cs);
  if (c.at.depth != 0) {
    Frame& f = c.at.frames[c.at.depth - 1];
    const auto access = access_of(slot, c, f.pc, Direction::read, Origin::stream);
    if (memory_result(slot, cs, mmu_.load64(access, word)) == Outcome::blocked) return false;
    f.pc += cs_isa::kInstructionBytes;
    return true;
  }
  const std::uint64_t input = load64(cs_in(slot, cs, fw::cs_input::kRingbufInput));
  if (load64(input + fw::ring::kInsert) == c.at.extract) return false;
  const std::uint64_t base = load64(cs_in(slot, cs, fw::cs_input::kRingbufBase));
  const std::uint32_t size = load32(cs_in(slot, cs, fw::cs_input::kRingbufSize));
  if (size == 0 || (size & (size - 1)) != 0) {
    fatal(slot, cs, Exception::cs_config_fault, size);
    return false;
  }
  const auto access =
      access_of(slot, c, base + (c.at.extract & (size - 1)), Direction::read, Origin::stream);
  if (memory_result(slot, cs, mmu_.load64(access, word)) == Outcome::blocked) return false;
  c.at.extract += cs_isa::kInstructionBytes;
  return true;
}

void Firmware::step(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  c.step_queued = 0;
  if (!may_run(c)) return;
  if (c.waiting != 0 && c.in_region == 0) return;
  if (c.at.region_left != 0 && c.in_region == 0) {  // thrown out while blocked on an object
    if (may_ask_again(slot, cs)) raise_pend(slot, cs);
    return;
  }
  set_block(c, Block::none);
  std::uint32_t count = 0;
  bool more = true;
  while (more && count < kBatch) {
    close_frames(slot, cs);
    if (c.in_region != 0 && c.at.region_left == 0 && c.at.depth <= c.at.region_depth) {
      if (c.at.run_count == 0) {
        region_finished(slot, cs);
      } else {
        c.wait_mask = busy_scoreboards(c);
        set_block(c, Block::scoreboard);
      }
      break;
    }
    std::uint64_t word = 0;
    if (!fetch(slot, cs, word)) break;
    ++count;
    const std::uint32_t depth = c.at.depth;
    more = execute(slot, cs, cs_isa::decode(word)) == Outcome::next;
    if (!more) {
      if (c.at.depth != 0) {
        c.at.frames[c.at.depth - 1].pc -= cs_isa::kInstructionBytes;
      } else {
        c.at.extract -= cs_isa::kInstructionBytes;
      }
    } else if (c.in_region != 0 && depth == c.at.region_depth && c.at.region_left != 0) {
      --c.at.region_left;
    }
    if (c.fault_told != 0 || (c.waiting != 0 && c.in_region == 0)) break;
  }
  if (count == kBatch && more) {
    if (c.backoff++ == 0) core_.observe(ObservationKind::budget_exhausted, slot, cs, count);
    c.step_queued = 1;
    const std::uint64_t stretch = std::min<std::uint64_t>(c.backoff, 1024);
    core_.after(core_.latency(Latency::instruction) * kBatch * stretch,
                {.kind = EventKind::cs_step,
                 .generation = mcu_generation_,
                 .a = slot,
                 .b = cs,
                 .c = slots_[slot].generation});
  } else {
    c.backoff = 0;
  }
  const std::uint64_t output = load64(cs_in(slot, cs, fw::cs_input::kRingbufOutput));
  store64(output + fw::ring::kExtract, c.at.extract);
  if (slots_[slot].sync_written != 0) {
    slots_[slot].sync_written = 0;
    csg_event(slot, fw::kCsgSyncUpdate);
    kick_sync_waiters();
  }
  const auto block = static_cast<Block>(c.block);
  if (c.in_region != 0 && (block == Block::sync || block == Block::tiler)) {
    region_blocked(slot, cs);
  }
  update_slot(slot);
}

void Firmware::exec_registers(Cs& c, const cs_isa::Instruction& i) {
  switch (static_cast<Opcode>(i.opcode)) {
    case Opcode::nop:
      break;
    case Opcode::move48:
      set_pair(c, i.dst, i.imm48);
      break;
    case Opcode::move32:
      c.at.r[i.dst & 127] = i.imm32;
      break;
    case Opcode::add_imm32:
      c.at.r[i.dst & 127] = c.at.r[i.addr & 127] + i.imm32;
      break;
    case Opcode::add_imm64: {
      const auto signed_imm = static_cast<std::int64_t>(static_cast<std::int32_t>(i.imm32));
      set_pair(c, i.dst, pair(c, i.addr) + static_cast<std::uint64_t>(signed_imm));
      break;
    }
    case Opcode::umin32:
      c.at.r[i.dst & 127] = std::min(c.at.r[i.addr & 127], c.at.r[i.data & 127]);
      break;
    case Opcode::set_sb_entry:
      c.at.endpoint_sb = i.imm32 & 0xf;
      c.at.other_sb = (i.imm32 >> 4) & 0xf;
      break;
    case Opcode::req_resource:
      c.req_resource = i.imm32 & 0xf;
      break;
    case Opcode::error_barrier:
      c.in_error = 0;
      c.error_code = 0;
      break;
    case Opcode::heap_set:
      c.heap_va = pair(c, i.addr);
      c.heap_set = 1;
      break;
    default:
      break;
  }
}

Firmware::Outcome Firmware::execute(std::uint32_t slot, std::uint32_t cs,
                                    const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  const auto o = static_cast<Opcode>(i.opcode);
  if (c.in_error != 0 && skipped_in_error(o)) return Outcome::next;
  if (highest_register(i) >= core_.config.cs_regs) {
    fatal(slot, cs, Exception::cs_instr_invalid, i.raw);
    return Outcome::blocked;
  }
  switch (o) {
    case Opcode::trace_point:
    case Opcode::set_exception_handler:
    case Opcode::progress_store:
    case Opcode::progress_load:
    case Opcode::progress_wait:
      return Outcome::next;  // no effect that the model shows
    case Opcode::nop:
    case Opcode::move48:
    case Opcode::move32:
    case Opcode::add_imm32:
    case Opcode::add_imm64:
    case Opcode::umin32:
    case Opcode::set_sb_entry:
    case Opcode::req_resource:
    case Opcode::error_barrier:
    case Opcode::heap_set:
      exec_registers(c, i);
      return Outcome::next;
    case Opcode::wait:
    case Opcode::branch:
    case Opcode::call:
    case Opcode::jump:
    case Opcode::prot_region:
      return exec_flow(slot, cs, i);
    case Opcode::load_multiple:
    case Opcode::store_multiple:
    case Opcode::store_state:
      return exec_memory(slot, cs, i);
    case Opcode::sync_add32:
    case Opcode::sync_set32:
    case Opcode::sync_add64:
    case Opcode::sync_set64:
      return exec_sync(slot, cs, i);
    case Opcode::sync_wait32:
    case Opcode::sync_wait64:
      return exec_sync_wait(slot, cs, i);
    case Opcode::heap_operation:
      return exec_heap_op(slot, cs, i);
    case Opcode::run_compute:
    case Opcode::run_compute_indirect:
    case Opcode::run_tiling:
    case Opcode::run_idvs:
    case Opcode::run_fragment:
    case Opcode::run_fullscreen:
    case Opcode::finish_tiling:
    case Opcode::finish_fragment:
    case Opcode::flush_cache2:
      return exec_run(slot, cs, i);
  }
  fatal(slot, cs, Exception::cs_instr_invalid, i.raw);
  return Outcome::blocked;
}

Firmware::Outcome Firmware::exec_flow(std::uint32_t slot, std::uint32_t cs,
                                      const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  switch (static_cast<Opcode>(i.opcode)) {
    case Opcode::wait:
      if ((busy_scoreboards(c) & i.mask) == 0) return Outcome::next;
      c.wait_mask = i.mask;
      set_block(c, Block::scoreboard);
      return Outcome::blocked;
    case Opcode::branch: {
      const auto value = static_cast<std::int32_t>(c.at.r[i.addr & 127]);
      if (!holds(static_cast<cs_isa::Condition>(i.condition), value)) return Outcome::next;
      if (c.at.depth == 0) {
        fatal(slot, cs, Exception::cs_instr_invalid, i.raw);
        return Outcome::blocked;
      }
      Frame& f = c.at.frames[c.at.depth - 1];
      const std::uint64_t target =
          f.pc + static_cast<std::uint64_t>(std::int64_t{i.offset} * cs_isa::kInstructionBytes);
      if (target < f.base || target > f.end) {
        fatal(slot, cs, Exception::instr_invalid_pc, target);
        return Outcome::blocked;
      }
      f.pc = target;
      return Outcome::next;
    }
    case Opcode::prot_region:
      return exec_region(slot, cs, i);
    default:
      return exec_call(slot, cs, i);
  }
}

Firmware::Outcome Firmware::exec_call(std::uint32_t slot, std::uint32_t cs,
                                      const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  const std::uint64_t base = pair(c, i.addr);
  const std::uint64_t bytes = c.at.r[i.data & 127] & ~7u;
  const bool call = static_cast<Opcode>(i.opcode) == Opcode::call || c.at.depth == 0;
  if (call && c.at.depth == 0) {
    if (const auto hit = core_.play(vocab::FaultKind::cs_fatal, 0, slot)) {
      fatal(slot, cs, static_cast<Exception>(hit->target), base);
      return Outcome::blocked;
    }
    if (const auto hit = core_.play(vocab::FaultKind::cs_fault, 0, slot)) {
      fault(slot, cs, static_cast<Exception>(hit->target), base);
      return Outcome::next;
    }
    c.stream_va = base;
    c.stream_bytes = bytes;
    core_.observe(ObservationKind::stream_call, slot, cs, base, bytes << 32 | slots_[slot].as);
  }
  if (call && c.at.depth == kCallDepth) {
    fatal(slot, cs, Exception::cs_call_stack_overflow, base);
    return Outcome::blocked;
  }
  if (call) ++c.at.depth;
  c.at.frames[c.at.depth - 1] = Frame{base, base, base + bytes};
  return Outcome::next;
}

Firmware::Outcome Firmware::exec_region(std::uint32_t slot, std::uint32_t cs,
                                        const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  if (c.in_region != 0 || i.size == 0) return Outcome::next;
  if (c.at.run_count != 0) {  // Assumption: work before the region ends in normal mode
    c.wait_mask = busy_scoreboards(c);
    set_block(c, Block::scoreboard);
    return Outcome::blocked;
  }
  c.at.region_left = i.size;
  c.at.region_depth = c.at.depth;
  c.region_start = c.at;
  raise_pend(slot, cs);
  return Outcome::next;
}

Firmware::Outcome Firmware::exec_memory(std::uint32_t slot, std::uint32_t cs,
                                        const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  const std::uint64_t va = pair(c, i.addr) + static_cast<std::uint64_t>(std::int64_t{i.offset});
  const auto o = static_cast<Opcode>(i.opcode);
  if (o == Opcode::store_state) {
    std::uint64_t value = core_.ticks(core_.config.timestamp_hz);
    if (static_cast<cs_isa::StoredState>(i.state) == cs_isa::StoredState::cycle_count) {
      value = core_.ticks(core_.config.core_hz);
    } else if (static_cast<cs_isa::StoredState>(i.state) == cs_isa::StoredState::error_status) {
      value = c.error_code;
    } else if (static_cast<cs_isa::StoredState>(i.state) == cs_isa::StoredState::disjoint_count) {
      value = 0;
    }
    const auto access = access_of(slot, c, va, Direction::write, Origin::stream);
    return memory_result(slot, cs, mmu_.store64(access, value));
  }
  const bool load = o == Opcode::load_multiple;
  for (std::uint32_t n = 0; n < 16; ++n) {
    if (((i.mask >> n) & 1) == 0) continue;
    const auto direction = load ? Direction::read : Direction::write;
    const auto access = access_of(slot, c, va + 4ull * n, direction, Origin::stream);
    std::uint32_t& reg = c.at.r[(i.dst + n) & 127];
    std::uint32_t value = reg;
    const WalkResult result = load ? mmu_.load32(access, value) : mmu_.store32(access, value);
    if (memory_result(slot, cs, result) == Outcome::blocked) return Outcome::blocked;
    reg = value;
  }
  return Outcome::next;
}

Firmware::Outcome Firmware::exec_run(std::uint32_t slot, std::uint32_t cs,
                                     const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  const auto o = static_cast<Opcode>(i.opcode);
  if (c.at.run_count == kMaxRuns) {
    c.wait_mask = 1u << c.at.runs[0].scoreboard;
    set_block(c, Block::runs_full);
    return Outcome::blocked;
  }
  if (o == Opcode::flush_cache2 && (busy_scoreboards(c) & i.mask) != 0) {
    c.wait_mask = i.mask;
    set_block(c, Block::scoreboard);
    return Outcome::blocked;
  }
  const bool tiling = o == Opcode::run_tiling || o == Opcode::run_idvs;
  if (tiling && exec_tiling(slot, cs) == Outcome::blocked) return Outcome::blocked;
  if (tiling && c.in_error != 0) return Outcome::next;  // no memory
  std::uint64_t ns = core_.latency(Latency::run_job);
  std::uint32_t scoreboard = c.at.endpoint_sb;
  if ((tiling || o == Opcode::run_fragment) && c.at.r[cs_isa::kRunTasksReg] != 0) {
    ns = c.at.r[cs_isa::kRunTasksReg] * core_.latency(Latency::compute_task);
  }
  if (o == Opcode::flush_cache2) {
    ns = core_.latency(Latency::flush);
    scoreboard = i.signal_slot;
    core_.flush_id = (core_.flush_id + 1) & 0xffffff;
  } else if (o == Opcode::run_compute || o == Opcode::run_compute_indirect) {
    std::uint64_t tasks = 1;
    for (std::uint32_t n = 0; n < 3; ++n) {
      tasks *= c.at.r[cs_isa::kComputeJobSizeReg + n];
      tasks = std::min<std::uint64_t>(tasks, 1ull << 32);  // 4e9 tasks: longer than any run
    }
    ns = tasks * core_.latency(Latency::compute_task);
  }
  start_run(slot, cs, i.opcode, scoreboard, ns);
  return Outcome::next;
}

Firmware::Outcome Firmware::exec_sync(std::uint32_t slot, std::uint32_t cs,
                                      const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  if ((busy_scoreboards(c) & i.mask) != 0) {
    c.wait_mask = i.mask;
    set_block(c, Block::scoreboard);
    return Outcome::blocked;
  }
  const auto o = static_cast<Opcode>(i.opcode);
  const bool wide = o == Opcode::sync_add64 || o == Opcode::sync_set64;
  const bool add = o == Opcode::sync_add64 || o == Opcode::sync_add32;
  const std::uint64_t va = pair(c, i.addr);
  const auto read = access_of(slot, c, va, Direction::read, Origin::sync);
  const auto write = access_of(slot, c, va, Direction::write, Origin::sync);
  std::uint64_t old = 0;
  std::uint32_t old32 = 0;
  WalkResult result = wide ? mmu_.load64(read, old) : mmu_.load32(read, old32);
  if (!wide) old = old32;
  const std::uint64_t operand = wide ? pair(c, i.data) : c.at.r[i.data & 127];
  const std::uint64_t value = add ? old + operand : operand;
  if (result == WalkResult::ok) {
    result =
        wide ? mmu_.store64(write, value) : mmu_.store32(write, static_cast<std::uint32_t>(value));
  }
  if (result == WalkResult::ok && i.propagate != 0 && c.in_error != 0) {
    auto status = write;
    status.va += wide ? 8 : 4;
    result = mmu_.store32(status, 1);
  }
  if (memory_result(slot, cs, result) == Outcome::blocked) return Outcome::blocked;
  core_.observe(ObservationKind::sync_object, slot, cs, va, value);
  if (i.scope == static_cast<std::uint32_t>(cs_isa::SyncScope::system)) {
    slots_[slot].sync_written = 1;
  } else {
    kick_sync_waiters();
  }
  return Outcome::next;
}

Firmware::Outcome Firmware::exec_sync_wait(std::uint32_t slot, std::uint32_t cs,
                                           const cs_isa::Instruction& i) {
  Cs& c = cs_of(slot, cs);
  const bool wide = static_cast<Opcode>(i.opcode) == Opcode::sync_wait64;
  c.sync_va = pair(c, i.addr);
  c.sync_value = wide ? pair(c, i.data) : c.at.r[i.data & 127];
  c.sync_condition = i.condition;
  c.sync_64 = wide ? 1 : 0;
  WalkResult result = WalkResult::ok;
  const bool met = sync_wait_met(slot, c, result);
  if (memory_result(slot, cs, result) == Outcome::blocked) return Outcome::blocked;
  if (met) return Outcome::next;
  set_block(c, Block::sync);
  return Outcome::blocked;
}

bool Firmware::sync_wait_met(std::uint32_t slot, Cs& c, WalkResult& result) {
  const auto access = access_of(slot, c, c.sync_va, Direction::read, Origin::sync);
  std::uint64_t value = 0;
  std::uint32_t value32 = 0;
  result = c.sync_64 != 0 ? mmu_.load64(access, value) : mmu_.load32(access, value32);
  if (c.sync_64 == 0) value = value32;
  switch (static_cast<cs_isa::Condition>(c.sync_condition)) {
    case cs_isa::Condition::gt:
      return value > c.sync_value;
    case cs_isa::Condition::ge:
      return value >= c.sync_value;
    default:
      return value <= c.sync_value;
  }
}

}  // namespace protm::gpu
