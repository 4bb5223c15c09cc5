// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

namespace fw = vocab::fw;

constexpr std::uint64_t kEnterAckMs = 4000;
constexpr std::uint64_t kStatusPollUs = 10;
constexpr std::uint64_t kEnterActiveUs = 500000;
constexpr std::uint64_t kNaturalExitUs = 5000;
constexpr std::uint64_t kForcedExitMs = 500;
constexpr std::uint64_t kExitEventUs = 1000;

std::uint32_t glb_differing(PanthorDevice* ptdev) {
  const FwIface& glb = ptdev->fw->global;
  return fw_read(ptdev, glb.input + kReqAck.req) ^ fw_read(ptdev, glb.output + kReqAck.ack);
}

// A protected fault during the entry: neither ack nor hardware will follow (RST-6).
bool faulted(PanthorDevice* ptdev) { return ptdev->gpu->protm_fault; }

int wait_enter_ack(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  const auto answered = [&] {
    return (glb_differing(ptdev) & fw::kGlbProtmEnter) == 0 || faulted(ptdev);
  };
  if (k.wait_event_timeout(ptdev->fw->req_waitqueue, answered, k.msecs_to_jiffies(kEnterAckMs)) ==
      0) {
    k.log("Wait for FW protected mode acknowledge timed out");
    return -ETIMEDOUT;
  }
  return faulted(ptdev) ? -EIO : 0;
}

// The hardware follows the ack with a gap; a short region may be over before anybody looks.
int wait_enter_active(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  const auto entered = [&] {
    return panthor_gpu_in_protm(ptdev) || panthor_fw_protm_exit_pending(ptdev) || faulted(ptdev);
  };
  if (k.poll(entered, kStatusPollUs, kEnterActiveUs, contract::Atomicity::may_sleep) != 0) {
    k.log("Wait for GPU protected mode enter timed out");
    return -ETIMEDOUT;
  }
  return faulted(ptdev) ? -EIO : 0;
}

// The firmware of an unplugged device has stopped, and its registers may have no power any more, or
// be another driver's: nobody waits for them, whatever the GPU was in when the wait began.
bool gone(PanthorDevice* ptdev) {
  return ptdev->unplug.begun && !ptdev->fw->booted;
}

}  // namespace

bool panthor_fw_protm_is_active(PanthorDevice* ptdev) {
  if (ptdev->fw == nullptr || !ptdev->fw->booted) return false;
  return panthor_gpu_in_protm(ptdev);
}

bool panthor_fw_protm_exit_pending(PanthorDevice* ptdev) {
  return (glb_differing(ptdev) & fw::kGlbProtmExit) != 0;
}

int panthor_fw_protm_enter(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  // No VM operation may have a region locked while the MMU stops taking commands.
  k.down_write(ptdev->protm.lock);
  // Whoever held the lock may have failed: then no entry before the reset.
  if (!has_defect(ptdev, Switch::sched_81) && panthor_device_reset_is_pending(ptdev)) {
    k.up_write(ptdev->protm.lock);
    return -EBUSY;
  }
  ptdev->protm.entering = true;
  panthor_fw_toggle_reqs(ptdev, ptdev->fw->global, kReqAck, fw::kGlbProtmEnter);
  panthor_fw_ring_global_doorbell(ptdev);
  int ret = wait_enter_ack(ptdev);
  if (ret == 0) ret = wait_enter_active(ptdev);
  ptdev->protm.entering = false;
  k.up_write(ptdev->protm.lock);
  return ret;
}

void panthor_fw_protm_exit(PanthorDevice* ptdev) {
  FwIface& glb = ptdev->fw->global;
  ++ptdev->protm.exits;
  panthor_fw_update_reqs(ptdev, glb, kReqAck.req, fw_read(ptdev, glb.output + kReqAck.ack),
                         fw::kGlbProtmExit);
}

int panthor_fw_protm_exit_wait_event_timeout(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  const bool active = panthor_fw_protm_is_active(ptdev);
  const std::uint32_t exits = ptdev->protm.exits;
  if (active) {
    panthor_fw_toggle_reqs(ptdev, ptdev->fw->global, kReqAck, fw::kGlbPing);
    panthor_fw_ring_global_doorbell(ptdev);
  }
  const auto left = [&] { return gone(ptdev) || !panthor_gpu_in_protm(ptdev); };
  if (active && k.wait_event_timeout(ptdev->fw->req_waitqueue, left,
                                     k.msecs_to_jiffies(kForcedExitMs)) == 0) {
    k.log("Wait for forced protected mode exit timed out");
    ptdev->protm.exit_refused = true;
    panthor_device_schedule_reset(ptdev);
    return -ETIMEDOUT;
  }
  // The event comes with the exit: whoever goes on must not meet it later as an old one. Another
  // may have taken it already. Beside an unplug the words to look at go with the firmware.
  const auto told = [&] {
    return !ptdev->fw->booted || ptdev->protm.exits != exits ||
           panthor_fw_protm_exit_pending(ptdev);
  };
  (void)k.poll(told, kStatusPollUs, kExitEventUs, contract::Atomicity::may_sleep);
  return 0;
}

int panthor_fw_protm_exit_sync(PanthorDevice* ptdev) {
  // The caller holds protm.lock for reading, so that no new session can begin here.
  const auto left = [&] { return gone(ptdev) || !panthor_gpu_in_protm(ptdev); };
  if (ptdev->kernel.poll(left, kStatusPollUs, kNaturalExitUs, contract::Atomicity::may_sleep) ==
      0) {
    return 0;
  }
  return panthor_fw_protm_exit_wait_event_timeout(ptdev);
}

}  // namespace protm::v1
