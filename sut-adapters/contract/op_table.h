// SPDX-License-Identifier: GPL-2.0-only
// The table of everything a step can be: operations, stream instructions, VM_BIND ops, queues,
// where user memory lies and what is in it. One row per node type with its fields; YAML, binary
// form, generator and step runner all read it.
// To add an operation: a row here and its meaning in sut-adapters/executor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protm::contract {

/// What a node is used for.
enum class NodeGroup : std::uint8_t {
  operation,
  instruction,
  bind_op,
  sync_op,
  queue,
  sync,   ///< a sync operation of a job or a bind
  point,  ///< a syncobj and a point of it
  job,    ///< one more job of a submit
  memory,   ///< what is odd about one region of a call's user memory
  content,  ///< bytes of a raw ioctl's user memory
  count
};

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
  ref_sync_fd,
  ref_mapping,
  ref_tiler_heap,
  ref_call,  ///< any step that is a call with user memory
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
  std::uint64_t max = UINT64_MAX;  ///< for generator and YAML check; of a list: items
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
  sync_fd,
  mapping,
  tiler_heap,
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
  suspend,
  resume,
  unplug,
  unload,
  // operations: DRM
  open,
  close,
  dev_query,
  protm_init,
  vm_create,
  vm_destroy,
  vm_get_state,
  vm_bind,
  bo_create,
  bo_mmap_offset,
  gem_close,
  bo_set_label,
  bo_query_info,
  bo_sync,
  set_user_mmio_offset,
  cpu_write,
  cpu_read,
  tiler_heap_create,
  tiler_heap_destroy,
  group_create,
  group_destroy,
  group_get_state,
  stream_area,
  group_submit,
  prime_export,
  prime_import,
  mmap,
  munmap,
  map_read,
  map_write,
  fdinfo,
  syncobj_create,
  syncobj_destroy,
  syncobj_wait,
  syncobj_timeline_wait,
  syncobj_reset,
  syncobj_signal,
  syncobj_timeline_signal,
  syncobj_query,
  syncobj_transfer,
  syncobj_export,
  syncobj_import,
  sync_fd_close,
  wait,
  raw_ioctl,
  change_memory,
  sleep,
  reclaim,
  // nodes in lists
  bind_map,
  bind_unmap,
  bind_sync_only,
  bo_sync_op,
  queue,
  sync_wait,
  sync_signal,
  sync_point,
  job,
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
  i_run_fragment,
  i_run_tiling,
  i_run_idvs,
  i_heap_set,
  i_heap_op,
  i_prot_region,
  i_call,
  i_flush,
  i_error_barrier,
  i_invalid,
  i_raw,
  // user memory
  memory_null,
  memory_bad,
  memory_fault,
  memory_readonly,
  memory_change,
  // bytes of a raw ioctl
  content_u8,
  content_u16,
  content_u32,
  content_u64,
  content_fill,
  content_array_address,
  content_handle,
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

/// The three places of a call's user memory. What they hold is said by the call: `array` the ops,
/// queues, jobs or handles, `buffer` the syncs of a job, points, the reply of a query or a label.
enum class UserRegion : std::uint8_t { args, array, buffer };

/// One name of a region: "ops", with the field "ops_memory" of the calls that have it.
struct RegionInfo {
  std::string_view word;
  std::string_view field;
  UserRegion region{};
};
/// All of them; the word of change_memory's field `memory` is the index.
[[nodiscard]] std::span<const RegionInfo> region_table();
/// The row of a field such as "ops_memory"; nothing for any other field.
[[nodiscard]] std::optional<RegionInfo> region_of_field(std::string_view field);
/// Whether calls of this type have the region of row `row`, or, without a row, user memory at all.
[[nodiscard]] bool has_region(NodeType type, std::size_t row = 0);

}  // namespace protm::contract
