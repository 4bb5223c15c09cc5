// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/cs_isa.h"

#include <array>

namespace protm::vocab::cs {
namespace {

struct Row {
  Opcode opcode;
  std::string_view name;
};

constexpr std::array kNames{
    Row{Opcode::nop, "NOP"},
    Row{Opcode::move48, "MOVE48"},
    Row{Opcode::move32, "MOVE32"},
    Row{Opcode::wait, "WAIT"},
    Row{Opcode::run_compute, "RUN_COMPUTE"},
    Row{Opcode::run_tiling, "RUN_TILING"},
    Row{Opcode::run_idvs, "RUN_IDVS"},
    Row{Opcode::run_fragment, "RUN_FRAGMENT"},
    Row{Opcode::run_fullscreen, "RUN_FULLSCREEN"},
    Row{Opcode::finish_tiling, "FINISH_TILING"},
    Row{Opcode::finish_fragment, "FINISH_FRAGMENT"},
    Row{Opcode::add_imm32, "ADD_IMM32"},
    Row{Opcode::add_imm64, "ADD_IMM64"},
    Row{Opcode::umin32, "UMIN32"},
    Row{Opcode::load_multiple, "LOAD_MULTIPLE"},
    Row{Opcode::store_multiple, "STORE_MULTIPLE"},
    Row{Opcode::branch, "BRANCH"},
    Row{Opcode::set_sb_entry, "SET_SB_ENTRY"},
    Row{Opcode::progress_wait, "PROGRESS_WAIT"},
    Row{Opcode::set_exception_handler, "SET_EXCEPTION_HANDLER"},
    Row{Opcode::call, "CALL"},
    Row{Opcode::jump, "JUMP"},
    Row{Opcode::req_resource, "REQ_RESOURCE"},
    Row{Opcode::flush_cache2, "FLUSH_CACHE2"},
    Row{Opcode::sync_add32, "SYNC_ADD32"},
    Row{Opcode::sync_set32, "SYNC_SET32"},
    Row{Opcode::sync_wait32, "SYNC_WAIT32"},
    Row{Opcode::store_state, "STORE_STATE"},
    Row{Opcode::prot_region, "PROT_REGION"},
    Row{Opcode::progress_store, "PROGRESS_STORE"},
    Row{Opcode::progress_load, "PROGRESS_LOAD"},
    Row{Opcode::run_compute_indirect, "RUN_COMPUTE_INDIRECT"},
    Row{Opcode::error_barrier, "ERROR_BARRIER"},
    Row{Opcode::heap_set, "HEAP_SET"},
    Row{Opcode::heap_operation, "HEAP_OPERATION"},
    Row{Opcode::trace_point, "TRACE_POINT"},
    Row{Opcode::sync_add64, "SYNC_ADD64"},
    Row{Opcode::sync_set64, "SYNC_SET64"},
    Row{Opcode::sync_wait64, "SYNC_WAIT64"},
};

}  // namespace

std::string_view opcode_name(std::uint32_t opcode) {
  for (const Row& row : kNames) {
    if (static_cast<std::uint32_t>(row.opcode) == opcode) return row.name;
  }
  return {};
}

}  // namespace protm::vocab::cs
