// SPDX-License-Identifier: GPL-2.0-only
// The table of everything a step can be: operations, stream instructions, VM_BIND ops, queues. One
// row per node type with its fields; YAML, binary form, generator and step runner all read it.
// To add an operation: a row here and its meaning in sut-adapters/executor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protm::contract {

/// What a node is used for.
enum class NodeGroup : std::uint8_t { operation, instruction, bind_op, queue };

enum class FieldType : std::uint8_t {
  number,  ///< plain unsigned integer
  size,    ///< bytes, YAML with unit: 4KiB
  time,    ///< ns, YAML with unit: 5ms
  va,      ///< GPU virtual address, YAML in hex
  word,    ///< one of `words`
  flags,   ///< set of `words`; bit n = word n; unknown bits as a number
  ref_vm,
  ref_bo,
  ref_group,
  ref_job,
  ref_heap,
  ref_buffer,
  ref_file,
  ref_heap_file,
  ref_syncobj,
  text,
  nodes,  ///< list of nodes of group `group`
};

struct FieldInfo {
  std::string_view name;
  FieldType type{};
  std::uint64_t fallback = 0;                 ///< value when absent (numbers)
  std::span<const std::string_view> words{};  ///< for word and flags
  NodeGroup group{};                          ///< for nodes
  bool required = false;
  std::uint64_t max = UINT64_MAX;  ///< for generator and YAML check
};

/// What a later step may refer to by this step's id.
enum class Makes : std::uint8_t {
  nothing,
  vm,
  bo,
  group,
  job,
  heap,
  buffer,
  file,
  heap_file,
  syncobj,
};

enum class NodeType : std::uint16_t {
  // operations: dma-heap (in-kernel and device)
  heap_register,
  heap_unregister,
  heap_find,
  heap_put,
  heap_put_null,
  heap_alloc,
  buffer_put,
  heap_open,
  heap_ioctl,
  heap_close,
  buffer_close,
  // operations: module and device
  load,
  probe,
  unbind,
  // operations: DRM
  open,
  close,
  dev_query,
  vm_create,
  vm_destroy,
  vm_get_state,
  vm_bind,
  bo_create,
  bo_mmap_offset,
  gem_close,
  cpu_write,
  cpu_read,
  group_create,
  group_destroy,
  group_get_state,
  stream_area,
  group_submit,
  syncobj_create,
  syncobj_destroy,
  wait,
  raw_ioctl,
  sleep,
  // nodes in lists
  bind_map,
  bind_unmap,
  queue,
  // stream instructions
  i_nop,
  i_move32,
  i_move48,
  i_add64,
  i_store32,
  i_store64,
  i_load32,
  i_wait,
  i_sync_add64,
  i_sync_set64,
  i_sync_wait64,
  i_run_compute,
  i_prot_region,
  i_call,
  i_flush,
  i_error_barrier,
  i_invalid,
  i_raw,
  count
};

struct NodeInfo {
  NodeType type{};
  std::string_view name;  ///< YAML key
  NodeGroup group{};
  Makes makes = Makes::nothing;
  std::span<const FieldInfo> fields;
  std::string_view what;  ///< one sentence for the docs
};

/// All rows; index = NodeType.
[[nodiscard]] std::span<const NodeInfo> node_table();
[[nodiscard]] const NodeInfo& node_info(NodeType type);
[[nodiscard]] std::optional<NodeType> node_by_name(NodeGroup group, std::string_view name);
/// Index of a field by name; nothing when the node has none of that name.
[[nodiscard]] std::optional<std::uint32_t> field_index(const NodeInfo& node, std::string_view name);

}  // namespace protm::contract
