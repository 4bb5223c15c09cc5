// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/exception_codes.h"

#include <array>

namespace protm::vocab {
namespace {

struct Row {
  Exception code;
  std::string_view name;
};

constexpr std::array kNames{
    Row{Exception::ok, "OK"},
    Row{Exception::terminated, "TERMINATED"},
    Row{Exception::kaboom, "KABOOM"},
    Row{Exception::eureka, "EUREKA"},
    Row{Exception::active, "ACTIVE"},
    Row{Exception::cs_res_term, "CS_RES_TERM"},
    Row{Exception::max_non_fault, "MAX_NON_FAULT"},
    Row{Exception::cs_config_fault, "CS_CONFIG_FAULT"},
    Row{Exception::cs_unrecoverable, "CS_UNRECOVERABLE"},
    Row{Exception::cs_endpoint_fault, "CS_ENDPOINT_FAULT"},
    Row{Exception::cs_bus_fault, "CS_BUS_FAULT"},
    Row{Exception::cs_instr_invalid, "CS_INSTR_INVALID"},
    Row{Exception::cs_call_stack_overflow, "CS_CALL_STACK_OVERFLOW"},
    Row{Exception::cs_inherit_fault, "CS_INHERIT_FAULT"},
    Row{Exception::instr_invalid_pc, "INSTR_INVALID_PC"},
    Row{Exception::instr_invalid_enc, "INSTR_INVALID_ENC"},
    Row{Exception::instr_barrier_fault, "INSTR_BARRIER_FAULT"},
    Row{Exception::data_invalid_fault, "DATA_INVALID_FAULT"},
    Row{Exception::tile_range_fault, "TILE_RANGE_FAULT"},
    Row{Exception::addr_range_fault, "ADDR_RANGE_FAULT"},
    Row{Exception::imprecise_fault, "IMPRECISE_FAULT"},
    Row{Exception::oom, "OOM"},
    Row{Exception::csf_fw_internal_error, "CSF_FW_INTERNAL_ERROR"},
    Row{Exception::csf_res_eviction_timeout, "CSF_RES_EVICTION_TIMEOUT"},
    Row{Exception::gpu_bus_fault, "GPU_BUS_FAULT"},
    Row{Exception::gpu_shareability_fault, "GPU_SHAREABILITY_FAULT"},
    Row{Exception::sys_shareability_fault, "SYS_SHAREABILITY_FAULT"},
    Row{Exception::gpu_cacheability_fault, "GPU_CACHEABILITY_FAULT"},
    Row{Exception::translation_fault_0, "TRANSLATION_FAULT_0"},
    Row{Exception::translation_fault_1, "TRANSLATION_FAULT_1"},
    Row{Exception::translation_fault_2, "TRANSLATION_FAULT_2"},
    Row{Exception::translation_fault_3, "TRANSLATION_FAULT_3"},
    Row{Exception::translation_fault_4, "TRANSLATION_FAULT_4"},
    Row{Exception::perm_fault_0, "PERM_FAULT_0"},
    Row{Exception::perm_fault_1, "PERM_FAULT_1"},
    Row{Exception::perm_fault_2, "PERM_FAULT_2"},
    Row{Exception::perm_fault_3, "PERM_FAULT_3"},
    Row{Exception::access_flag_1, "ACCESS_FLAG_1"},
    Row{Exception::access_flag_2, "ACCESS_FLAG_2"},
    Row{Exception::access_flag_3, "ACCESS_FLAG_3"},
    Row{Exception::addr_size_fault_in, "ADDR_SIZE_FAULT_IN"},
    Row{Exception::addr_size_fault_out0, "ADDR_SIZE_FAULT_OUT0"},
    Row{Exception::addr_size_fault_out1, "ADDR_SIZE_FAULT_OUT1"},
    Row{Exception::addr_size_fault_out2, "ADDR_SIZE_FAULT_OUT2"},
    Row{Exception::addr_size_fault_out3, "ADDR_SIZE_FAULT_OUT3"},
    Row{Exception::mem_attr_fault_0, "MEM_ATTR_FAULT_0"},
    Row{Exception::mem_attr_fault_1, "MEM_ATTR_FAULT_1"},
    Row{Exception::mem_attr_fault_2, "MEM_ATTR_FAULT_2"},
    Row{Exception::mem_attr_fault_3, "MEM_ATTR_FAULT_3"},
};

}  // namespace

std::string_view exception_name(std::uint32_t code) {
  for (const Row& row : kNames) {
    if (static_cast<std::uint32_t>(row.code) == code) return row.name;
  }
  return {};
}

}  // namespace protm::vocab
