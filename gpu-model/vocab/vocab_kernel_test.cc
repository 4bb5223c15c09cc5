// SPDX-License-Identifier: GPL-2.0-only
// Holds vocab's numbers against the panthor headers of an installed kernel source: drivers and
// model share the tables, so they would agree on the same wrong bit.
// PROTM_KERNEL_SRC names an unpacked tree; else Debian's linux-source-6.12 is unpacked in part.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/kernel_header.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "gpu-model/vocab/uapi.h"

namespace protm::vocab {
namespace {

constexpr const char* kTarball = "/usr/src/linux-source-6.12.tar.xz";
constexpr const char* kTop = "linux-source-6.12";
constexpr const char* kPanthor = "drivers/gpu/drm/panthor/";
constexpr const char* kFiles[] = {
    "drivers/gpu/drm/panthor/panthor_regs.h", "drivers/gpu/drm/panthor/panthor_fw.h",
    "drivers/gpu/drm/panthor/panthor_device.h", "include/uapi/drm/panthor_drm.h"};

/// The kernel tree, or an empty path when there is none on this machine.
std::filesystem::path kernel_tree() {
  namespace fs = std::filesystem;
  if (const char* env = std::getenv("PROTM_KERNEL_SRC")) return env;
  if (!fs::exists(kTarball)) return {};
  std::string dir = (fs::temp_directory_path() / "protm-kernel-XXXXXX").string();
  if (mkdtemp(dir.data()) == nullptr) return {};
  std::string command = "tar -xJf " + std::string(kTarball) + " -C " + dir;
  for (const char* file : kFiles) command += " " + std::string(kTop) + "/" + file;
  const int status = std::system(command.c_str());
  return status == 0 ? fs::path(dir) / kTop : fs::path();
}

struct Headers {
  KernelHeader regs, fw, device, uapi;
  bool loaded = false;
};

const Headers& headers() {
  static const Headers all = [] {
    Headers h;
    const std::filesystem::path tree = kernel_tree();
    if (tree.empty()) return h;
    h.loaded = h.regs.load((tree / kPanthor / "panthor_regs.h").string()) &&
               h.fw.load((tree / kPanthor / "panthor_fw.h").string()) &&
               h.device.load((tree / kPanthor / "panthor_device.h").string()) &&
               h.uapi.load((tree / "include/uapi/drm/panthor_drm.h").string());
    if (std::getenv("PROTM_KERNEL_SRC") == nullptr) {
      std::filesystem::remove_all(tree.parent_path());
    }
    return h;
  }();
  return all;
}

/// True when there is something to compare with; says so when there is not.
bool available() {
  if (headers().loaded) return true;
  MESSAGE("skipped: no installed kernel source (", kTarball, " or PROTM_KERNEL_SRC)");
  return false;
}

struct Number {
  const char* name;
  std::uint64_t ours;
};

void compare(const KernelHeader& header, std::span<const Number> rows) {
  for (const Number& row : rows) {
    CAPTURE(row.name);
    const auto theirs = header.value(row.name);
    REQUIRE(theirs.has_value());
    CHECK((*theirs & 0xffffffff) == (row.ours & 0xffffffff));
  }
}

void compare_offsets(const KernelHeader& header, const std::string& name,
                     std::span<const Number> rows) {
  for (const Number& row : rows) {
    CAPTURE(name);
    CAPTURE(row.name);
    const auto theirs = header.offset(name + "." + row.name);
    REQUIRE(theirs.has_value());
    CHECK(*theirs == row.ours);
  }
}

/// Compares the offsets of a register table through its `source` column.
std::size_t compare_table(std::span<const RegInfo> table) {
  constexpr std::string_view kPrefix = "panthor_regs.h ";
  std::size_t compared = 0;
  for (const RegInfo& row : table) {
    if (!row.source.starts_with(kPrefix)) continue;
    if (row.name.starts_with("TEXTURE_FEATURES") && row.name.back() != '0') continue;
    CAPTURE(std::string(row.name));
    const auto theirs = headers().regs.value(std::string(row.source.substr(kPrefix.size())));
    REQUIRE(theirs.has_value());
    CHECK(*theirs == row.offset);
    ++compared;
  }
  return compared;
}

}  // namespace

TEST_CASE("KernelHeader: a wrong number would be seen") {
  if (!available()) return;
  CHECK(headers().regs.value("GPU_STATUS_PROTM_ACTIVE") == 0x80);
  CHECK_FALSE(headers().regs.value("GPU_STATUS_PROTM_ACTIVE") == 0x100);
  CHECK_FALSE(headers().regs.value("NO_SUCH_REGISTER").has_value());
}

TEST_CASE("Vocab: register offsets against panthor_regs.h") {
  if (!available()) return;
  CHECK(compare_table(kGpuControl) > 70);
  CHECK(compare_table(kJobControl) == 4);
  CHECK(compare_table(kMmuControl) == 4);
  CHECK(compare_table(kAsBlock) == 15);
  const Number rows[] = {{"CSF_GPU_LATEST_FLUSH_ID", kLatestFlushId.offset},
                         {"CSF_DOORBELL", kDoorbell.offset},
                         {"MMU_BASE", kAsBase},
                         {"CSF_GLB_DOORBELL_ID", kGlobalDoorbell}};
  compare(headers().regs, rows);
  CHECK((1u << *headers().regs.value("MMU_AS_SHIFT")) == kAsStride);
}

TEST_CASE("Vocab: register fields and commands against panthor_regs.h") {
  if (!available()) return;
  const Number rows[] = {
      {"GPU_IRQ_FAULT", GpuIrq::gpu_fault.mask},
      {"GPU_IRQ_PROTM_FAULT", GpuIrq::protm_fault.mask},
      {"GPU_IRQ_RESET_COMPLETED", GpuIrq::reset_completed.mask},
      {"GPU_IRQ_POWER_CHANGED", GpuIrq::power_changed_single.mask},
      {"GPU_IRQ_POWER_CHANGED_ALL", GpuIrq::power_changed_all.mask},
      {"GPU_IRQ_CLEAN_CACHES_COMPLETED", GpuIrq::clean_caches_completed.mask},
      {"GPU_IRQ_DOORBELL_MIRROR", GpuIrq::doorbell_mirror.mask},
      {"GPU_IRQ_MCU_STATUS_CHANGED", GpuIrq::mcu_status_changed.mask},
      {"GPU_SOFT_RESET", kGpuCommandSoftReset},
      {"GPU_HARD_RESET", kGpuCommandHardReset},
      {"CACHE_CLEAN", kCacheClean},
      {"CACHE_INV", kCacheInvalidate},
      {"GPU_STATUS_ACTIVE", GpuStatus::gpu_active.mask},
      {"GPU_STATUS_PWR_ACTIVE", GpuStatus::pwr_active.mask},
      {"GPU_STATUS_PAGE_FAULT", GpuStatus::page_fault.mask},
      {"GPU_STATUS_PROTM_ACTIVE", GpuStatus::protm_active.mask},
      {"GPU_STATUS_DBG_ENABLED", GpuStatus::dbg_enabled.mask},
      {"GPU_PWR_KEY_UNLOCK", kPwrKeyUnlock},
      {"GPU_COHERENCY_ACE_LITE", kCoherencyAceLite},
      {"GPU_COHERENCY_ACE", kCoherencyAce},
      {"GPU_COHERENCY_NONE", kCoherencyNone},
      {"MCU_CONTROL_DISABLE", static_cast<std::uint32_t>(McuRequest::disable)},
      {"MCU_CONTROL_ENABLE", static_cast<std::uint32_t>(McuRequest::enable)},
      {"MCU_CONTROL_AUTO", static_cast<std::uint32_t>(McuRequest::automatic)},
      {"MCU_STATUS_DISABLED", static_cast<std::uint32_t>(McuState::disabled)},
      {"MCU_STATUS_ENABLED", static_cast<std::uint32_t>(McuState::enabled)},
      {"MCU_STATUS_HALT", static_cast<std::uint32_t>(McuState::halt)},
      {"MCU_STATUS_FATAL", static_cast<std::uint32_t>(McuState::fatal)},
      {"JOB_INT_GLOBAL_IF", kJobIrqGlb},
      {"AS_COMMAND_NOP", static_cast<std::uint32_t>(AsCommand::nop)},
      {"AS_COMMAND_UPDATE", static_cast<std::uint32_t>(AsCommand::update)},
      {"AS_COMMAND_LOCK", static_cast<std::uint32_t>(AsCommand::lock)},
      {"AS_COMMAND_UNLOCK", static_cast<std::uint32_t>(AsCommand::unlock)},
      {"AS_COMMAND_FLUSH_PT", static_cast<std::uint32_t>(AsCommand::flush_pt)},
      {"AS_COMMAND_FLUSH_MEM", static_cast<std::uint32_t>(AsCommand::flush_mem)},
      {"AS_LOCK_REGION_MIN_SIZE", kLockRegionMinSize},
      {"AS_STATUS_AS_ACTIVE", AsStatus::as_active.mask},
      {"AS_FAULTSTATUS_ACCESS_TYPE_MASK", AsFaultStatus::access_type.mask},
      {"AS_TRANSCFG_ADRMODE_UNMAPPED", kTranscfgAdrmodeUnmapped},
      {"AS_TRANSCFG_ADRMODE_IDENTITY", kTranscfgAdrmodeIdentity},
      {"AS_TRANSCFG_ADRMODE_AARCH64_4K", kTranscfgAdrmodeAarch64_4k},
      {"AS_TRANSCFG_ADRMODE_AARCH64_64K", kTranscfgAdrmodeAarch64_64k},
      {"AS_TRANSCFG_SL_CONCAT", AsTranscfgLo::sl_concat_en.mask},
      {"AS_TRANSCFG_PTW_MEMATTR_NC", kTranscfgPtwMemattrNc},
      {"AS_TRANSCFG_PTW_MEMATTR_WB", kTranscfgPtwMemattrWb},
      {"AS_TRANSCFG_PTW_SH_OS", kTranscfgPtwShOs},
      {"AS_TRANSCFG_PTW_SH_IS", kTranscfgPtwShIs},
      {"AS_TRANSCFG_PTW_RA", kTranscfgPtwRa},
      {"AS_MEMATTR_AARCH64_INNER_ALLOC_IMPL", kMemattrAllocImpl},
      {"AS_MEMATTR_AARCH64_SH_CPU_INNER", kMemattrShCpuInner},
      {"AS_MEMATTR_AARCH64_SH_CPU_INNER_SHADER_COH", kMemattrShCpuInnerShader},
      {"AS_MEMATTR_AARCH64_INNER_OUTER_NC", kMemattrNonCacheable},
      {"AS_MEMATTR_AARCH64_INNER_OUTER_WB", kMemattrWriteBack},
      {"AS_MEMATTR_AARCH64_FAULT", kMemattrFault},
  };
  compare(headers().regs, rows);
  CHECK(*headers().regs.value("AS_TRANSCFG_DISABLE_AF_FAULT") == kTranscfgDisableAfFault);
}

TEST_CASE("Vocab: firmware interface bits against panthor_fw.h") {
  if (!available()) return;
  const Number rows[] = {
      {"GLB_HALT", fw::kGlbHalt},
      {"GLB_CFG_PROGRESS_TIMER", fw::kGlbCfgProgressTimer},
      {"GLB_CFG_ALLOC_EN", fw::kGlbCfgAllocEn},
      {"GLB_CFG_POWEROFF_TIMER", fw::kGlbCfgPwroffTimer},
      {"GLB_PROTM_ENTER", fw::kGlbProtmEnter},
      {"GLB_PERFCNT_EN", fw::GlbReq::prfcnt_enable.mask},
      {"GLB_PERFCNT_SAMPLE", fw::GlbReq::prfcnt_sample.mask},
      {"GLB_COUNTER_EN", fw::kGlbCounterEn},
      {"GLB_PING", fw::kGlbPing},
      {"GLB_FWCFG_UPDATE", fw::kGlbFwConfigUpdate},
      {"GLB_IDLE_EN", fw::kGlbIdleEn},
      {"GLB_INACTIVE_COMPUTE", fw::GlbReq::inactive_compute.mask},
      {"GLB_PROTM_EXIT", fw::kGlbProtmExit},
      {"GLB_PERFCNT_OVERFLOW", fw::GlbReq::prfcnt_overflow.mask},
      {"GLB_IDLE", fw::kGlbIdle},
      {"GLB_REQ_MASK", fw::kGlbReqMask},
      {"GLB_EVT_MASK", fw::kGlbEvtMask},
      {"GLB_TIMER_SOURCE_GPU_COUNTER", fw::kTimerGpuCounter},
      {"CSG_STATE_MASK", fw::kCsgStateMask},
      {"CSG_STATE_TERMINATE", static_cast<std::uint32_t>(fw::CsgState::terminate)},
      {"CSG_STATE_START", static_cast<std::uint32_t>(fw::CsgState::start)},
      {"CSG_STATE_SUSPEND", static_cast<std::uint32_t>(fw::CsgState::suspend)},
      {"CSG_STATE_RESUME", static_cast<std::uint32_t>(fw::CsgState::resume)},
      {"CSG_ENDPOINT_CONFIG", fw::kCsgEpCfg},
      {"CSG_STATUS_UPDATE", fw::kCsgStatusUpdate},
      {"CSG_SYNC_UPDATE", fw::kCsgSyncUpdate},
      {"CSG_IDLE", fw::kCsgIdle},
      {"CSG_DOORBELL", fw::CsgReq::doorbell.mask},
      {"CSG_PROGRESS_TIMER_EVENT", fw::kCsgProgressTimerEvent},
      {"CSG_REQ_MASK", fw::kCsgReqMask},
      {"CSG_EVT_MASK", fw::kCsgEvtMask},
      {"CSG_EP_REQ_EXCL_COMPUTE", fw::CsgEpReq::exclusive_compute.mask},
      {"CSG_EP_REQ_EXCL_FRAGMENT", fw::CsgEpReq::exclusive_fragment.mask},
      {"CSG_EP_REQ_PRIORITY_MASK", fw::CsgEpReq::priority.mask},
      {"CSG_STATUS_STATE_IS_IDLE", fw::kCsgStatusStateIdle},
      {"CS_STATE_MASK", fw::kCsStateMask},
      {"CS_EXTRACT_EVENT", fw::kCsExtractEvent},
      {"CS_IDLE_SYNC_WAIT", fw::kCsIdleSyncWait},
      {"CS_IDLE_PROTM_PENDING", fw::kCsIdleProtmPend},
      {"CS_IDLE_EMPTY", fw::kCsIdleEmpty},
      {"CS_IDLE_RESOURCE_REQ", fw::kCsIdleResourceReq},
      {"CS_TILER_OOM", fw::kCsTilerOom},
      {"CS_PROTM_PENDING", fw::kCsProtmPend},
      {"CS_FATAL", fw::kCsFatal},
      {"CS_FAULT", fw::kCsFault},
      {"CS_EVT_MASK", fw::kCsEvtMask},
      {"CS_STATUS_WAIT_SB_MASK", fw::CsStatusWait::sb_mask.mask},
      {"CS_STATUS_WAIT_SB_SRC_MASK", fw::CsStatusWait::sb_source.mask},
      {"CS_STATUS_WAIT_SYNC_COND_MASK", fw::CsStatusWait::sync_condition.mask},
      {"CS_STATUS_WAIT_PROGRESS", fw::CsStatusWait::progress_wait.mask},
      {"CS_STATUS_WAIT_PROTM", fw::CsStatusWait::protm_pend.mask},
      {"CS_STATUS_WAIT_SYNC_64B", fw::CsStatusWait::sync_64b.mask},
      {"CS_STATUS_WAIT_SYNC", fw::CsStatusWait::sync_wait.mask},
      {"CS_STATUS_BLOCKED_REASON_SB_WAIT", static_cast<std::uint32_t>(fw::BlockedReason::sb_wait)},
      {"CS_STATUS_BLOCKED_REASON_SYNC_WAIT",
       static_cast<std::uint32_t>(fw::BlockedReason::sync_wait)},
      {"CS_STATUS_BLOCKED_REASON_FLUSH", static_cast<std::uint32_t>(fw::BlockedReason::flush)},
      {"CS_FEATURES_COMPUTE", fw::CsFeatures::compute.mask},
      {"CS_FEATURES_TILER", fw::CsFeatures::tiler.mask},
  };
  compare(headers().fw, rows);
}

TEST_CASE("Vocab: GLB offsets against panthor_fw.h") {
  if (!available()) return;
  const KernelHeader& h = headers().fw;
  const Number glb_control[] = {{"version", fw::glb_control::kVersion},
                                {"features", fw::glb_control::kFeatures},
                                {"input_va", fw::glb_control::kInputVa},
                                {"output_va", fw::glb_control::kOutputVa},
                                {"group_num", fw::glb_control::kGroupNum},
                                {"group_stride", fw::glb_control::kGroupStride},
                                {"perfcnt_size", fw::glb_control::kPrfcntSize},
                                {"instr_features", fw::glb_control::kInstrFeatures}};
  compare_offsets(h, "panthor_fw_global_control_iface", glb_control);
  const Number glb_input[] = {{"req", fw::glb_input::kReq},
                              {"ack_irq_mask", fw::glb_input::kAckIrqMask},
                              {"doorbell_req", fw::glb_input::kDoorbellReq},
                              {"progress_timer", fw::glb_input::kProgressTimer},
                              {"poweroff_timer", fw::glb_input::kPoweroffTimer},
                              {"core_en_mask", fw::glb_input::kCoreEnMask},
                              {"perfcnt_as", fw::glb_input::kPerfcntAs},
                              {"perfcnt_base", fw::glb_input::kPerfcntBase},
                              {"perfcnt_extract", fw::glb_input::kPerfcntExtract},
                              {"idle_timer", fw::glb_input::kIdleTimer}};
  compare_offsets(h, "panthor_fw_global_input_iface", glb_input);
  const Number glb_output[] = {{"ack", fw::glb_output::kAck},
                               {"doorbell_ack", fw::glb_output::kDoorbellAck},
                               {"halt_status", fw::glb_output::kHaltStatus}};
  compare_offsets(h, "panthor_fw_global_output_iface", glb_output);
}

TEST_CASE("Vocab: CSG offsets against panthor_fw.h") {
  if (!available()) return;
  const KernelHeader& h = headers().fw;
  const Number csg_control[] = {{"features", fw::csg_control::kFeatures},
                                {"input_va", fw::csg_control::kInputVa},
                                {"output_va", fw::csg_control::kOutputVa},
                                {"suspend_size", fw::csg_control::kSuspendSize},
                                {"protm_suspend_size", fw::csg_control::kProtmSuspendSize},
                                {"stream_num", fw::csg_control::kStreamNum},
                                {"stream_stride", fw::csg_control::kStreamStride}};
  compare_offsets(h, "panthor_fw_csg_control_iface", csg_control);
  const Number csg_input[] = {{"req", fw::csg_input::kReq},
                              {"ack_irq_mask", fw::csg_input::kAckIrqMask},
                              {"doorbell_req", fw::csg_input::kDoorbellReq},
                              {"cs_irq_ack", fw::csg_input::kCsIrqAck},
                              {"allow_compute", fw::csg_input::kAllowCompute},
                              {"allow_fragment", fw::csg_input::kAllowFragment},
                              {"allow_other", fw::csg_input::kAllowOther},
                              {"endpoint_req", fw::csg_input::kEndpointReq},
                              {"suspend_buf", fw::csg_input::kSuspendBuf},
                              {"protm_suspend_buf", fw::csg_input::kProtmSuspendBuf},
                              {"config", fw::csg_input::kConfig}};
  compare_offsets(h, "panthor_fw_csg_input_iface", csg_input);
  const Number csg_output[] = {{"ack", fw::csg_output::kAck},
                               {"doorbell_ack", fw::csg_output::kDoorbellAck},
                               {"cs_irq_req", fw::csg_output::kCsIrqReq},
                               {"status_state", fw::csg_output::kStatusState},
                               {"resource_dep", fw::csg_output::kResourceDep}};
  compare_offsets(h, "panthor_fw_csg_output_iface", csg_output);
}

TEST_CASE("Vocab: CS offsets against panthor_fw.h") {
  if (!available()) return;
  const KernelHeader& h = headers().fw;
  const Number cs_input[] = {{"req", fw::cs_input::kReq},
                             {"config", fw::cs_input::kConfig},
                             {"ack_irq_mask", fw::cs_input::kAckIrqMask},
                             {"ringbuf_base", fw::cs_input::kRingbufBase},
                             {"ringbuf_size", fw::cs_input::kRingbufSize},
                             {"heap_start", fw::cs_input::kHeapStart},
                             {"heap_end", fw::cs_input::kHeapEnd},
                             {"ringbuf_input", fw::cs_input::kRingbufInput},
                             {"ringbuf_output", fw::cs_input::kRingbufOutput},
                             {"instrbuf_base", fw::cs_input::kInstrbufBase}};
  compare_offsets(h, "panthor_fw_cs_input_iface", cs_input);
  const Number cs_output[] = {{"ack", fw::cs_output::kAck},
                              {"status_cmd_ptr", fw::cs_output::kStatusCmdPtr},
                              {"status_wait", fw::cs_output::kStatusWait},
                              {"status_wait_sync_ptr", fw::cs_output::kStatusWaitSyncPtr},
                              {"status_wait_sync_value", fw::cs_output::kStatusWaitSyncValue},
                              {"status_scoreboards", fw::cs_output::kStatusScoreboards},
                              {"status_blocked_reason", fw::cs_output::kStatusBlockedReason},
                              {"status_wait_sync_value_hi", fw::cs_output::kStatusWaitSyncValueHi},
                              {"fault", fw::cs_output::kFault},
                              {"fatal", fw::cs_output::kFatal},
                              {"fault_info", fw::cs_output::kFaultInfo},
                              {"fatal_info", fw::cs_output::kFatalInfo},
                              {"heap_vt_start", fw::cs_output::kHeapVtStart},
                              {"heap_frag_end", fw::cs_output::kHeapFragEnd},
                              {"heap_address", fw::cs_output::kHeapAddress}};
  compare_offsets(h, "panthor_fw_cs_output_iface", cs_output);
  CHECK(h.offset("panthor_fw_ringbuf_input_iface.extract") == fw::ring::kExtractInit);
  CHECK(h.offset("panthor_fw_ringbuf_output_iface.active") == fw::ring::kActive);
  CHECK(*h.value("MAX_CSGS") == kMaxCsgSlots);
  CHECK(*h.value("MAX_CS_PER_CSG") == kMaxCsPerCsg);
}

TEST_CASE("Vocab: exception codes against panthor_device.h") {
  if (!available()) return;
  int compared = 0;
  for (std::uint32_t code = 0; code < 256; ++code) {
    const std::string_view name = exception_name(code);
    if (name.empty()) continue;
    CAPTURE(std::string(name));
    const auto theirs = headers().device.value("DRM_PANTHOR_EXCEPTION_" + std::string(name));
    REQUIRE(theirs.has_value());
    CHECK(*theirs == code);
    ++compared;
  }
  CHECK(compared > 40);
}

TEST_CASE("Vocab: uAPI sizes against panthor_drm.h") {
  if (!available()) return;
  const KernelHeader& h = headers().uapi;
  const Number sizes[] = {
      {"drm_panthor_obj_array", sizeof(uapi::ObjArray)},
      {"drm_panthor_sync_op", sizeof(uapi::SyncOp)},
      {"drm_panthor_csif_info", sizeof(uapi::CsifInfo)},
      {"drm_panthor_dev_query", sizeof(uapi::DevQuery)},
      {"drm_panthor_vm_create", sizeof(uapi::VmCreate)},
      {"drm_panthor_vm_destroy", sizeof(uapi::VmDestroy)},
      {"drm_panthor_vm_bind_op", sizeof(uapi::VmBindOp)},
      {"drm_panthor_vm_bind", sizeof(uapi::VmBind)},
      {"drm_panthor_vm_get_state", sizeof(uapi::VmGetState)},
      {"drm_panthor_bo_create", sizeof(uapi::BoCreate)},
      {"drm_panthor_bo_mmap_offset", sizeof(uapi::BoMmapOffset)},
      {"drm_panthor_queue_create", sizeof(uapi::QueueCreate)},
      {"drm_panthor_group_create", sizeof(uapi::GroupCreate)},
      {"drm_panthor_group_destroy", sizeof(uapi::GroupDestroy)},
      {"drm_panthor_queue_submit", sizeof(uapi::QueueSubmit)},
      {"drm_panthor_group_submit", sizeof(uapi::GroupSubmit)},
      {"drm_panthor_group_get_state", sizeof(uapi::GroupGetState)},
      {"drm_panthor_tiler_heap_create", sizeof(uapi::TilerHeapCreate)},
      {"drm_panthor_tiler_heap_destroy", sizeof(uapi::TilerHeapDestroy)},
  };
  for (const Number& row : sizes) {
    CAPTURE(row.name);
    REQUIRE(h.size(row.name).has_value());
    CHECK(*h.size(row.name) == row.ours);
  }
}

TEST_CASE("Vocab: uAPI offsets and numbers against panthor_drm.h") {
  if (!available()) return;
  const KernelHeader& h = headers().uapi;
  const Number offsets[] = {
      {"drm_panthor_gpu_info.as_present", offsetof(uapi::GpuInfo, as_present)},
      {"drm_panthor_gpu_info.shader_present", offsetof(uapi::GpuInfo, shader_present)},
      {"drm_panthor_gpu_info.core_features", offsetof(uapi::GpuInfo, core_features)},
      {"drm_panthor_vm_bind_op.va", offsetof(uapi::VmBindOp, va)},
      {"drm_panthor_vm_bind_op.syncs", offsetof(uapi::VmBindOp, syncs)},
      {"drm_panthor_group_create.priority", offsetof(uapi::GroupCreate, priority)},
      {"drm_panthor_group_create.tiler_core_mask", offsetof(uapi::GroupCreate, tiler_core_mask)},
      {"drm_panthor_group_create.group_handle", offsetof(uapi::GroupCreate, group_handle)},
      {"drm_panthor_queue_submit.latest_flush", offsetof(uapi::QueueSubmit, latest_flush)},
      {"drm_panthor_queue_submit.syncs", offsetof(uapi::QueueSubmit, syncs)},
      {"drm_panthor_group_get_state.fatal_queues", offsetof(uapi::GroupGetState, fatal_queues)},
  };
  for (const Number& row : offsets) {
    CAPTURE(row.name);
    REQUIRE(h.offset(row.name).has_value());
    CHECK(*h.offset(row.name) == row.ours);
  }
  const Number numbers[] = {
      {"DRM_PANTHOR_DEV_QUERY", static_cast<std::uint32_t>(uapi::IoctlId::dev_query)},
      {"DRM_PANTHOR_VM_BIND", static_cast<std::uint32_t>(uapi::IoctlId::vm_bind)},
      {"DRM_PANTHOR_GROUP_CREATE", static_cast<std::uint32_t>(uapi::IoctlId::group_create)},
      {"DRM_PANTHOR_GROUP_SUBMIT", static_cast<std::uint32_t>(uapi::IoctlId::group_submit)},
      {"DRM_PANTHOR_TILER_HEAP_DESTROY",
       static_cast<std::uint32_t>(uapi::IoctlId::tiler_heap_destroy)},
      {"DRM_PANTHOR_DEV_QUERY_CSIF_INFO", uapi::kDevQueryCsifInfo},
      {"DRM_PANTHOR_SYNC_OP_SIGNAL", uapi::kSyncOpSignal},
      {"DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ", uapi::kSyncOpHandleTypeTimelineSyncobj},
      {"DRM_PANTHOR_VM_BIND_OP_MAP_READONLY", uapi::kVmBindOpMapReadonly},
      {"DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC", uapi::kVmBindOpMapNoexec},
      {"DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED", uapi::kVmBindOpMapUncached},
      {"DRM_PANTHOR_VM_BIND_OP_TYPE_MASK", uapi::kVmBindOpTypeMask},
      {"DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP", uapi::kVmBindOpTypeUnmap},
      {"DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY", uapi::kVmBindOpTypeSyncOnly},
      {"DRM_PANTHOR_VM_BIND_ASYNC", uapi::kVmBindAsync},
      {"DRM_PANTHOR_VM_STATE_UNUSABLE", uapi::kVmStateUnusable},
      {"DRM_PANTHOR_BO_NO_MMAP", uapi::kBoNoMmap},
      {"PANTHOR_GROUP_PRIORITY_HIGH", uapi::kGroupPriorityHigh},
      {"DRM_PANTHOR_GROUP_STATE_TIMEDOUT", uapi::kGroupStateTimedout},
      {"DRM_PANTHOR_GROUP_STATE_FATAL_FAULT", uapi::kGroupStateFatalFault},
  };
  compare(h, numbers);
}

}  // namespace protm::vocab
