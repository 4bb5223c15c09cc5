// SPDX-License-Identifier: GPL-2.0-only
// Exception codes of CS_FAULT, CS_FATAL, GPU_FAULT_STATUS and AS_FAULTSTATUS with their names.
// Leaves out: codes of Job-Manager GPUs (facts-errata.md E12) and software faults of kbase.
// Source: panthor_device.h DRM_PANTHOR_EXCEPTION_*; facts-gpu.md 7.9 and 8.
#pragma once

#include <cstdint>
#include <string_view>

namespace protm::vocab {

enum class Exception : std::uint32_t {
  ok = 0x00,
  terminated = 0x04,
  kaboom = 0x05,
  eureka = 0x06,
  active = 0x08,
  cs_res_term = 0x0f,
  max_non_fault = 0x3f,
  cs_config_fault = 0x40,
  cs_unrecoverable = 0x41,
  cs_endpoint_fault = 0x44,
  cs_bus_fault = 0x48,
  cs_instr_invalid = 0x49,
  cs_call_stack_overflow = 0x4a,
  cs_inherit_fault = 0x4b,
  instr_invalid_pc = 0x50,
  instr_invalid_enc = 0x51,
  instr_barrier_fault = 0x55,
  data_invalid_fault = 0x58,
  tile_range_fault = 0x59,
  addr_range_fault = 0x5a,
  imprecise_fault = 0x5b,
  oom = 0x60,
  csf_fw_internal_error = 0x68,
  csf_res_eviction_timeout = 0x69,
  gpu_bus_fault = 0x80,
  gpu_shareability_fault = 0x88,
  sys_shareability_fault = 0x89,
  gpu_cacheability_fault = 0x8a,
  translation_fault_0 = 0xc0,
  translation_fault_1 = 0xc1,
  translation_fault_2 = 0xc2,
  translation_fault_3 = 0xc3,
  translation_fault_4 = 0xc4,
  perm_fault_0 = 0xc8,
  perm_fault_1 = 0xc9,
  perm_fault_2 = 0xca,
  perm_fault_3 = 0xcb,
  access_flag_1 = 0xd9,
  access_flag_2 = 0xda,
  access_flag_3 = 0xdb,
  addr_size_fault_in = 0xe0,
  addr_size_fault_out0 = 0xe4,
  addr_size_fault_out1 = 0xe5,
  addr_size_fault_out2 = 0xe6,
  addr_size_fault_out3 = 0xe7,
  mem_attr_fault_0 = 0xe8,
  mem_attr_fault_1 = 0xe9,
  mem_attr_fault_2 = 0xea,
  mem_attr_fault_3 = 0xeb,
};

/// Name of an exception code ("CS_UNRECOVERABLE"); empty for an unknown one.
[[nodiscard]] std::string_view exception_name(std::uint32_t code);

/// Access type in bits [9:8] of AS_FAULTSTATUS and GPU_FAULT_STATUS.
enum class FaultAccess : std::uint32_t { atomic, execute, read, write };

}  // namespace protm::vocab
