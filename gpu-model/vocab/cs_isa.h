// SPDX-License-Identifier: GPL-2.0-only
// Command-stream instructions: opcodes, field positions, encoders and a decoder.
// Instructions are 64-bit words, opcode in [63:56]; registers are 32 bits wide, 64-bit operands
// use an even pair. What an instruction does is the machine's business.
// Leaves out: tracing and progress instructions beyond their opcodes.
// Source: Mesa src/panfrost/lib/genxml/v10.xml; facts-fw.md 7 with facts-errata.md I13.
#pragma once

#include <cstdint>
#include <string_view>

namespace protm::vocab::cs {

enum class Opcode : std::uint8_t {
  nop = 0,
  move48 = 1,
  move32 = 2,
  wait = 3,
  run_compute = 4,
  run_tiling = 5,
  run_idvs = 6,
  run_fragment = 7,
  run_fullscreen = 8,
  finish_tiling = 9,
  finish_fragment = 11,
  add_imm32 = 16,
  add_imm64 = 17,
  umin32 = 18,
  load_multiple = 20,
  store_multiple = 21,
  branch = 22,
  set_sb_entry = 23,
  progress_wait = 24,
  set_exception_handler = 25,
  call = 32,
  jump = 33,
  req_resource = 34,
  flush_cache2 = 36,
  sync_add32 = 37,
  sync_set32 = 38,
  sync_wait32 = 39,
  store_state = 40,
  prot_region = 41,
  progress_store = 42,
  progress_load = 43,
  run_compute_indirect = 44,
  error_barrier = 47,
  heap_set = 48,
  heap_operation = 49,
  trace_point = 50,
  sync_add64 = 51,
  sync_set64 = 52,
  sync_wait64 = 53,
};

/// Mnemonic of an opcode ("MOVE48"); empty for an unknown one.
[[nodiscard]] std::string_view opcode_name(std::uint32_t opcode);

/// Conditions of BRANCH; SYNC_WAIT knows le and gt only.
enum class Condition : std::uint8_t { le, gt, eq, ne, lt, ge, always };
/// Scope of SYNC_ADD and SYNC_SET.
enum class SyncScope : std::uint8_t { system = 0, csg = 2 };
/// State that STORE_STATE writes.
enum class StoredState : std::uint8_t { timestamp, cycle_count, disjoint_count, error_status };

/// What HEAP_OPERATION counts.
enum class HeapOp : std::uint8_t { vt_start, vt_end, reserved, frag_end };

inline constexpr std::uint32_t kInstructionBytes = 8;
/// Job size registers of RUN_COMPUTE: r37, r38, r39.
inline constexpr std::uint32_t kComputeJobSizeReg = 37;
/// Registers of the other RUN instructions. Assumption: real ones point to descriptors in memory;
/// here the time is a number of tasks (zero: the machine's usual time), the tiler's demand a number
/// of bytes, and its heap the value of the first chunk: VA | size / 4096, as in chunk headers.
inline constexpr std::uint32_t kRunTasksReg = 34;
inline constexpr std::uint32_t kTilerChunkReg = 48;  // pair
inline constexpr std::uint32_t kTilerBytesReg = 50;
/// FLUSH_CACHE2 modes as panthor's ring job uses them: L2 and LSC clean+invalidate, other inv.
inline constexpr std::uint32_t kFlushAll = 0x233;
/// Ring slots are padded to this many bytes.
inline constexpr std::uint32_t kRingSlotBytes = 64;

[[nodiscard]] constexpr std::uint64_t op(Opcode o) { return static_cast<std::uint64_t>(o) << 56; }
[[nodiscard]] constexpr std::uint64_t at(std::uint64_t value, unsigned shift) {
  return value << shift;
}

[[nodiscard]] constexpr std::uint64_t encode_nop() { return 0; }
[[nodiscard]] constexpr std::uint64_t encode_move48(std::uint32_t dst, std::uint64_t imm) {
  return op(Opcode::move48) | at(dst & 0xff, 48) | (imm & 0xffffffffffff);
}
[[nodiscard]] constexpr std::uint64_t encode_move32(std::uint32_t dst, std::uint32_t imm) {
  return op(Opcode::move32) | at(dst & 0xff, 48) | imm;
}
[[nodiscard]] constexpr std::uint64_t encode_wait(std::uint32_t sb_mask) {
  return op(Opcode::wait) | at(sb_mask & 0xffff, 16);
}
[[nodiscard]] constexpr std::uint64_t encode_run_compute(std::uint32_t task_increment,
                                                         std::uint32_t axis) {
  return op(Opcode::run_compute) | (task_increment & 0x3fff) | at(axis & 3, 14);
}
[[nodiscard]] constexpr std::uint64_t encode_run_fragment() { return op(Opcode::run_fragment); }
[[nodiscard]] constexpr std::uint64_t encode_run_tiling(std::uint32_t flags) {
  return op(Opcode::run_tiling) | flags;
}
[[nodiscard]] constexpr std::uint64_t encode_run_idvs(std::uint32_t flags) {
  return op(Opcode::run_idvs) | flags;
}
[[nodiscard]] constexpr std::uint64_t encode_run_fullscreen(std::uint32_t flags,
                                                            std::uint32_t dcd) {
  return op(Opcode::run_fullscreen) | flags | at(dcd & 0xff, 40);
}
[[nodiscard]] constexpr std::uint64_t encode_finish_tiling() { return op(Opcode::finish_tiling); }
[[nodiscard]] constexpr std::uint64_t encode_add_imm32(std::uint32_t dst, std::uint32_t src,
                                                       std::int32_t imm) {
  return op(Opcode::add_imm32) | at(dst & 0xff, 48) | at(src & 0xff, 40) |
         static_cast<std::uint32_t>(imm);
}
[[nodiscard]] constexpr std::uint64_t encode_add_imm64(std::uint32_t dst, std::uint32_t src,
                                                       std::int32_t imm) {
  return op(Opcode::add_imm64) | at(dst & 0xff, 48) | at(src & 0xff, 40) |
         static_cast<std::uint32_t>(imm);
}
[[nodiscard]] constexpr std::uint64_t encode_umin32(std::uint32_t dst, std::uint32_t src0,
                                                    std::uint32_t src1) {
  return op(Opcode::umin32) | at(dst & 0xff, 48) | at(src0 & 0xff, 40) | at(src1 & 0xff, 32);
}
[[nodiscard]] constexpr std::uint64_t encode_load_multiple(std::uint32_t base_reg,
                                                           std::uint32_t addr, std::uint32_t mask,
                                                           std::int16_t offset) {
  return op(Opcode::load_multiple) | at(base_reg & 0xff, 48) | at(addr & 0xff, 40) |
         at(mask & 0xffff, 16) | static_cast<std::uint16_t>(offset);
}
[[nodiscard]] constexpr std::uint64_t encode_store_multiple(std::uint32_t base_reg,
                                                            std::uint32_t addr, std::uint32_t mask,
                                                            std::int16_t offset) {
  return op(Opcode::store_multiple) | at(base_reg & 0xff, 48) | at(addr & 0xff, 40) |
         at(mask & 0xffff, 16) | static_cast<std::uint16_t>(offset);
}
[[nodiscard]] constexpr std::uint64_t encode_branch(std::int16_t offset, Condition condition,
                                                    std::uint32_t value_reg) {
  return op(Opcode::branch) | static_cast<std::uint16_t>(offset) |
         at(static_cast<std::uint64_t>(condition), 28) | at(value_reg & 0xff, 40);
}
[[nodiscard]] constexpr std::uint64_t encode_set_sb_entry(std::uint32_t endpoint,
                                                          std::uint32_t other) {
  return op(Opcode::set_sb_entry) | (endpoint & 0xf) | at(other & 0xf, 4);
}
[[nodiscard]] constexpr std::uint64_t encode_call(std::uint32_t addr, std::uint32_t length_reg) {
  return op(Opcode::call) | at(addr & 0xff, 40) | at(length_reg & 0xff, 32);
}
[[nodiscard]] constexpr std::uint64_t encode_jump(std::uint32_t addr, std::uint32_t length_reg) {
  return op(Opcode::jump) | at(addr & 0xff, 40) | at(length_reg & 0xff, 32);
}
[[nodiscard]] constexpr std::uint64_t encode_req_resource(std::uint32_t mask) {
  return op(Opcode::req_resource) | (mask & 0xf);
}
[[nodiscard]] constexpr std::uint64_t encode_flush_cache2(std::uint32_t modes,
                                                          std::uint32_t wait_mask,
                                                          std::uint32_t flush_id_reg,
                                                          std::uint32_t signal_slot) {
  return op(Opcode::flush_cache2) | (modes & 0xfff) | at(wait_mask & 0xffff, 16) |
         at(flush_id_reg & 0xff, 40) | at(signal_slot & 0xf, 48);
}

/// Whether SYNC_* writes the error status when the job is in error.
enum class ErrorPropagate : std::uint8_t { no, yes };

[[nodiscard]] constexpr std::uint64_t encode_sync(Opcode opcode, std::uint32_t addr,
                                                  std::uint32_t data_reg, SyncScope scope,
                                                  ErrorPropagate propagate,
                                                  std::uint32_t wait_mask = 0,
                                                  std::uint32_t signal_slot = 0) {
  return op(opcode) | static_cast<std::uint64_t>(propagate) |
         at(static_cast<std::uint64_t>(scope), 1) | at(wait_mask & 0xffff, 16) |
         at(data_reg & 0xff, 32) | at(addr & 0xff, 40) | at(signal_slot & 0xf, 48);
}
[[nodiscard]] constexpr std::uint64_t encode_sync_add64(std::uint32_t addr, std::uint32_t data_reg,
                                                        ErrorPropagate propagate) {
  return encode_sync(Opcode::sync_add64, addr, data_reg, SyncScope::system, propagate);
}
[[nodiscard]] constexpr std::uint64_t encode_sync_wait(Opcode opcode, std::uint32_t addr,
                                                       std::uint32_t data_reg,
                                                       Condition condition) {
  return op(opcode) | at(static_cast<std::uint64_t>(condition), 28) | at(data_reg & 0xff, 32) |
         at(addr & 0xff, 40);
}
[[nodiscard]] constexpr std::uint64_t encode_store_state(std::uint32_t addr, StoredState state,
                                                         std::int16_t offset,
                                                         std::uint32_t wait_mask = 0,
                                                         std::uint32_t signal_slot = 0) {
  return op(Opcode::store_state) | static_cast<std::uint16_t>(offset) | at(wait_mask & 0xffff, 16) |
         at(static_cast<std::uint64_t>(state), 32) | at(addr & 0xff, 40) |
         at(signal_slot & 0xf, 48);
}
/// `size` = number of following instructions that run in protected mode.
[[nodiscard]] constexpr std::uint64_t encode_prot_region(std::uint32_t size) {
  return op(Opcode::prot_region) | (size & 0xffff);
}
[[nodiscard]] constexpr std::uint64_t encode_error_barrier() { return op(Opcode::error_barrier); }
[[nodiscard]] constexpr std::uint64_t encode_heap_set(std::uint32_t addr) {
  return op(Opcode::heap_set) | at(addr & 0xff, 40);
}

[[nodiscard]] constexpr std::uint64_t encode_heap_operation(HeapOp what, std::uint32_t wait_mask) {
  return op(Opcode::heap_operation) | at(static_cast<std::uint64_t>(what), 32) |
         at(wait_mask & 0xffff, 16);
}

/// All fields of an instruction word; which of them mean anything depends on the opcode.
struct Instruction {
  std::uint64_t raw;
  std::uint32_t opcode;       // [63:56]
  std::uint32_t dst;          // [55:48]
  std::uint32_t addr;         // [47:40]
  std::uint32_t data;         // [39:32]
  std::uint32_t imm32;        // [31:0]
  std::uint64_t imm48;        // [47:0]
  std::uint32_t mask;         // [31:16]
  std::int32_t offset;        // [15:0], signed
  std::uint32_t size;         // [15:0]
  std::uint32_t condition;    // [30:28]
  std::uint32_t signal_slot;  // [51:48]
  std::uint32_t state;        // [33:32]
  std::uint32_t scope;        // [2:1]
  std::uint32_t propagate;    // [0]
};

/// Splits a word into its fields.
[[nodiscard]] constexpr Instruction decode(std::uint64_t raw) {
  const auto bits = [raw](unsigned shift, std::uint64_t mask) {
    return static_cast<std::uint32_t>((raw >> shift) & mask);
  };
  return Instruction{.raw = raw,
                     .opcode = bits(56, 0xff),
                     .dst = bits(48, 0xff),
                     .addr = bits(40, 0xff),
                     .data = bits(32, 0xff),
                     .imm32 = bits(0, 0xffffffff),
                     .imm48 = raw & 0xffffffffffff,
                     .mask = bits(16, 0xffff),
                     .offset = static_cast<std::int16_t>(bits(0, 0xffff)),
                     .size = bits(0, 0xffff),
                     .condition = bits(28, 7),
                     .signal_slot = bits(48, 0xf),
                     .state = bits(32, 3),
                     .scope = bits(1, 3),
                     .propagate = bits(0, 1)};
}

/// Registers that the kernel's ring job may use: the last four, which CALL does not preserve.
inline constexpr std::uint32_t kUnpreservedRegs = 4;

// Test vectors of facts-driver.md 14 (96 work registers).
static_assert(encode_move32(94, 1) == 0x025e000000000001);
static_assert(encode_flush_cache2(kFlushAll, 0, 94, 0) == 0x24005e0000000233);

}  // namespace protm::vocab::cs
