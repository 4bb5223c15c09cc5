// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/exception_codes.h"

#include <array>

namespace protm::vocab {
namespace {

struct ExceptionRow {
  Exception code;
  std::string_view name;
};

constexpr std::array kExceptions{
    ExceptionRow{Exception::ok, "OK"},
    ExceptionRow{Exception::terminated, "TERMINATED"},
    ExceptionRow{Exception::kaboom, "KABOOM"},
    ExceptionRow{Exception::eureka, "EUREKA"},
    ExceptionRow{Exception::active, "ACTIVE"},
    ExceptionRow{Exception::cs_res_term, "CS_RES_TERM"},
    ExceptionRow{Exception::max_non_fault, "MAX_NON_FAULT"},
    ExceptionRow{Exception::cs_config_fault, "CS_CONFIG_FAULT"},
    ExceptionRow{Exception::cs_unrecoverable, "CS_UNRECOVERABLE"},
    ExceptionRow{Exception::cs_endpoint_fault, "CS_ENDPOINT_FAULT"},
    ExceptionRow{Exception::cs_bus_fault, "CS_BUS_FAULT"},
    ExceptionRow{Exception::cs_instr_invalid, "CS_INSTR_INVALID"},
    ExceptionRow{Exception::cs_call_stack_overflow, "CS_CALL_STACK_OVERFLOW"},
    ExceptionRow{Exception::cs_inherit_fault, "CS_INHERIT_FAULT"},
    ExceptionRow{Exception::instr_invalid_pc, "INSTR_INVALID_PC"},
    ExceptionRow{Exception::instr_invalid_enc, "INSTR_INVALID_ENC"},
    ExceptionRow{Exception::instr_barrier_fault, "INSTR_BARRIER_FAULT"},
    ExceptionRow{Exception::data_invalid_fault, "DATA_INVALID_FAULT"},
    ExceptionRow{Exception::tile_range_fault, "TILE_RANGE_FAULT"},
    ExceptionRow{Exception::addr_range_fault, "ADDR_RANGE_FAULT"},
    ExceptionRow{Exception::imprecise_fault, "IMPRECISE_FAULT"},
    ExceptionRow{Exception::oom, "OOM"},
    ExceptionRow{Exception::csf_fw_internal_error, "CSF_FW_INTERNAL_ERROR"},
    ExceptionRow{Exception::csf_res_eviction_timeout, "CSF_RES_EVICTION_TIMEOUT"},
    ExceptionRow{Exception::gpu_bus_fault, "GPU_BUS_FAULT"},
    ExceptionRow{Exception::gpu_shareability_fault, "GPU_SHAREABILITY_FAULT"},
    ExceptionRow{Exception::sys_shareability_fault, "SYS_SHAREABILITY_FAULT"},
    ExceptionRow{Exception::gpu_cacheability_fault, "GPU_CACHEABILITY_FAULT"},
    ExceptionRow{Exception::translation_fault_0, "TRANSLATION_FAULT_0"},
    ExceptionRow{Exception::translation_fault_1, "TRANSLATION_FAULT_1"},
    ExceptionRow{Exception::translation_fault_2, "TRANSLATION_FAULT_2"},
    ExceptionRow{Exception::translation_fault_3, "TRANSLATION_FAULT_3"},
    ExceptionRow{Exception::translation_fault_4, "TRANSLATION_FAULT_4"},
    ExceptionRow{Exception::perm_fault_0, "PERM_FAULT_0"},
    ExceptionRow{Exception::perm_fault_1, "PERM_FAULT_1"},
    ExceptionRow{Exception::perm_fault_2, "PERM_FAULT_2"},
    ExceptionRow{Exception::perm_fault_3, "PERM_FAULT_3"},
    ExceptionRow{Exception::access_flag_1, "ACCESS_FLAG_1"},
    ExceptionRow{Exception::access_flag_2, "ACCESS_FLAG_2"},
    ExceptionRow{Exception::access_flag_3, "ACCESS_FLAG_3"},
    ExceptionRow{Exception::addr_size_fault_in, "ADDR_SIZE_FAULT_IN"},
    ExceptionRow{Exception::addr_size_fault_out0, "ADDR_SIZE_FAULT_OUT0"},
    ExceptionRow{Exception::addr_size_fault_out1, "ADDR_SIZE_FAULT_OUT1"},
    ExceptionRow{Exception::addr_size_fault_out2, "ADDR_SIZE_FAULT_OUT2"},
    ExceptionRow{Exception::addr_size_fault_out3, "ADDR_SIZE_FAULT_OUT3"},
    ExceptionRow{Exception::mem_attr_fault_0, "MEM_ATTR_FAULT_0"},
    ExceptionRow{Exception::mem_attr_fault_1, "MEM_ATTR_FAULT_1"},
    ExceptionRow{Exception::mem_attr_fault_2, "MEM_ATTR_FAULT_2"},
    ExceptionRow{Exception::mem_attr_fault_3, "MEM_ATTR_FAULT_3"},
};

}  // namespace

std::string_view exception_name(std::uint32_t code) {
  for (const ExceptionRow& row : kExceptions) {
    if (static_cast<std::uint32_t>(row.code) == code) return row.name;
  }
  return {};
}

}  // namespace protm::vocab
