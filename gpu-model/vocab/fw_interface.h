// SPDX-License-Identifier: GPL-2.0-only
// Shared-memory interface between host and firmware: GLB, CSG and CS blocks, ring buffer pages,
// request bits. A REQ/ACK pair is pending while its bits differ.
// Leaves out: performance counters, trace buffers, debug words.
// Source: facts-fw.md 3-6 with facts-errata.md (E1: endpoint_req2 at 0x38; I1: GLB state field).
#pragma once

#include <cstdint>

#include "gpu-model/vocab/field.h"

namespace protm::vocab::fw {

// ---- where things are ---------------------------------------------------------------------

/// VA of the shared section in the MCU's address space, and the room for automatic mappings.
inline constexpr std::uint64_t kSharedVa = 0x04000000;
inline constexpr std::uint64_t kSharedSize = 0x04000000;
inline constexpr std::uint64_t kMcuVaSize = 1ull << 32;
/// Offset of the first CSG control block from the global one.
inline constexpr std::uint32_t kCsgControlBase = 0x1000;
/// Offset of the first CS control block in its CSG control block.
inline constexpr std::uint32_t kCsControlBase = 0x40;

/// Global control block (read only for the host).
namespace glb_control {
inline constexpr std::uint32_t kVersion = 0x00;
inline constexpr std::uint32_t kFeatures = 0x04;
inline constexpr std::uint32_t kInputVa = 0x08;
inline constexpr std::uint32_t kOutputVa = 0x0c;
inline constexpr std::uint32_t kGroupNum = 0x10;
inline constexpr std::uint32_t kGroupStride = 0x14;
inline constexpr std::uint32_t kPrfcntSize = 0x18;
inline constexpr std::uint32_t kInstrFeatures = 0x1c;
inline constexpr std::uint32_t kSize = 0x20;
}  // namespace glb_control

/// Global input block (written by the host).
namespace glb_input {
inline constexpr std::uint32_t kReq = 0x00;
inline constexpr std::uint32_t kAckIrqMask = 0x04;
inline constexpr std::uint32_t kDoorbellReq = 0x08;
inline constexpr std::uint32_t kProgressTimer = 0x10;
inline constexpr std::uint32_t kPoweroffTimer = 0x14;
inline constexpr std::uint32_t kCoreEnMask = 0x18;  // u64
inline constexpr std::uint32_t kPerfcntAs = 0x24;
inline constexpr std::uint32_t kPerfcntBase = 0x28;  // u64
inline constexpr std::uint32_t kPerfcntExtract = 0x30;
inline constexpr std::uint32_t kIdleTimer = 0x80;
inline constexpr std::uint32_t kSize = 0x90;
}  // namespace glb_input

/// Global output block (written by the firmware).
namespace glb_output {
inline constexpr std::uint32_t kAck = 0x00;
inline constexpr std::uint32_t kDoorbellAck = 0x08;
inline constexpr std::uint32_t kHaltStatus = 0x10;
inline constexpr std::uint32_t kSize = 0x20;
}  // namespace glb_output

/// CSG control block.
namespace csg_control {
inline constexpr std::uint32_t kFeatures = 0x00;
inline constexpr std::uint32_t kInputVa = 0x04;
inline constexpr std::uint32_t kOutputVa = 0x08;
inline constexpr std::uint32_t kSuspendSize = 0x0c;
inline constexpr std::uint32_t kProtmSuspendSize = 0x10;
inline constexpr std::uint32_t kStreamNum = 0x14;
inline constexpr std::uint32_t kStreamStride = 0x18;
}  // namespace csg_control

/// CSG input block.
namespace csg_input {
inline constexpr std::uint32_t kReq = 0x00;
inline constexpr std::uint32_t kAckIrqMask = 0x04;
inline constexpr std::uint32_t kDoorbellReq = 0x08;
inline constexpr std::uint32_t kCsIrqAck = 0x0c;
inline constexpr std::uint32_t kAllowCompute = 0x20;   // u64
inline constexpr std::uint32_t kAllowFragment = 0x28;  // u64
inline constexpr std::uint32_t kAllowOther = 0x30;
inline constexpr std::uint32_t kEndpointReq = 0x34;      // FW < 4
inline constexpr std::uint32_t kEndpointReq2 = 0x38;     // u64, FW >= 4
inline constexpr std::uint32_t kSuspendBuf = 0x40;       // u64, MCU VA
inline constexpr std::uint32_t kProtmSuspendBuf = 0x48;  // u64, MCU VA
inline constexpr std::uint32_t kConfig = 0x50;           // AS of the group
inline constexpr std::uint32_t kIterTraceConfig = 0x54;
inline constexpr std::uint32_t kSize = 0x60;
}  // namespace csg_input

/// CSG output block.
namespace csg_output {
inline constexpr std::uint32_t kAck = 0x00;
inline constexpr std::uint32_t kDoorbellAck = 0x08;
inline constexpr std::uint32_t kCsIrqReq = 0x0c;
inline constexpr std::uint32_t kStatusEndpointCurrent = 0x10;
inline constexpr std::uint32_t kStatusEndpointReq = 0x14;
inline constexpr std::uint32_t kStatusState = 0x18;
inline constexpr std::uint32_t kResourceDep = 0x1c;
inline constexpr std::uint32_t kSize = 0x20;
}  // namespace csg_output

/// CS control block.
namespace cs_control {
inline constexpr std::uint32_t kFeatures = 0x00;
inline constexpr std::uint32_t kInputVa = 0x04;
inline constexpr std::uint32_t kOutputVa = 0x08;
}  // namespace cs_control

/// CS input block.
namespace cs_input {
inline constexpr std::uint32_t kReq = 0x00;
inline constexpr std::uint32_t kConfig = 0x04;
inline constexpr std::uint32_t kAckIrqMask = 0x0c;
inline constexpr std::uint32_t kRingbufBase = 0x10;  // u64, VA in the group's VM
inline constexpr std::uint32_t kRingbufSize = 0x18;
inline constexpr std::uint32_t kHeapStart = 0x20;      // u64
inline constexpr std::uint32_t kHeapEnd = 0x28;        // u64
inline constexpr std::uint32_t kRingbufInput = 0x30;   // u64, MCU VA
inline constexpr std::uint32_t kRingbufOutput = 0x38;  // u64, MCU VA
inline constexpr std::uint32_t kInstrConfig = 0x40;
inline constexpr std::uint32_t kInstrbufSize = 0x44;
inline constexpr std::uint32_t kInstrbufBase = 0x48;       // u64
inline constexpr std::uint32_t kInstrbufOffsetPtr = 0x50;  // u64
inline constexpr std::uint32_t kSize = 0x58;
}  // namespace cs_input

/// CS output block.
namespace cs_output {
inline constexpr std::uint32_t kAck = 0x00;
inline constexpr std::uint32_t kStatusCmdPtr = 0x40;  // u64
inline constexpr std::uint32_t kStatusWait = 0x48;
inline constexpr std::uint32_t kStatusReqResource = 0x4c;
inline constexpr std::uint32_t kStatusWaitSyncPtr = 0x50;  // u64
inline constexpr std::uint32_t kStatusWaitSyncValue = 0x58;
inline constexpr std::uint32_t kStatusScoreboards = 0x5c;
inline constexpr std::uint32_t kStatusBlockedReason = 0x60;
inline constexpr std::uint32_t kStatusWaitSyncValueHi = 0x64;
inline constexpr std::uint32_t kFault = 0x80;
inline constexpr std::uint32_t kFatal = 0x84;
inline constexpr std::uint32_t kFaultInfo = 0x88;  // u64
inline constexpr std::uint32_t kFatalInfo = 0x90;  // u64
inline constexpr std::uint32_t kHeapVtStart = 0xc0;
inline constexpr std::uint32_t kHeapVtEnd = 0xc4;
inline constexpr std::uint32_t kHeapFragEnd = 0xcc;
inline constexpr std::uint32_t kHeapAddress = 0xd0;  // u64
inline constexpr std::uint32_t kSize = 0xd8;
}  // namespace cs_output

/// Ring buffer pages: input page, then output page.
namespace ring {
inline constexpr std::uint32_t kInsert = 0x00;       // u64, input page
inline constexpr std::uint32_t kExtractInit = 0x08;  // u64, input page
inline constexpr std::uint32_t kExtract = 0x00;      // u64, output page
inline constexpr std::uint32_t kActive = 0x08;       // u32, output page
inline constexpr std::uint32_t kOutputPage = 0x1000;
}  // namespace ring

// ---- words --------------------------------------------------------------------------------

/// GLB_REQ and GLB_ACK.
struct GlbReq {
  static constexpr Field<GlbReq, 0> halt{"HALT"};
  static constexpr Field<GlbReq, 1> cfg_progress_timer{"CFG_PROGRESS_TIMER"};
  static constexpr Field<GlbReq, 2> cfg_alloc_en{"CFG_ALLOC_EN"};
  static constexpr Field<GlbReq, 3> cfg_pwroff_timer{"CFG_PWROFF_TIMER"};
  static constexpr Field<GlbReq, 4> protm_enter{"PROTM_ENTER"};
  static constexpr Field<GlbReq, 5> prfcnt_enable{"PRFCNT_ENABLE"};
  static constexpr Field<GlbReq, 6> prfcnt_sample{"PRFCNT_SAMPLE"};
  static constexpr Field<GlbReq, 7> counter_en{"COUNTER_EN"};
  static constexpr Field<GlbReq, 8> ping{"PING"};
  static constexpr Field<GlbReq, 9> firmware_config_update{"FIRMWARE_CONFIG_UPDATE"};
  static constexpr Field<GlbReq, 10> idle_en{"IDLE_EN"};
  static constexpr Field<GlbReq, 11> iter_trace_en{"ITER_TRACE_EN"};
  static constexpr Field<GlbReq, 14, 12> state{"STATE"};  // FW >= 4.1
  static constexpr Field<GlbReq, 16> cfg_eviction_timer{"CFG_EVICTION_TIMER"};
  static constexpr Field<GlbReq, 20> inactive_compute{"INACTIVE_COMPUTE"};
  static constexpr Field<GlbReq, 21> inactive_fragment{"INACTIVE_FRAGMENT"};
  static constexpr Field<GlbReq, 22> inactive_tiler{"INACTIVE_TILER"};
  static constexpr Field<GlbReq, 23> protm_exit{"PROTM_EXIT"};
  static constexpr Field<GlbReq, 24> prfcnt_threshold{"PRFCNT_THRESHOLD"};
  static constexpr Field<GlbReq, 25> prfcnt_overflow{"PRFCNT_OVERFLOW"};
  static constexpr Field<GlbReq, 26> idle{"IDLE"};
  static constexpr Field<GlbReq, 27> fatal{"FATAL"};
  static constexpr auto fields =
      field_list(halt, cfg_progress_timer, cfg_alloc_en, cfg_pwroff_timer, protm_enter,
                 prfcnt_enable, prfcnt_sample, counter_en, ping, firmware_config_update, idle_en,
                 iter_trace_en, state, cfg_eviction_timer, inactive_compute, inactive_fragment,
                 inactive_tiler, protm_exit, prfcnt_threshold, prfcnt_overflow, idle, fatal);
};
inline constexpr std::uint32_t kGlbHalt = GlbReq::halt.mask;
inline constexpr std::uint32_t kGlbStateMask = GlbReq::state.mask;
/// Values of GLB_REQ.STATE.
enum class GlbState : std::uint32_t { active, halt, sleep, suspend };
/// First firmware version with GLB_REQ.STATE in place of GLB_REQ.HALT.
inline constexpr std::uint32_t kVersionGlbState = 4u << 24 | 1u << 16;
inline constexpr std::uint32_t kGlbCfgProgressTimer = GlbReq::cfg_progress_timer.mask;
inline constexpr std::uint32_t kGlbCfgAllocEn = GlbReq::cfg_alloc_en.mask;
inline constexpr std::uint32_t kGlbCfgPwroffTimer = GlbReq::cfg_pwroff_timer.mask;
inline constexpr std::uint32_t kGlbProtmEnter = GlbReq::protm_enter.mask;
inline constexpr std::uint32_t kGlbCounterEn = GlbReq::counter_en.mask;
inline constexpr std::uint32_t kGlbPing = GlbReq::ping.mask;
inline constexpr std::uint32_t kGlbFwConfigUpdate = GlbReq::firmware_config_update.mask;
inline constexpr std::uint32_t kGlbIdleEn = GlbReq::idle_en.mask;
inline constexpr std::uint32_t kGlbProtmExit = GlbReq::protm_exit.mask;
inline constexpr std::uint32_t kGlbIdle = GlbReq::idle.mask;
/// Bits [10:0]: requests by the host.
inline constexpr std::uint32_t kGlbReqMask = 0x7ff;
/// Bits [26:20]: events by the firmware.
inline constexpr std::uint32_t kGlbEvtMask = 0x07f00000;

/// Values of CSG_REQ.STATE.
enum class CsgState : std::uint32_t { terminate, start, suspend, resume };
inline constexpr std::string_view kCsgStateNames[] = {"TERMINATE", "START", "SUSPEND", "RESUME"};

/// CSG_REQ and CSG_ACK.
struct CsgReq {
  static constexpr Field<CsgReq, 2, 0, CsgState> state{"STATE", kCsgStateNames};
  static constexpr Field<CsgReq, 4> ep_cfg{"EP_CFG"};
  static constexpr Field<CsgReq, 5> status_update{"STATUS_UPDATE"};
  static constexpr Field<CsgReq, 28> sync_update{"SYNC_UPDATE"};
  static constexpr Field<CsgReq, 29> idle{"IDLE"};
  static constexpr Field<CsgReq, 30> doorbell{"DOORBELL"};
  static constexpr Field<CsgReq, 31> progress_timer_event{"PROGRESS_TIMER_EVENT"};
  static constexpr auto fields =
      field_list(state, ep_cfg, status_update, sync_update, idle, doorbell, progress_timer_event);
};
inline constexpr std::uint32_t kCsgStateMask = CsgReq::state.mask;
inline constexpr std::uint32_t kCsgEpCfg = CsgReq::ep_cfg.mask;
inline constexpr std::uint32_t kCsgStatusUpdate = CsgReq::status_update.mask;
inline constexpr std::uint32_t kCsgSyncUpdate = CsgReq::sync_update.mask;
inline constexpr std::uint32_t kCsgIdle = CsgReq::idle.mask;
inline constexpr std::uint32_t kCsgProgressTimerEvent = CsgReq::progress_timer_event.mask;
inline constexpr std::uint32_t kCsgReqMask = kCsgStateMask | kCsgEpCfg | kCsgStatusUpdate;
inline constexpr std::uint32_t kCsgEvtMask = kCsgSyncUpdate | kCsgIdle | kCsgProgressTimerEvent;
/// csg_output status_state bit 0: all CS of the slot are idle.
inline constexpr std::uint32_t kCsgStatusStateIdle = 1u << 0;

/// First firmware version that reads endpoint_req2 instead of endpoint_req.
inline constexpr std::uint32_t kVersionEndpointReq2 = 4u << 24;

/// CSG_EP_REQ (endpoint_req, and the low word of endpoint_req2).
struct CsgEpReq {
  static constexpr Field<CsgEpReq, 7, 0> max_compute{"MAX_COMPUTE"};
  static constexpr Field<CsgEpReq, 15, 8> max_fragment{"MAX_FRAGMENT"};
  static constexpr Field<CsgEpReq, 19, 16> max_tiler{"MAX_TILER"};
  static constexpr Field<CsgEpReq, 20> exclusive_compute{"EXCLUSIVE_COMPUTE"};
  static constexpr Field<CsgEpReq, 21> exclusive_fragment{"EXCLUSIVE_FRAGMENT"};
  static constexpr Field<CsgEpReq, 31, 28> priority{"PRIORITY"};
  static constexpr auto fields = field_list(max_compute, max_fragment, max_tiler, exclusive_compute,
                                            exclusive_fragment, priority);
};
inline constexpr std::uint32_t kCsgPriorityMax = 15;

/// Values of CS_REQ.STATE.
enum class CsState : std::uint32_t { stop, start };
inline constexpr std::string_view kCsStateNames[] = {"STOP", "START"};

/// CS_REQ and CS_ACK.
struct CsReq {
  static constexpr Field<CsReq, 2, 0, CsState> state{"STATE", kCsStateNames};
  static constexpr Field<CsReq, 4> extract_event{"EXTRACT_EVENT"};
  static constexpr Field<CsReq, 8> idle_sync_wait{"IDLE_SYNC_WAIT"};
  static constexpr Field<CsReq, 9> idle_protm_pend{"IDLE_PROTM_PEND"};
  static constexpr Field<CsReq, 10> idle_empty{"IDLE_EMPTY"};
  static constexpr Field<CsReq, 11> idle_resource_req{"IDLE_RESOURCE_REQ"};
  static constexpr Field<CsReq, 12> idle_shared_sb_dec{"IDLE_SHARED_SB_DEC"};
  static constexpr Field<CsReq, 26> tiler_oom{"TILER_OOM"};
  static constexpr Field<CsReq, 27> protm_pend{"PROTM_PEND"};
  static constexpr Field<CsReq, 30> fatal{"FATAL"};
  static constexpr Field<CsReq, 31> fault{"FAULT"};
  static constexpr auto fields =
      field_list(state, extract_event, idle_sync_wait, idle_protm_pend, idle_empty,
                 idle_resource_req, idle_shared_sb_dec, tiler_oom, protm_pend, fatal, fault);
};
inline constexpr std::uint32_t kCsStateMask = CsReq::state.mask;
inline constexpr std::uint32_t kCsExtractEvent = CsReq::extract_event.mask;
inline constexpr std::uint32_t kCsIdleSyncWait = CsReq::idle_sync_wait.mask;
inline constexpr std::uint32_t kCsIdleProtmPend = CsReq::idle_protm_pend.mask;
inline constexpr std::uint32_t kCsIdleEmpty = CsReq::idle_empty.mask;
inline constexpr std::uint32_t kCsIdleResourceReq = CsReq::idle_resource_req.mask;
inline constexpr std::uint32_t kCsTilerOom = CsReq::tiler_oom.mask;
inline constexpr std::uint32_t kCsProtmPend = CsReq::protm_pend.mask;
inline constexpr std::uint32_t kCsFatal = CsReq::fatal.mask;
inline constexpr std::uint32_t kCsFault = CsReq::fault.mask;
/// Bits that the host sets as levels and the firmware acks by equality.
inline constexpr std::uint32_t kCsLevelMask = kCsStateMask | kCsExtractEvent | kCsIdleSyncWait |
                                              kCsIdleProtmPend | kCsIdleEmpty | kCsIdleResourceReq |
                                              CsReq::idle_shared_sb_dec.mask;
inline constexpr std::uint32_t kCsEvtMask = kCsTilerOom | kCsProtmPend | kCsFatal | kCsFault;

/// CS_CONFIG.
struct CsConfig {
  static constexpr Field<CsConfig, 3, 0> priority{"PRIORITY"};
  static constexpr Field<CsConfig, 15, 8> doorbell{"USER_DOORBELL"};
  static constexpr auto fields = field_list(priority, doorbell);
};

/// CS_FEATURES.
struct CsFeatures {
  static constexpr Field<CsFeatures, 7, 0> work_registers{"WORK_REGISTERS"};  // minus one
  static constexpr Field<CsFeatures, 15, 8> scoreboards{"SCOREBOARDS"};
  static constexpr Field<CsFeatures, 16> compute{"COMPUTE"};
  static constexpr Field<CsFeatures, 17> fragment{"FRAGMENT"};
  static constexpr Field<CsFeatures, 18> tiler{"TILER"};
  static constexpr auto fields = field_list(work_registers, scoreboards, compute, fragment, tiler);
};

/// CS_STATUS_WAIT.
struct CsStatusWait {
  static constexpr Field<CsStatusWait, 15, 0> sb_mask{"SB_MASK"};
  static constexpr Field<CsStatusWait, 19, 16> sb_source{"SB_SOURCE"};
  static constexpr Field<CsStatusWait, 27, 24> sync_condition{"SYNC_WAIT_CONDITION"};
  static constexpr Field<CsStatusWait, 28> progress_wait{"PROGRESS_WAIT"};
  static constexpr Field<CsStatusWait, 29> protm_pend{"PROTM_PEND"};
  static constexpr Field<CsStatusWait, 30> sync_64b{"SYNC_WAIT_SIZE"};
  static constexpr Field<CsStatusWait, 31> sync_wait{"SYNC_WAIT"};
  static constexpr auto fields = field_list(sb_mask, sb_source, sync_condition, progress_wait,
                                            protm_pend, sync_64b, sync_wait);
};

/// Values of CS_STATUS_BLOCKED_REASON [3:0].
enum class BlockedReason : std::uint32_t {
  unblocked,
  sb_wait,
  progress_wait,
  sync_wait,
  deferred,
  resource,
  flush
};

/// CS_FAULT and CS_FATAL.
struct CsFaultWord {
  static constexpr Field<CsFaultWord, 7, 0> type{"EXCEPTION_TYPE"};
  static constexpr Field<CsFaultWord, 31, 8> data{"EXCEPTION_DATA"};
  static constexpr auto fields = field_list(type, data);
};

/// GLB_HALT_STATUS values.
inline constexpr std::uint32_t kHaltOk = 0;
inline constexpr std::uint32_t kHaltPanic = 0x4e;
inline constexpr std::uint32_t kHaltWatchdog = 0x4f;

/// Timer words: [30:0] in units of 1024 cycles, b31 selects the GPU counter.
inline constexpr std::uint32_t kTimerValueMask = 0x7fffffff;
inline constexpr std::uint32_t kTimerGpuCounter = 1u << 31;

static_assert(fields_apart(GlbReq::fields) && fields_apart(CsgReq::fields));
static_assert(fields_apart(CsReq::fields) && fields_apart(CsStatusWait::fields));
static_assert(fields_apart(CsgEpReq::fields) && fields_apart(CsFeatures::fields));

}  // namespace protm::vocab::fw
