// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/op_table.h"

#include <array>

namespace protm::contract {
namespace {

using F = FieldInfo;
using T = FieldType;
using W = std::string_view;

constexpr std::array<W, 2> kYesNo{"no", "yes"};
constexpr std::array<W, 5> kQueries{"gpu_info", "csif_info", "timestamp_info",
                                    "group_priorities_info", "protected_info"};
constexpr std::array<W, 3> kPointers{"buffer", "null", "bad"};
constexpr std::array<W, 4> kPriorities{"low", "medium", "high", "realtime"};
constexpr std::array<W, 1> kGroupFlags{"protm"};
constexpr std::array<W, 2> kBoFlags{"no_mmap", "wb_mmap"};
constexpr std::array<W, 3> kMapFlags{"readonly", "noexec", "uncached"};
constexpr std::array<W, 1> kBindFlags{"async"};
constexpr std::array<W, 6> kConditions{"le", "gt", "eq", "ne", "lt", "ge"};

constexpr std::uint64_t k4K = 4096;
constexpr std::uint64_t k16M = 16u << 20;
constexpr std::uint64_t kAllOnes = UINT64_MAX;

constexpr F req(F f) {
  f.required = true;
  return f;
}
constexpr F num(W name, std::uint64_t fallback, std::uint64_t max = UINT64_MAX) {
  return F{.name = name, .type = T::number, .fallback = fallback, .max = max};
}
constexpr F size(W name, std::uint64_t fallback, std::uint64_t max = k16M) {
  return F{.name = name, .type = T::size, .fallback = fallback, .max = max};
}
constexpr F typed(W name, T type, std::uint64_t fallback = 0) {
  return F{.name = name, .type = type, .fallback = fallback};
}
constexpr F word(W name, std::span<const W> words, std::uint64_t fallback = 0) {
  return F{.name = name, .type = T::word, .fallback = fallback, .words = words};
}
constexpr F flags(W name, std::span<const W> words, std::uint64_t fallback = 0) {
  return F{.name = name, .type = T::flags, .fallback = fallback, .words = words};
}
constexpr F list(W name, NodeGroup group) {
  return F{.name = name, .type = T::nodes, .group = group, .max = 64};
}

// --- dma-heap ---
constexpr std::array kHeapRegister{req(typed("name", T::text)), word("protected", kYesNo, 1),
                                   size("limit", kAllOnes, kAllOnes)};
constexpr std::array kHeapRef{req(typed("heap", T::ref_heap))};
constexpr std::array kHeapName{req(typed("name", T::text))};
constexpr std::array kHeapAlloc{req(typed("heap", T::ref_heap)), size("len", k4K, kAllOnes),
                                num("fd_flags", 0), num("heap_flags", 0)};
constexpr std::array kBufferRef{req(typed("buffer", T::ref_buffer))};
constexpr std::array kHeapIoctl{req(typed("file", T::ref_heap_file)),
                                size("len", k4K, kAllOnes),
                                num("fd", 0),
                                num("fd_flags", 2),
                                num("heap_flags", 0),
                                word("pointer", kPointers, 0)};
constexpr std::array kHeapFileRef{req(typed("file", T::ref_heap_file))};
// --- DRM ---
constexpr std::array kFileRef{req(typed("file", T::ref_file))};
constexpr std::array kDevQuery{req(word("what", kQueries)), num("size", kAllOnes),
                               word("pointer", kPointers, 0), typed("file", T::ref_file)};
constexpr std::array kVmCreate{num("flags", 0), size("user_va_range", 0, kAllOnes),
                               typed("file", T::ref_file)};
constexpr std::array kVmRef{req(typed("vm", T::ref_vm)), num("pad", 0), typed("file", T::ref_file)};
constexpr std::array kVmBind{req(typed("vm", T::ref_vm)), flags("flags", kBindFlags),
                             list("ops", NodeGroup::bind_op), num("stride", 48),
                             typed("file", T::ref_file)};
constexpr std::array kBoCreate{req(size("size", k4K)), flags("flags", kBoFlags),
                               typed("vm", T::ref_vm), num("pad", 0), typed("file", T::ref_file)};
constexpr std::array kBoRef{req(typed("bo", T::ref_bo)), num("pad", 0), typed("file", T::ref_file)};
constexpr std::array kCpuWrite{req(typed("bo", T::ref_bo)), num("offset", 0), num("value", 0),
                               typed("file", T::ref_file)};
constexpr std::array kCpuRead{req(typed("bo", T::ref_bo)), num("offset", 0),
                              typed("file", T::ref_file)};
constexpr std::array kGroupCreate{req(typed("vm", T::ref_vm)),  word("priority", kPriorities, 1),
                                  flags("flags", kGroupFlags),  list("queues", NodeGroup::queue),
                                  num("max_compute_cores", 1),  num("max_fragment_cores", 1),
                                  num("max_tiler_cores", 1),    num("compute_core_mask", 1),
                                  num("fragment_core_mask", 1), num("tiler_core_mask", 1),
                                  typed("file", T::ref_file)};
constexpr std::array kGroupRef{req(typed("group", T::ref_group)), num("pad", 0),
                               typed("file", T::ref_file)};
constexpr std::array kStreamArea{req(typed("vm", T::ref_vm)), size("size", 16 * k4K),
                                 typed("va", T::va, 0x100000000), typed("file", T::ref_file)};
constexpr std::array kGroupSubmit{req(typed("group", T::ref_group)),
                                  num("queue", 0),
                                  list("stream", NodeGroup::instruction),
                                  typed("wait", T::ref_job),
                                  num("latest_flush", 0),
                                  num("pad", 0),
                                  F{.name = "stream_addr", .type = T::va, .fallback = kAllOnes},
                                  F{.name = "stream_size", .type = T::number, .fallback = kAllOnes},
                                  typed("file", T::ref_file)};
constexpr std::array kSyncobjCreate{num("flags", 0), typed("file", T::ref_file)};
constexpr std::array kSyncobjRef{req(typed("syncobj", T::ref_syncobj)), typed("file", T::ref_file)};
constexpr std::array kWait{req(typed("job", T::ref_job)), typed("timeout", T::time, 10'000'000'000),
                           typed("file", T::ref_file)};
constexpr std::array kRawIoctl{req(num("cmd", 0, UINT32_MAX)),
                               num("w0", 0),
                               num("w1", 0),
                               num("w2", 0),
                               num("w3", 0),
                               word("pointer", kPointers, 0),
                               typed("file", T::ref_file)};
constexpr std::array kSleep{req(typed("time", T::time, 1'000'000))};
// --- list items ---
constexpr std::array kBindMap{req(typed("bo", T::ref_bo)), req(typed("va", T::va)),
                              size("size", k4K, kAllOnes), size("offset", 0, kAllOnes),
                              flags("flags", kMapFlags)};
constexpr std::array kBindUnmap{req(typed("va", T::va)), size("size", k4K, kAllOnes)};
constexpr std::array kQueue{size("ringbuf", k4K), num("priority", 0, 255), num("pad", 0)};
// --- stream instructions ---
constexpr std::array kMove32{req(num("reg", 0, 255)), req(num("value", 0, UINT32_MAX))};
constexpr std::array kMove48{req(num("reg", 0, 254)), req(num("value", 0, (1ull << 48) - 1))};
constexpr std::array kAdd64{req(num("reg", 0, 254)), num("from", 0, 254),
                            num("value", 1, UINT32_MAX)};
constexpr std::array kStore{req(typed("va", T::va)), num("value", 1)};
constexpr std::array kLoad{req(typed("va", T::va)), num("reg", 16, 255)};
constexpr std::array kIWait{num("slots", 1, 255)};
constexpr std::array kSyncObj{req(typed("va", T::va)), num("value", 1)};
constexpr std::array kSyncWait{req(typed("va", T::va)), num("value", 1),
                               word("condition", kConditions, 1)};
constexpr std::array kRun{req(typed("time", T::time, 1'000'000))};
constexpr std::array kProt{list("region", NodeGroup::instruction)};
constexpr std::array kCall{req(typed("va", T::va)), num("bytes", 8)};
constexpr std::array kRaw{req(num("word", 0))};

using N = NodeInfo;
using Y = NodeType;
using G = NodeGroup;
constexpr G op = G::operation;

constexpr std::array kNodes{
    N{Y::heap_register, "heap_register", op, Makes::heap, kHeapRegister,
      "an exporter adds a dma-heap and holds the owner's reference"},
    N{Y::heap_unregister, "heap_unregister", op, Makes::nothing, kHeapRef,
      "the exporter drops its reference; its callbacks stay usable"},
    N{Y::heap_find, "heap_find", op, Makes::heap, kHeapName, "in-kernel look-up by name"},
    N{Y::heap_put, "heap_put", op, Makes::nothing, kHeapRef, "in-kernel put of a found heap"},
    N{Y::heap_put_null, "heap_put_null", op, Makes::nothing, {}, "in-kernel put of NULL"},
    N{Y::heap_alloc, "heap_alloc", op, Makes::buffer, kHeapAlloc, "in-kernel allocation"},
    N{Y::buffer_put, "buffer_put", op, Makes::nothing, kBufferRef, "dma_buf_put of an allocation"},
    N{Y::heap_open, "heap_open", op, Makes::heap_file, kHeapName, "open(/dev/dma_heap/<name>)"},
    N{Y::heap_ioctl, "heap_ioctl", op, Makes::buffer, kHeapIoctl, "DMA_HEAP_IOCTL_ALLOC"},
    N{Y::heap_close, "heap_close", op, Makes::nothing, kHeapFileRef, "close of the heap device"},
    N{Y::buffer_close, "buffer_close", op, Makes::nothing, kBufferRef,
      "close of a dma-buf descriptor"},
    N{Y::load, "load", op, Makes::nothing, {}, "module load with the case's parameters"},
    N{Y::probe, "probe", op, Makes::nothing, {}, "bind the device (sysfs bind)"},
    N{Y::unbind, "unbind", op, Makes::nothing, {}, "unbind the device"},
    N{Y::open, "open", op, Makes::file, {}, "open the render node"},
    N{Y::close, "close", op, Makes::nothing, kFileRef, "close a file of the render node"},
    N{Y::dev_query, "dev_query", op, Makes::nothing, kDevQuery, "DEV_QUERY"},
    N{Y::vm_create, "vm_create", op, Makes::vm, kVmCreate, "VM_CREATE"},
    N{Y::vm_destroy, "vm_destroy", op, Makes::nothing, kVmRef, "VM_DESTROY"},
    N{Y::vm_get_state, "vm_get_state", op, Makes::nothing, kVmRef, "VM_GET_STATE"},
    N{Y::vm_bind, "vm_bind", op, Makes::nothing, kVmBind, "VM_BIND (synchronous in this version)"},
    N{Y::bo_create, "bo_create", op, Makes::bo, kBoCreate, "BO_CREATE"},
    N{Y::bo_mmap_offset, "bo_mmap_offset", op, Makes::nothing, kBoRef, "BO_MMAP_OFFSET"},
    N{Y::gem_close, "gem_close", op, Makes::nothing, kBoRef, "GEM_CLOSE"},
    N{Y::cpu_write, "cpu_write", op, Makes::nothing, kCpuWrite,
      "store of a 64-bit value through an mmap of the BO"},
    N{Y::cpu_read, "cpu_read", op, Makes::nothing, kCpuRead, "load through an mmap of the BO"},
    N{Y::group_create, "group_create", op, Makes::group, kGroupCreate, "GROUP_CREATE"},
    N{Y::group_destroy, "group_destroy", op, Makes::nothing, kGroupRef, "GROUP_DESTROY"},
    N{Y::group_get_state, "group_get_state", op, Makes::nothing, kGroupRef, "GROUP_GET_STATE"},
    N{Y::stream_area, "stream_area", op, Makes::bo, kStreamArea,
      "BO_CREATE and VM_BIND of the area that holds the VM's command streams"},
    N{Y::group_submit, "group_submit", op, Makes::job, kGroupSubmit,
      "GROUP_SUBMIT of one job whose fence goes to a syncobj of its own"},
    N{Y::syncobj_create, "syncobj_create", op, Makes::syncobj, kSyncobjCreate, "SYNCOBJ_CREATE"},
    N{Y::syncobj_destroy, "syncobj_destroy", op, Makes::nothing, kSyncobjRef, "SYNCOBJ_DESTROY"},
    N{Y::wait, "wait", op, Makes::nothing, kWait, "SYNCOBJ_WAIT on the job's syncobj"},
    N{Y::raw_ioctl, "raw_ioctl", op, Makes::nothing, kRawIoctl,
      "any ioctl on the render node with four raw words as argument"},
    N{Y::sleep, "sleep", op, Makes::nothing, kSleep, "the actor sleeps"},
    N{Y::bind_map, "map", G::bind_op, Makes::nothing, kBindMap, "VM_BIND op MAP"},
    N{Y::bind_unmap, "unmap", G::bind_op, Makes::nothing, kBindUnmap, "VM_BIND op UNMAP"},
    N{Y::queue, "queue", G::queue, Makes::nothing, kQueue, "one queue of a group"},
    N{Y::i_nop, "nop", G::instruction, Makes::nothing, {}, "NOP"},
    N{Y::i_move32, "move32", G::instruction, Makes::nothing, kMove32, "MOVE32"},
    N{Y::i_move48, "move48", G::instruction, Makes::nothing, kMove48, "MOVE48"},
    N{Y::i_add64, "add64", G::instruction, Makes::nothing, kAdd64, "ADD_IMM64"},
    N{Y::i_store32, "store32", G::instruction, Makes::nothing, kStore,
      "address and value into scratch registers, STORE_MULTIPLE of one word"},
    N{Y::i_store64, "store64", G::instruction, Makes::nothing, kStore, "as store32 with two words"},
    N{Y::i_load32, "load32", G::instruction, Makes::nothing, kLoad,
      "LOAD_MULTIPLE of one word and WAIT"},
    N{Y::i_wait, "wait", G::instruction, Makes::nothing, kIWait, "WAIT on scoreboard slots"},
    N{Y::i_sync_add64, "sync_add64", G::instruction, Makes::nothing, kSyncObj,
      "SYNC_ADD64, system scope"},
    N{Y::i_sync_set64, "sync_set64", G::instruction, Makes::nothing, kSyncObj,
      "SYNC_SET64, system scope"},
    N{Y::i_sync_wait64, "sync_wait64", G::instruction, Makes::nothing, kSyncWait, "SYNC_WAIT64"},
    N{Y::i_run_compute, "run_compute", G::instruction, Makes::nothing, kRun,
      "RUN_COMPUTE sized to take the time"},
    N{Y::i_prot_region, "prot_region", G::instruction, Makes::nothing, kProt,
      "PROT_REGION around the instructions"},
    N{Y::i_call, "call", G::instruction, Makes::nothing, kCall, "CALL"},
    N{Y::i_flush, "flush", G::instruction, Makes::nothing, {}, "FLUSH_CACHE2 of everything"},
    N{Y::i_error_barrier, "error_barrier", G::instruction, Makes::nothing, {}, "ERROR_BARRIER"},
    N{Y::i_invalid, "invalid", G::instruction, Makes::nothing, {}, "an opcode that does not exist"},
    N{Y::i_raw, "raw", G::instruction, Makes::nothing, kRaw, "one 64-bit instruction word"},
};
static_assert(kNodes.size() == static_cast<std::size_t>(NodeType::count));

consteval bool in_order() {
  for (std::size_t i = 0; i < kNodes.size(); ++i) {
    if (static_cast<std::size_t>(kNodes[i].type) != i) return false;
  }
  return true;
}
static_assert(in_order(), "rows stand in the order of NodeType");

}  // namespace

std::span<const NodeInfo> node_table() { return kNodes; }

const NodeInfo& node_info(NodeType type) { return kNodes[static_cast<std::size_t>(type)]; }

std::optional<NodeType> node_by_name(NodeGroup group, std::string_view name) {
  for (const NodeInfo& node : kNodes) {
    if (node.group == group && node.name == name) return node.type;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> field_index(const NodeInfo& node, std::string_view name) {
  for (std::uint32_t i = 0; i < node.fields.size(); ++i) {
    if (node.fields[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace protm::contract
