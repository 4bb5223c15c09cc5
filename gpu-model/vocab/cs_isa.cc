// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/cs_isa.h"

#include <array>

namespace protm::vocab::cs {
namespace {

struct OpcodeRow {
  Opcode opcode;
  std::string_view name;
};

constexpr std::array kOpcodes{
    OpcodeRow{Opcode::nop, "NOP"},
    OpcodeRow{Opcode::move48, "MOVE48"},
    OpcodeRow{Opcode::move32, "MOVE32"},
    OpcodeRow{Opcode::wait, "WAIT"},
    OpcodeRow{Opcode::run_compute, "RUN_COMPUTE"},
    OpcodeRow{Opcode::run_tiling, "RUN_TILING"},
    OpcodeRow{Opcode::run_idvs, "RUN_IDVS"},
    OpcodeRow{Opcode::run_fragment, "RUN_FRAGMENT"},
    OpcodeRow{Opcode::run_fullscreen, "RUN_FULLSCREEN"},
    OpcodeRow{Opcode::finish_tiling, "FINISH_TILING"},
    OpcodeRow{Opcode::finish_fragment, "FINISH_FRAGMENT"},
    OpcodeRow{Opcode::add_imm32, "ADD_IMM32"},
    OpcodeRow{Opcode::add_imm64, "ADD_IMM64"},
    OpcodeRow{Opcode::umin32, "UMIN32"},
    OpcodeRow{Opcode::load_multiple, "LOAD_MULTIPLE"},
    OpcodeRow{Opcode::store_multiple, "STORE_MULTIPLE"},
    OpcodeRow{Opcode::branch, "BRANCH"},
    OpcodeRow{Opcode::set_sb_entry, "SET_SB_ENTRY"},
    OpcodeRow{Opcode::progress_wait, "PROGRESS_WAIT"},
    OpcodeRow{Opcode::set_exception_handler, "SET_EXCEPTION_HANDLER"},
    OpcodeRow{Opcode::call, "CALL"},
    OpcodeRow{Opcode::jump, "JUMP"},
    OpcodeRow{Opcode::req_resource, "REQ_RESOURCE"},
    OpcodeRow{Opcode::flush_cache2, "FLUSH_CACHE2"},
    OpcodeRow{Opcode::sync_add32, "SYNC_ADD32"},
    OpcodeRow{Opcode::sync_set32, "SYNC_SET32"},
    OpcodeRow{Opcode::sync_wait32, "SYNC_WAIT32"},
    OpcodeRow{Opcode::store_state, "STORE_STATE"},
    OpcodeRow{Opcode::prot_region, "PROT_REGION"},
    OpcodeRow{Opcode::progress_store, "PROGRESS_STORE"},
    OpcodeRow{Opcode::progress_load, "PROGRESS_LOAD"},
    OpcodeRow{Opcode::run_compute_indirect, "RUN_COMPUTE_INDIRECT"},
    OpcodeRow{Opcode::error_barrier, "ERROR_BARRIER"},
    OpcodeRow{Opcode::heap_set, "HEAP_SET"},
    OpcodeRow{Opcode::heap_operation, "HEAP_OPERATION"},
    OpcodeRow{Opcode::trace_point, "TRACE_POINT"},
    OpcodeRow{Opcode::sync_add64, "SYNC_ADD64"},
    OpcodeRow{Opcode::sync_set64, "SYNC_SET64"},
    OpcodeRow{Opcode::sync_wait64, "SYNC_WAIT64"},
};

}  // namespace

std::string_view opcode_name(std::uint32_t opcode) {
  for (const OpcodeRow& row : kOpcodes) {
    if (static_cast<std::uint32_t>(row.opcode) == opcode) return row.name;
  }
  return {};
}

}  // namespace protm::vocab::cs
