// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/op_table.h"

#include <array>

#include "gpu-model/vocab/uapi_core.h"

namespace protm::contract {
namespace {

using F = FieldInfo;
using T = FieldType;
using W = std::string_view;

constexpr std::array<W, 2> kYesNo{"no", "yes"};
constexpr std::array<W, 6> kQueries{"gpu_info",       "csif_info",
                                    "timestamp_info", "group_priorities_info",
                                    "protected_info", "protm_state"};
constexpr std::array<W, 4> kPriorities{"low", "medium", "high", "realtime"};
constexpr std::array<W, 1> kGroupFlags{"protm"};
constexpr std::array<W, 2> kBoFlags{"no_mmap", "wb_mmap"};
constexpr std::array<W, 3> kMapFlags{"readonly", "noexec", "uncached"};
constexpr std::array<W, 1> kBindFlags{"async"};
constexpr std::array<W, 6> kConditions{"le", "gt", "eq", "ne", "lt", "ge"};
constexpr std::array<W, 4> kHeapOps{"vt_start", "vt_end", "reserved", "frag_end"};
constexpr std::array<W, 4> kWidths{"u8", "u16", "u32", "u64"};
constexpr std::array<W, 2> kSyncTypes{"flush", "flush_and_invalidate"};
constexpr std::array<W, 3> kMapAccess{"write", "exec", "private"};
constexpr std::array<W, 4> kWaitFlags{"all", "for_submit", "available", "deadline"};
constexpr std::array<W, 1> kQueryFlags{"last_submitted"};
constexpr std::array<W, 2> kSyncFdFlags{"sync_file", "timeline"};
constexpr std::array<W, 10> kRegionWords{"args",    "ops",   "queues", "jobs",  "syncs",
                                         "handles", "reply", "array",  "label", "points"};
constexpr std::array kRegions{
    RegionInfo{kRegionWords[0], "args_memory", UserRegion::args},
    RegionInfo{kRegionWords[1], "ops_memory", UserRegion::array},
    RegionInfo{kRegionWords[2], "queues_memory", UserRegion::array},
    RegionInfo{kRegionWords[3], "jobs_memory", UserRegion::array},
    RegionInfo{kRegionWords[4], "syncs_memory", UserRegion::buffer},
    RegionInfo{kRegionWords[5], "handles_memory", UserRegion::array},
    RegionInfo{kRegionWords[6], "reply_memory", UserRegion::buffer},
    RegionInfo{kRegionWords[7], "array_memory", UserRegion::array},
    RegionInfo{kRegionWords[8], "label_memory", UserRegion::buffer},
    RegionInfo{kRegionWords[9], "points_memory", UserRegion::buffer},
};
static_assert(kRegions.size() == kRegionWords.size());

constexpr std::uint64_t k4K = 4096;
constexpr std::uint64_t k16M = 16u << 20;
constexpr std::uint64_t kAllOnes = UINT64_MAX;
/// Farthest byte of a region that an item may speak of.
constexpr std::uint64_t kRegionBytes = 64u << 10;
/// Items in one region's list: few, because each is a story of its own.
constexpr std::uint64_t kMemoryItems = 7;

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
/// What is odd about one region of the call's user memory.
constexpr F memory(std::size_t region) {
  return F{.name = kRegions[region].field,
           .type = T::nodes,
           .group = NodeGroup::memory,
           .max = kMemoryItems};
}
constexpr F kArgs = memory(0);
constexpr F kFile = typed("file", T::ref_file);

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
                                kArgs,
                                num("cmd", vocab::uapi::kIoctlDmaHeapAlloc, UINT32_MAX)};
constexpr std::array kHeapFileRef{req(typed("file", T::ref_heap_file))};
// --- DRM ---
constexpr std::array kFileRef{req(typed("file", T::ref_file))};
constexpr std::array kOpen{word("fences", kYesNo)};
constexpr std::array kDevQuery{req(word("what", kQueries)), num("size", kAllOnes), kArgs,
                               memory(6), kFile};
constexpr std::array kProtmInit{req(typed("bo", T::ref_bo)), num("pad", 0, UINT32_MAX), kArgs,
                                kFile};
constexpr std::array kVmCreate{num("flags", 0), size("user_va_range", 0, kAllOnes), kArgs, kFile};
constexpr std::array kVmRef{req(typed("vm", T::ref_vm)), num("pad", 0), kArgs, kFile};
constexpr std::array kVmBind{req(typed("vm", T::ref_vm)),
                             flags("flags", kBindFlags),
                             list("ops", NodeGroup::bind_op),
                             num("stride", 48),
                             kArgs,
                             memory(1),
                             kFile};
constexpr std::array kBoCreate{req(size("size", k4K)), flags("flags", kBoFlags),
                               typed("vm", T::ref_vm), num("pad", 0), kArgs, kFile};
constexpr std::array kBoRef{req(typed("bo", T::ref_bo)), num("pad", 0), kArgs, kFile};
/// Twice what a label may have.
constexpr std::uint64_t kLabelBytes = 2 * k4K;
constexpr std::array kBoSetLabel{req(typed("bo", T::ref_bo)), num("label", 0, kLabelBytes),
                                 num("pad", 0), kArgs, memory(8), kFile};
constexpr std::array kBoSync{list("ops", NodeGroup::sync_op), num("stride", 24), kArgs, memory(1),
                             kFile};
constexpr std::array kUserMmioOffset{req(num("offset", 0)), kArgs, kFile};
constexpr std::array kCpuWrite{req(typed("bo", T::ref_bo)), num("offset", 0), num("value", 0),
                               kFile};
constexpr std::array kCpuRead{req(typed("bo", T::ref_bo)), num("offset", 0), kFile};
constexpr std::array kTilerHeapCreate{req(typed("vm", T::ref_vm)),
                                      num("initial_chunks", 1, UINT32_MAX),
                                      size("chunk_size", 32 * k4K, UINT32_MAX),
                                      num("max_chunks", 4, UINT32_MAX),
                                      num("target_in_flight", 1, UINT32_MAX),
                                      kArgs,
                                      kFile};
constexpr std::array kTilerHeapRef{req(typed("heap", T::ref_tiler_heap)), num("pad", 0), kArgs,
                                   kFile};
constexpr std::array kGroupCreate{req(typed("vm", T::ref_vm)),  word("priority", kPriorities, 1),
                                  flags("flags", kGroupFlags),  list("queues", NodeGroup::queue),
                                  num("max_compute_cores", 1),  num("max_fragment_cores", 1),
                                  num("max_tiler_cores", 1),    num("compute_core_mask", 1),
                                  num("fragment_core_mask", 1), num("tiler_core_mask", 1),
                                  typed("protm_suspend", T::ref_bo),
                                  kArgs,                        memory(2),
                                  kFile};
constexpr std::array kGroupRef{req(typed("group", T::ref_group)), num("pad", 0), kArgs, kFile};
constexpr std::array kStreamArea{req(typed("vm", T::ref_vm)), size("size", 16 * k4K),
                                 typed("va", T::va, 0x100000000), kFile};
constexpr F kStreamAddr{.name = "stream_addr", .type = T::va, .fallback = kAllOnes};
constexpr F kStreamSize{.name = "stream_size", .type = T::number, .fallback = kAllOnes};
constexpr std::array kGroupSubmit{req(typed("group", T::ref_group)),
                                  num("queue", 0),
                                  list("stream", NodeGroup::instruction),
                                  typed("wait", T::ref_job),
                                  list("syncs", NodeGroup::sync),
                                  num("latest_flush", 0),
                                  num("pad", 0),
                                  kStreamAddr,
                                  kStreamSize,
                                  list("more", NodeGroup::job),
                                  num("stride", 40),
                                  kArgs,
                                  memory(3),
                                  memory(4),
                                  kFile};
constexpr std::array kSyncobjCreate{num("flags", 0), kArgs, kFile};
constexpr std::array kSyncobjRef{req(typed("syncobj", T::ref_syncobj)), num("pad", 0), kArgs,
                                 kFile};
constexpr std::array kSyncobjWait{list("syncobjs", NodeGroup::point),
                                  flags("flags", kWaitFlags),
                                  typed("timeout", T::time, 10'000'000'000),
                                  kArgs,
                                  memory(5),
                                  kFile};
constexpr std::array kTimelineWait{list("syncobjs", NodeGroup::point),
                                   flags("flags", kWaitFlags),
                                   typed("timeout", T::time, 10'000'000'000),
                                   kArgs,
                                   memory(5),
                                   memory(9),
                                   kFile};
constexpr std::array kSyncobjArray{list("syncobjs", NodeGroup::point), num("pad", 0), kArgs,
                                   memory(5), kFile};
constexpr std::array kTimelineArray{list("syncobjs", NodeGroup::point),
                                    flags("flags", kQueryFlags),
                                    kArgs,
                                    memory(5),
                                    memory(9),
                                    kFile};
constexpr std::array kSyncobjTransfer{req(typed("from", T::ref_syncobj)),
                                      num("from_point", 0),
                                      req(typed("to", T::ref_syncobj)),
                                      num("to_point", 0),
                                      num("flags", 0),
                                      num("pad", 0),
                                      kArgs,
                                      kFile};
constexpr std::array kSyncobjExport{req(typed("syncobj", T::ref_syncobj)),
                                    flags("flags", kSyncFdFlags),
                                    num("point", 0),
                                    num("pad", 0),
                                    kArgs,
                                    kFile};
constexpr std::array kSyncobjImport{req(typed("fd", T::ref_sync_fd)),
                                    flags("flags", kSyncFdFlags),
                                    typed("syncobj", T::ref_syncobj),
                                    num("point", 0),
                                    num("pad", 0),
                                    kArgs,
                                    kFile};
constexpr std::array kSyncFdRef{req(typed("fd", T::ref_sync_fd))};
/// O_RDWR | O_CLOEXEC.
constexpr std::array kPrimeExport{req(typed("bo", T::ref_bo)), num("flags", 02000002), kArgs,
                                  kFile};
constexpr std::array kPrimeImport{req(typed("buffer", T::ref_buffer)), num("flags", 0), kArgs,
                                  kFile};
constexpr std::array kMmap{typed("bo", T::ref_bo), typed("offset", T::number, kAllOnes),
                           size("size", k4K), flags("flags", kMapAccess), kFile};
constexpr std::array kMappingRef{req(typed("mapping", T::ref_mapping))};
constexpr std::array kFdinfo{kFile};
constexpr std::array kMapRead{req(typed("mapping", T::ref_mapping)), num("offset", 0)};
constexpr std::array kMapWrite{req(typed("mapping", T::ref_mapping)), num("offset", 0),
                               num("value", 0)};
constexpr std::array kWait{req(typed("job", T::ref_job)), typed("timeout", T::time, 10'000'000'000),
                           kArgs, memory(5), kFile};
constexpr std::array kRawIoctl{req(num("cmd", 0, UINT32_MAX)),
                               list("args", NodeGroup::content),
                               list("array", NodeGroup::content),
                               kArgs,
                               memory(7),
                               kFile};
constexpr std::array kChangeMemory{req(typed("of", T::ref_call)), word("memory", kRegionWords),
                                   num("offset", 0, kRegionBytes), req(num("value", 0)),
                                   word("as", kWidths, 3)};
constexpr std::array kSleep{req(typed("time", T::time, 1'000'000))};
constexpr std::array kReclaim{req(num("pages", 1))};
// --- list items ---
constexpr F kOpWait = typed("wait", T::ref_job);
constexpr F kOpSignal = typed("signal", T::ref_syncobj);
constexpr F kOpSyncs = list("syncs", NodeGroup::sync);
constexpr std::array kBindMap{req(typed("bo", T::ref_bo)), req(typed("va", T::va)),
                              size("size", k4K, kAllOnes), size("offset", 0, kAllOnes),
                              flags("flags", kMapFlags),   kOpWait,
                              kOpSignal,                   kOpSyncs};
constexpr std::array kBindUnmap{req(typed("va", T::va)), size("size", k4K, kAllOnes), kOpWait,
                                kOpSignal, kOpSyncs};
constexpr std::array kBindSyncOnly{kOpWait, kOpSignal, kOpSyncs};
constexpr std::array kSyncItem{req(typed("bo", T::ref_bo)), word("type", kSyncTypes),
                               num("offset", 0), num("size", k4K)};
constexpr std::array kQueue{size("ringbuf", k4K), num("priority", 0, 255), num("pad", 0)};
constexpr std::array kSync{req(typed("syncobj", T::ref_syncobj)), num("point", 0),
                           F{.name = "flags", .type = T::number, .fallback = kAllOnes}};
constexpr std::array kPoint{req(typed("syncobj", T::ref_syncobj)), num("point", 0)};
constexpr std::array kJob{num("queue", 0),        list("stream", NodeGroup::instruction),
                          list("syncs", NodeGroup::sync), num("latest_flush", 0),
                          num("pad", 0),          kStreamAddr,
                          kStreamSize};
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
constexpr std::array kTiling{req(typed("heap", T::ref_tiler_heap)),
                             typed("time", T::time, 1'000'000), size("bytes", k4K, UINT32_MAX)};
constexpr std::array kHeapSet{req(typed("heap", T::ref_tiler_heap))};
constexpr std::array kHeapOp{req(word("op", kHeapOps)), num("wait", 255, UINT16_MAX)};
constexpr std::array kProt{list("region", NodeGroup::instruction)};
constexpr std::array kCall{req(typed("va", T::va)), num("bytes", 8)};
constexpr std::array kRaw{req(num("word", 0))};
// --- user memory ---
constexpr std::array kFault{req(num("after", 0, kRegionBytes))};
constexpr std::array kChange{num("offset", 0, kRegionBytes), req(num("value", 0)),
                             word("as", kWidths, 3), num("fetch", 1, 1000)};
constexpr std::array kU8{req(num("value", 0, UINT8_MAX))};
constexpr std::array kU16{req(num("value", 0, UINT16_MAX))};
constexpr std::array kU32{req(num("value", 0, UINT32_MAX))};
constexpr std::array kU64{req(num("value", 0))};
constexpr std::array kFill{req(num("bytes", 0, k4K)), num("value", 0, UINT8_MAX)};
constexpr std::array kAddress{num("offset", 0, kRegionBytes)};
constexpr std::array kHandle{req(typed("of", T::ref_call))};

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
    N{Y::suspend, "suspend", op, Makes::nothing, {},
      "system suspend, as far as the device sees it; other actors are frozen until `resume`"},
    N{Y::resume, "resume", op, Makes::nothing, {}, "system resume, by the actor of the suspend"},
    N{Y::unplug, "unplug", op, Makes::nothing, {},
      "the device goes from its bus, open files or not; a `probe` brings it back"},
    N{Y::unload, "unload", op, Makes::nothing, {},
      "module unload: EAGAIN while a file is open, and what it leaves behind is a leak"},
    N{Y::open, "open", op, Makes::file, kOpen,
      "open the render node; with `fences` the jobs that name it get syncobjs in it"},
    N{Y::close, "close", op, Makes::nothing, kFileRef, "close a file of the render node"},
    N{Y::dev_query, "dev_query", op, Makes::nothing, kDevQuery, "DEV_QUERY"},
    N{Y::protm_init, "protm_init", op, Makes::nothing, kProtmInit,
      "PROTM_INIT: announced, not posted; name from the mails, number and struct are ours"},
    N{Y::vm_create, "vm_create", op, Makes::vm, kVmCreate, "VM_CREATE"},
    N{Y::vm_destroy, "vm_destroy", op, Makes::nothing, kVmRef, "VM_DESTROY"},
    N{Y::vm_get_state, "vm_get_state", op, Makes::nothing, kVmRef, "VM_GET_STATE"},
    N{Y::vm_bind, "vm_bind", op, Makes::job, kVmBind,
      "VM_BIND; an asynchronous one has a fence as a job has, that of its last operation"},
    N{Y::bo_create, "bo_create", op, Makes::bo, kBoCreate, "BO_CREATE"},
    N{Y::bo_mmap_offset, "bo_mmap_offset", op, Makes::nothing, kBoRef, "BO_MMAP_OFFSET"},
    N{Y::gem_close, "gem_close", op, Makes::nothing, kBoRef, "GEM_CLOSE"},
    N{Y::bo_set_label, "bo_set_label", op, Makes::nothing, kBoSetLabel,
      "BO_SET_LABEL with so many letters"},
    N{Y::bo_query_info, "bo_query_info", op, Makes::nothing, kBoRef, "BO_QUERY_INFO"},
    N{Y::bo_sync, "bo_sync", op, Makes::nothing, kBoSync, "BO_SYNC"},
    N{Y::set_user_mmio_offset, "set_user_mmio_offset", op, Makes::nothing, kUserMmioOffset,
      "SET_USER_MMIO_OFFSET"},
    N{Y::cpu_write, "cpu_write", op, Makes::nothing, kCpuWrite,
      "store of a 64-bit value through an mmap of the BO"},
    N{Y::cpu_read, "cpu_read", op, Makes::nothing, kCpuRead, "load through an mmap of the BO"},
    N{Y::tiler_heap_create, "tiler_heap_create", op, Makes::tiler_heap, kTilerHeapCreate,
      "TILER_HEAP_CREATE"},
    N{Y::tiler_heap_destroy, "tiler_heap_destroy", op, Makes::nothing, kTilerHeapRef,
      "TILER_HEAP_DESTROY"},
    N{Y::group_create, "group_create", op, Makes::group, kGroupCreate, "GROUP_CREATE"},
    N{Y::group_destroy, "group_destroy", op, Makes::nothing, kGroupRef, "GROUP_DESTROY"},
    N{Y::group_get_state, "group_get_state", op, Makes::nothing, kGroupRef, "GROUP_GET_STATE"},
    N{Y::stream_area, "stream_area", op, Makes::bo, kStreamArea,
      "BO_CREATE and VM_BIND of the area that holds the VM's command streams"},
    N{Y::group_submit, "group_submit", op, Makes::job, kGroupSubmit,
      "GROUP_SUBMIT; the fence of its job, the last one with `more`, goes to a syncobj of its own"},
    N{Y::prime_export, "prime_export", op, Makes::buffer, kPrimeExport, "PRIME_HANDLE_TO_FD"},
    N{Y::prime_import, "prime_import", op, Makes::bo, kPrimeImport, "PRIME_FD_TO_HANDLE"},
    N{Y::mmap, "mmap", op, Makes::mapping, kMmap,
      "mmap of the render node at a BO's offset or at any other; shared and for reading, if not "
      "said otherwise"},
    N{Y::munmap, "munmap", op, Makes::nothing, kMappingRef, "munmap of a mapping"},
    N{Y::map_read, "map_read", op, Makes::nothing, kMapRead, "load of 64 bits through a mapping"},
    N{Y::map_write, "map_write", op, Makes::nothing, kMapWrite,
      "store of 64 bits through a mapping"},
    N{Y::fdinfo, "fdinfo", op, Makes::nothing, kFdinfo,
      "read of the file's fdinfo: which keys it has, and its buffers in bytes: all, shared, with "
      "pages"},
    N{Y::syncobj_create, "syncobj_create", op, Makes::syncobj, kSyncobjCreate, "SYNCOBJ_CREATE"},
    N{Y::syncobj_destroy, "syncobj_destroy", op, Makes::nothing, kSyncobjRef, "SYNCOBJ_DESTROY"},
    N{Y::syncobj_wait, "syncobj_wait", op, Makes::nothing, kSyncobjWait, "SYNCOBJ_WAIT"},
    N{Y::syncobj_timeline_wait, "syncobj_timeline_wait", op, Makes::nothing, kTimelineWait,
      "SYNCOBJ_TIMELINE_WAIT"},
    N{Y::syncobj_reset, "syncobj_reset", op, Makes::nothing, kSyncobjArray, "SYNCOBJ_RESET"},
    N{Y::syncobj_signal, "syncobj_signal", op, Makes::nothing, kSyncobjArray, "SYNCOBJ_SIGNAL"},
    N{Y::syncobj_timeline_signal, "syncobj_timeline_signal", op, Makes::nothing, kTimelineArray,
      "SYNCOBJ_TIMELINE_SIGNAL"},
    N{Y::syncobj_query, "syncobj_query", op, Makes::nothing, kTimelineArray,
      "SYNCOBJ_QUERY; output n is the point of syncobj n"},
    N{Y::syncobj_transfer, "syncobj_transfer", op, Makes::nothing, kSyncobjTransfer,
      "SYNCOBJ_TRANSFER"},
    N{Y::syncobj_export, "syncobj_export", op, Makes::sync_fd, kSyncobjExport,
      "SYNCOBJ_HANDLE_TO_FD"},
    N{Y::syncobj_import, "syncobj_import", op, Makes::syncobj, kSyncobjImport,
      "SYNCOBJ_FD_TO_HANDLE; a sync_file goes into the syncobj that is named"},
    N{Y::sync_fd_close, "sync_fd_close", op, Makes::nothing, kSyncFdRef,
      "close of a syncobj's or sync_file's descriptor"},
    N{Y::wait, "wait", op, Makes::nothing, kWait,
      "SYNCOBJ_WAIT on the syncobj of a job or an asynchronous bind"},
    N{Y::raw_ioctl, "raw_ioctl", op, Makes::nothing, kRawIoctl,
      "any ioctl on the render node, its struct and an array given byte by byte"},
    N{Y::change_memory, "change_memory", op, Makes::nothing, kChangeMemory,
      "another thread stores a value in the user memory of a call"},
    N{Y::sleep, "sleep", op, Makes::nothing, kSleep, "the actor sleeps"},
    N{Y::reclaim, "reclaim", op, Makes::nothing, kReclaim,
      "memory pressure: the driver is asked for so many pages; the result is how many it gave"},
    N{Y::bind_map, "map", G::bind_op, Makes::nothing, kBindMap, "VM_BIND op MAP"},
    N{Y::bind_unmap, "unmap", G::bind_op, Makes::nothing, kBindUnmap, "VM_BIND op UNMAP"},
    N{Y::bind_sync_only, "sync_only", G::bind_op, Makes::nothing, kBindSyncOnly,
      "VM_BIND op SYNC_ONLY"},
    N{Y::bo_sync_op, "range", G::sync_op, Makes::nothing, kSyncItem, "what BO_SYNC is to do"},
    N{Y::queue, "queue", G::queue, Makes::nothing, kQueue, "one queue of a group"},
    N{Y::sync_wait, "wait", G::sync, Makes::nothing, kSync,
      "waits for the syncobj, or with `point` for a point of its timeline; `flags`: all of them"},
    N{Y::sync_signal, "signal", G::sync, Makes::nothing, kSync, "signals it"},
    N{Y::sync_point, "item", G::point, Makes::nothing, kPoint, "a syncobj, and a point of it"},
    N{Y::job, "job", G::job, Makes::nothing, kJob, "one more job, behind those before it"},
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
    N{Y::i_run_fragment, "run_fragment", G::instruction, Makes::nothing, kRun,
      "RUN_FRAGMENT that takes the time, and WAIT"},
    N{Y::i_run_tiling, "run_tiling", G::instruction, Makes::nothing, kTiling,
      "RUN_TILING that takes the time and so much of the tiler heap, and WAIT"},
    N{Y::i_run_idvs, "run_idvs", G::instruction, Makes::nothing, kTiling,
      "RUN_IDVS, as run_tiling"},
    N{Y::i_heap_set, "heap_set", G::instruction, Makes::nothing, kHeapSet,
      "HEAP_SET; a number is the VA of a context"},
    N{Y::i_heap_op, "heap_op", G::instruction, Makes::nothing, kHeapOp,
      "HEAP_OPERATION, behind the scoreboard slots of `wait`"},
    N{Y::i_prot_region, "prot_region", G::instruction, Makes::nothing, kProt,
      "PROT_REGION around the instructions"},
    N{Y::i_call, "call", G::instruction, Makes::nothing, kCall, "CALL"},
    N{Y::i_flush, "flush", G::instruction, Makes::nothing, {}, "FLUSH_CACHE2 of everything"},
    N{Y::i_error_barrier, "error_barrier", G::instruction, Makes::nothing, {}, "ERROR_BARRIER"},
    N{Y::i_invalid, "invalid", G::instruction, Makes::nothing, {}, "an opcode that does not exist"},
    N{Y::i_raw, "raw", G::instruction, Makes::nothing, kRaw, "one 64-bit instruction word"},
    N{Y::memory_null, "null_pointer", G::memory, Makes::nothing, {},
      "the kernel is given NULL instead of the address"},
    N{Y::memory_bad, "bad_pointer", G::memory, Makes::nothing, {},
      "the kernel is given an address where nothing is mapped"},
    N{Y::memory_fault, "fault", G::memory, Makes::nothing, kFault,
      "so many bytes can be used, behind them lies a page that faults"},
    N{Y::memory_readonly, "readonly", G::memory, Makes::nothing, {},
      "the kernel can read the memory and faults when it writes"},
    N{Y::memory_change, "change", G::memory, Makes::nothing, kChange,
      "another thread stores a value there right after the kernel read those bytes"},
    N{Y::content_u8, "u8", G::content, Makes::nothing, kU8, "one byte"},
    N{Y::content_u16, "u16", G::content, Makes::nothing, kU16, "two bytes, little-endian"},
    N{Y::content_u32, "u32", G::content, Makes::nothing, kU32, "four bytes"},
    N{Y::content_u64, "u64", G::content, Makes::nothing, kU64, "eight bytes"},
    N{Y::content_fill, "fill", G::content, Makes::nothing, kFill, "so many bytes of one value"},
    N{Y::content_array_address, "array_address", G::content, Makes::nothing, kAddress,
      "the user address of `array`, eight bytes"},
    N{Y::content_handle, "handle", G::content, Makes::nothing, kHandle,
      "the handle or id that a step made, four bytes"},
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

std::span<const RegionInfo> region_table() { return kRegions; }

std::optional<RegionInfo> region_of_field(std::string_view field) {
  for (const RegionInfo& row : kRegions) {
    if (row.field == field) return row;
  }
  return std::nullopt;
}

bool has_region(NodeType type, std::size_t row) {
  return row < kRegions.size() && field_index(node_info(type), kRegions[row].field).has_value();
}

}  // namespace protm::contract
