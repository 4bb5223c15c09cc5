// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::SpinGuard;
namespace fw = vocab::fw;

constexpr std::uint32_t kMinCsgs = 3;
constexpr std::uint32_t kMinCsPerCsg = 8;
constexpr std::uint64_t kAckSpinUs = 10;

// Offset in the shared section of a block at an MCU VA. Errors: EINVAL when it does not fit.
int iface_fw_to_offset(PanthorDevice* ptdev, std::uint32_t mcu_va, std::uint32_t size,
                       std::uint32_t* offset) {
  const FwSection& shared = *ptdev->fw->shared_section;
  if (mcu_va < shared.va || mcu_va - shared.va + size > shared.size) return -EINVAL;
  *offset = static_cast<std::uint32_t>(mcu_va - shared.va);
  return 0;
}

int init_block(PanthorDevice* ptdev, FwIface* iface, std::uint32_t input_word,
               std::uint32_t input_size, std::uint32_t output_word, std::uint32_t output_size) {
  const int ret = iface_fw_to_offset(ptdev, fw_read(ptdev, iface->control + input_word),
                                     input_size, &iface->input);
  if (ret != 0) return ret;
  return iface_fw_to_offset(ptdev, fw_read(ptdev, iface->control + output_word), output_size,
                            &iface->output);
}

int panthor_init_cs_iface(PanthorDevice* ptdev, std::uint32_t csg, std::uint32_t cs) {
  PanthorFw& pfw = *ptdev->fw;
  const FwIface& group = pfw.groups[csg];
  const std::uint64_t stride = fw_read(ptdev, group.control + fw::csg_control::kStreamStride);
  const std::uint64_t control = group.control + fw::kCsControlBase + stride * cs;
  if (control + fw::cs_control::kOutputVa + 4 > pfw.shared_section->size) return -EINVAL;
  FwIface& iface = panthor_fw_get_cs_iface(ptdev, csg, cs);
  iface.control = static_cast<std::uint32_t>(control);
  const int ret = init_block(ptdev, &iface, fw::cs_control::kInputVa, fw::cs_input::kSize,
                             fw::cs_control::kOutputVa, fw::cs_output::kSize);
  if (ret != 0) return ret;
  // All streams of all groups must be alike.
  const FwIface& first = pfw.streams[0];
  const std::uint32_t features = fw_read(ptdev, iface.control + fw::cs_control::kFeatures);
  return features == fw_read(ptdev, first.control + fw::cs_control::kFeatures) ? 0 : -EINVAL;
}

bool same_word(PanthorDevice* ptdev, const FwIface& a, const FwIface& b, std::uint32_t word) {
  return fw_read(ptdev, a.control + word) == fw_read(ptdev, b.control + word);
}

int panthor_init_csg_iface(PanthorDevice* ptdev, std::uint32_t csg) {
  PanthorFw& pfw = *ptdev->fw;
  const std::uint64_t stride = fw_read(ptdev, pfw.global.control + fw::glb_control::kGroupStride);
  const std::uint64_t control = pfw.global.control + fw::kCsgControlBase + stride * csg;
  if (control + fw::csg_control::kStreamStride + 4 > pfw.shared_section->size) return -EINVAL;
  FwIface& iface = pfw.groups[csg];
  iface.control = static_cast<std::uint32_t>(control);
  const int ret = init_block(ptdev, &iface, fw::csg_control::kInputVa, fw::csg_input::kSize,
                             fw::csg_control::kOutputVa, fw::csg_output::kSize);
  if (ret != 0) return ret;
  const std::uint32_t streams = fw_read(ptdev, iface.control + fw::csg_control::kStreamNum);
  if (streams < kMinCsPerCsg || streams > vocab::kMaxCsPerCsg) return -EINVAL;
  if (csg == 0) {
    pfw.streams_per_group = streams;
    pfw.suspend_size = fw_read(ptdev, iface.control + fw::csg_control::kSuspendSize);
    pfw.protm_suspend_size = fw_read(ptdev, iface.control + fw::csg_control::kProtmSuspendSize);
    pfw.streams.resize(static_cast<std::size_t>(streams) * pfw.groups.size());
  }
  const FwIface& first = pfw.groups[0];
  for (const std::uint32_t word : {fw::csg_control::kFeatures, fw::csg_control::kSuspendSize,
                                   fw::csg_control::kProtmSuspendSize,
                                   fw::csg_control::kStreamNum}) {
    if (!same_word(ptdev, iface, first, word)) return -EINVAL;
  }
  for (std::uint32_t cs = 0; cs < streams; ++cs) {
    const int cs_ret = panthor_init_cs_iface(ptdev, csg, cs);
    if (cs_ret != 0) return cs_ret;
  }
  return 0;
}

int panthor_fw_wait_acks(PanthorDevice* ptdev, FwIface& iface, std::uint32_t mask,
                         std::uint32_t* acked, std::uint32_t timeout_ms) {
  contract::Kernel& k = ptdev->kernel;
  const std::uint32_t req = fw_read(ptdev, iface.input + kReqAck.req) & mask;
  const auto done = [&] {
    return (fw_read(ptdev, iface.output + kReqAck.ack) & mask) == req;
  };
  *acked = mask;
  if (k.poll(done, 1, kAckSpinUs, contract::Atomicity::atomic) == 0) return 0;
  if (k.wait_event_timeout(ptdev->fw->req_waitqueue, done, k.msecs_to_jiffies(timeout_ms)) != 0) {
    return 0;
  }
  // The interrupt may have been lost; what memory says counts.
  const std::uint32_t ack = fw_read(ptdev, iface.output + kReqAck.ack) & mask;
  *acked = ~(req ^ ack) & mask;
  return *acked == mask ? 0 : -ETIMEDOUT;
}

}  // namespace

FwIface& panthor_fw_get_glb_iface(PanthorDevice* ptdev) { return ptdev->fw->global; }

FwIface& panthor_fw_get_csg_iface(PanthorDevice* ptdev, std::uint32_t csg) {
  return ptdev->fw->groups[csg];
}

FwIface& panthor_fw_get_cs_iface(PanthorDevice* ptdev, std::uint32_t csg, std::uint32_t cs) {
  PanthorFw& pfw = *ptdev->fw;
  return pfw.streams[static_cast<std::size_t>(csg) * pfw.streams_per_group + cs];
}

std::uint32_t fw_read(PanthorDevice* ptdev, std::uint32_t offset) {
  return ptdev->drm.load32(ptdev->fw->shared_section->mem->kmap, offset);
}

std::uint64_t fw_read64(PanthorDevice* ptdev, std::uint32_t offset) {
  return ptdev->drm.load64(ptdev->fw->shared_section->mem->kmap, offset);
}

void fw_write(PanthorDevice* ptdev, std::uint32_t offset, std::uint32_t value) {
  ptdev->drm.store32(ptdev->fw->shared_section->mem->kmap, offset, value);
}

void fw_write64(PanthorDevice* ptdev, std::uint32_t offset, std::uint64_t value) {
  ptdev->drm.store64(ptdev->fw->shared_section->mem->kmap, offset, value);
}

void panthor_fw_toggle_reqs(PanthorDevice* ptdev, FwIface& iface, FwPair pair,
                            std::uint32_t mask) {
  SpinGuard guard(ptdev->kernel, iface.lock);
  const std::uint32_t req = fw_read(ptdev, iface.input + pair.req);
  const std::uint32_t ack = fw_read(ptdev, iface.output + pair.ack);
  fw_write(ptdev, iface.input + pair.req, (req & ~mask) | (~ack & mask));
}

void panthor_fw_update_reqs(PanthorDevice* ptdev, FwIface& iface, std::uint32_t input_word,
                            std::uint32_t value, std::uint32_t mask) {
  SpinGuard guard(ptdev->kernel, iface.lock);
  const std::uint32_t req = fw_read(ptdev, iface.input + input_word);
  fw_write(ptdev, iface.input + input_word, (req & ~mask) | (value & mask));
}

int panthor_fw_glb_wait_acks(PanthorDevice* ptdev, std::uint32_t mask, std::uint32_t* acked,
                             std::uint32_t timeout_ms) {
  if (mask == 0 || (mask & ~(fw::kGlbReqMask & ~fw::kGlbHalt)) != 0) {
    ptdev->kernel.warn("wait for a bit that is not acked");
    return -EINVAL;
  }
  return panthor_fw_wait_acks(ptdev, ptdev->fw->global, mask, acked, timeout_ms);
}

int panthor_fw_csg_wait_acks(PanthorDevice* ptdev, std::uint32_t csg, std::uint32_t mask,
                             std::uint32_t* acked, std::uint32_t timeout_ms) {
  const int ret = panthor_fw_wait_acks(ptdev, panthor_fw_get_csg_iface(ptdev, csg), mask, acked,
                                       timeout_ms);
  // STATE is one value: some equal bits of it are no ack.
  if ((*acked & fw::kCsgStateMask) != fw::kCsgStateMask) *acked &= ~fw::kCsgStateMask;
  return ret;
}

void panthor_fw_ring_global_doorbell(PanthorDevice* ptdev) {
  ptdev->kernel.write32(csf_doorbell(vocab::kGlobalDoorbell), 1);
}

void panthor_fw_ring_csg_doorbells(PanthorDevice* ptdev, std::uint32_t csg_mask) {
  panthor_fw_toggle_reqs(ptdev, ptdev->fw->global, kDoorbellReqAck, csg_mask);
  panthor_fw_ring_global_doorbell(ptdev);
}

void panthor_fw_wake_waiters(PanthorDevice* ptdev) {
  if (ptdev->fw != nullptr) ptdev->kernel.wake_up_all(ptdev->fw->req_waitqueue);
}

bool panthor_fw_has_64bit_ep_req(const PanthorDevice* ptdev) {
  return ptdev->fw->version >= (4u << 24);
}

int panthor_fw_init_ifaces(PanthorDevice* ptdev) {
  PanthorFw& pfw = *ptdev->fw;
  if (!pfw.shared_section->mem->kmap) return -EINVAL;
  if (pfw.shared_section->size < fw::glb_control::kSize) return -EINVAL;
  pfw.global.control = 0;
  pfw.version = fw_read(ptdev, fw::glb_control::kVersion);
  if (pfw.version == 0) {
    ptdev->kernel.log("Firmware version is 0. Firmware may have failed to boot");
    return -EINVAL;
  }
  int ret = init_block(ptdev, &pfw.global, fw::glb_control::kInputVa, fw::glb_input::kSize,
                       fw::glb_control::kOutputVa, fw::glb_output::kSize);
  if (ret != 0) return ret;
  const std::uint32_t groups = fw_read(ptdev, fw::glb_control::kGroupNum);
  if (groups < kMinCsgs || groups > vocab::kMaxCsgSlots) return -EINVAL;
  pfw.groups.resize(groups);
  for (std::uint32_t csg = 0; csg < groups; ++csg) {
    ret = panthor_init_csg_iface(ptdev, csg);
    if (ret != 0) return ret;
  }
  return 0;
}

}  // namespace protm::v1
