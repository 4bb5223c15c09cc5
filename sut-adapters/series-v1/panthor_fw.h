// SPDX-License-Identifier: GPL-2.0-only
// Firmware: image sections, boot, interface blocks, request/ack words, watchdog PING, and patch 7's
// entry to and exit from protected mode. Sections with the PROT flag come from the protected heap
// and are not touched by the CPU. Switches FW-8, FW-9, FW-25, FW-27, RST-29.
// Not modelled: build info, FW >= 4.1 power states beyond HALT, performance counters.
// Source: panthor_fw.[ch] (7.x); patches 3/8, 4/8, 7/8; facts-fw.md; facts-driver-7x.md section 4.
#pragma once

#include <cstdint>
#include <vector>

#include "gpu-model/vocab/fw_interface.h"
#include "sut-adapters/series-v1/panthor_device.h"
#include "sut-adapters/series-v1/panthor_gem.h"

namespace protm::v1 {

/// Frequency of the system counter (CNTFRQ). Assumption: 24 MHz, as on the boards of interest.
inline constexpr std::uint64_t kArchTimerHz = 24'000'000;

/// A GLB, CSG or CS block: offsets of its parts in the shared section.
struct FwIface {
  contract::SpinLock lock{"fw.iface_lock"};
  std::uint32_t control = 0;
  std::uint32_t input = 0;
  std::uint32_t output = 0;
};

struct FwSection {
  explicit FwSection(std::pmr::memory_resource* mr) : data(mr) {}
  std::uint32_t flags = 0;
  std::uint64_t va = 0;
  std::uint64_t size = 0;
  contract::Ptr<KernelBo> mem;
  std::pmr::vector<std::byte> data;
};

struct PanthorFw {
  explicit PanthorFw(std::pmr::memory_resource* mr) : sections(mr), groups(mr), streams(mr) {}
  PanthorIrq irq;
  contract::Ptr<Vm> vm;
  std::pmr::vector<contract::Ptr<FwSection>> sections;
  contract::Ptr<FwSection> shared_section;
  FwIface global;
  std::pmr::vector<FwIface> groups;
  std::pmr::vector<FwIface> streams;   ///< group-major
  std::uint32_t version = 0;
  std::uint32_t streams_per_group = 0;
  /// Bytes of a group's suspend buffers. Kept: a reset rewrites the section that tells them.
  std::uint32_t suspend_size = 0;
  std::uint32_t protm_suspend_size = 0;
  contract::WaitQueue req_waitqueue{"fw.req_waitqueue"};
  contract::DelayedWork ping_work{"ping_work"};
  bool booted = false;
};

int panthor_fw_init(PanthorDevice* ptdev);
void panthor_fw_unplug(PanthorDevice* ptdev);
void panthor_fw_pre_reset(PanthorDevice* ptdev, bool on_hang);
int panthor_fw_post_reset(PanthorDevice* ptdev);
inline int panthor_fw_resume(PanthorDevice* ptdev) { return panthor_fw_post_reset(ptdev); }

// --- interface words ---------------------------------------------------------------------------
[[nodiscard]] FwIface& panthor_fw_get_glb_iface(PanthorDevice* ptdev);
[[nodiscard]] FwIface& panthor_fw_get_csg_iface(PanthorDevice* ptdev, std::uint32_t csg);
[[nodiscard]] FwIface& panthor_fw_get_cs_iface(PanthorDevice* ptdev, std::uint32_t csg,
                                               std::uint32_t cs);
[[nodiscard]] std::uint32_t fw_read(PanthorDevice* ptdev, std::uint32_t offset);
[[nodiscard]] std::uint64_t fw_read64(PanthorDevice* ptdev, std::uint32_t offset);
void fw_write(PanthorDevice* ptdev, std::uint32_t offset, std::uint32_t value);
void fw_write64(PanthorDevice* ptdev, std::uint32_t offset, std::uint64_t value);
/// Where in the input and output blocks a pair of words is.
struct FwPair {
  std::uint32_t req = 0;
  std::uint32_t ack = 0;
};
inline constexpr FwPair kReqAck{0, 0};
/// doorbell_req and doorbell_ack have the same offsets in GLB and CSG blocks.
inline constexpr FwPair kDoorbellReqAck{vocab::fw::csg_input::kDoorbellReq,
                                        vocab::fw::csg_output::kDoorbellAck};
/// req := NOT ack for the bits of `mask`.
void panthor_fw_toggle_reqs(PanthorDevice* ptdev, FwIface& iface, FwPair pair, std::uint32_t mask);
/// req := value for the bits of `mask`.
void panthor_fw_update_reqs(PanthorDevice* ptdev, FwIface& iface, std::uint32_t input_word,
                            std::uint32_t value, std::uint32_t mask);
/// Waits until the bits of `mask` are equal in REQ and ACK. `acked` gets those that are.
int panthor_fw_csg_wait_acks(PanthorDevice* ptdev, std::uint32_t csg, std::uint32_t mask,
                             std::uint32_t* acked, std::uint32_t timeout_ms);
int panthor_fw_glb_wait_acks(PanthorDevice* ptdev, std::uint32_t mask, std::uint32_t* acked,
                             std::uint32_t timeout_ms);
/// Toggles the doorbell bits of CSG slots and rings the global doorbell.
void panthor_fw_ring_csg_doorbells(PanthorDevice* ptdev, std::uint32_t csg_mask);
void panthor_fw_ring_global_doorbell(PanthorDevice* ptdev);
void panthor_fw_wake_waiters(PanthorDevice* ptdev);
/// True when priorities go to endpoint_req2 (FW >= 4.0.0).
[[nodiscard]] bool panthor_fw_has_64bit_ep_req(const PanthorDevice* ptdev);

// --- memory ------------------------------------------------------------------------------------
[[nodiscard]] Vm* panthor_fw_vm(PanthorDevice* ptdev);
/// Input and output pages of a queue, mapped for the CPU; GPU VAs are those of the MCU.
KernelBoResult panthor_fw_alloc_queue_iface_mem(PanthorDevice* ptdev);
KernelBoResult panthor_fw_alloc_suspend_buf_mem(PanthorDevice* ptdev, std::uint64_t size);
KernelBoResult panthor_fw_alloc_protm_suspend_buf_mem(PanthorDevice* ptdev, std::uint64_t size);

// --- protected mode (patch 7) --------------------------------------------------------------------
/// True when there is a heap and the image has a section that runs in protected mode.
bool panthor_fw_protm_supported(PanthorDevice* ptdev);
/// True while the GPU is in protected mode. Touches no register before the firmware has booted.
[[nodiscard]] bool panthor_fw_protm_is_active(PanthorDevice* ptdev);
/// True while a PROTM_EXIT event waits for its ack.
[[nodiscard]] bool panthor_fw_protm_exit_pending(PanthorDevice* ptdev);
/// Asks firmware to enter, waits for the ack and for the hardware. Errors: ETIMEDOUT, EIO (fault).
int panthor_fw_protm_enter(PanthorDevice* ptdev);
/// Acks the PROTM_EXIT event.
void panthor_fw_protm_exit(PanthorDevice* ptdev);
/// Gives a natural exit 5 ms, then forces one. Errors: ETIMEDOUT (a reset is scheduled).
int panthor_fw_protm_exit_sync(PanthorDevice* ptdev);
/// Forces an exit by PING. Time: at most 500 ms. Errors: ETIMEDOUT (a reset is scheduled).
int panthor_fw_protm_exit_wait_event_timeout(PanthorDevice* ptdev);

// --- between panthor_fw*.cc ----------------------------------------------------------------------
int panthor_fw_load(PanthorDevice* ptdev);
void panthor_reload_fw_sections(PanthorDevice* ptdev, bool full_reload);
void panthor_fw_free_sections(PanthorDevice* ptdev);
int panthor_fw_init_ifaces(PanthorDevice* ptdev);

}  // namespace protm::v1
