// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/gpu.h"

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/reference/protm.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;
using contract::SpinGuard;

namespace {

constexpr std::uint32_t kFault = GpuIrq::gpu_fault.mask;
constexpr std::uint32_t kProtmFault = GpuIrq::protm_fault.mask;
constexpr std::uint32_t kGpuResetDone = GpuIrq::reset_completed.mask;
constexpr std::uint32_t kCleanDone = GpuIrq::clean_caches_completed.mask;
constexpr std::uint32_t kGpuEvents = kFault | kProtmFault | kGpuResetDone | kCleanDone;
constexpr std::uint64_t kWaitMs = 100;
constexpr std::uint64_t kL2PollUs = 100;
constexpr std::uint64_t kL2Us = 20'000;

}  // namespace

Gpu::Gpu(Device& device)
    : d_(device), k_(device.k),
      irq_(device.k, contract::IrqLine::gpu, kGpuIrqRawstat.offset, "gpu"), pwr_(device) {}

int Gpu::read_info() {
  uapi::GpuInfo& i = info_;
  i.gpu_id = k_.read32(kGpuId.offset);
  if (i.gpu_id == 0) return -ENXIO;
  const std::uint32_t major = Word<GpuId>{i.gpu_id}[GpuId::arch_major];
  if (major < 10 || major > kFirstPwrControlArch) return -EOPNOTSUPP;
  has_pwr_ = major == kFirstPwrControlArch;
  i.csf_id = k_.read32(kCsfId.offset);
  i.gpu_rev = k_.read32(kRevidr.offset);
  i.core_features = k_.read32(kCoreFeatures.offset);
  i.l2_features = k_.read32(kL2Features.offset);
  i.tiler_features = k_.read32(kTilerFeatures.offset);
  i.mem_features = k_.read32(kMemFeatures.offset);
  i.mmu_features = k_.read32(kMmuFeatures.offset);
  i.thread_features = k_.read32(kThreadFeatures.offset);
  i.max_threads = k_.read32(kThreadMaxThreads.offset);
  i.thread_max_workgroup_size = k_.read32(kThreadMaxWorkgroupSize.offset);
  i.thread_max_barrier_size = k_.read32(kThreadMaxBarrierSize.offset);
  i.coherency_features = k_.read32(kCoherencyFeatures.offset);
  i.texture_features[0] = k_.read32(kTextureFeatures0.offset);
  i.texture_features[1] = k_.read32(kTextureFeatures1.offset);
  i.texture_features[2] = k_.read32(kTextureFeatures2.offset);
  i.texture_features[3] = k_.read32(kTextureFeatures3.offset);
  i.as_present = k_.read32(kAsPresent.offset);
  i.gpu_features = k_.read64(kGpuFeaturesLo.offset);
  i.shader_present =
      k_.read64(has_pwr_ ? kPwrShaderPresentLo.offset : kShaderPresentLo.offset);
  i.tiler_present = k_.read64(has_pwr_ ? kPwrTilerPresentLo.offset : kTilerPresentLo.offset);
  i.l2_present = k_.read64(has_pwr_ ? kPwrL2PresentLo.offset : kL2PresentLo.offset);
  coherent_ = k_.dma_coherent();
  if (coherent_ && (i.coherency_features & (1u << kCoherencyAceLite)) == 0) return -kENOTSUPP;
  i.selected_coherency = coherent_ ? kCoherencyAceLite : kCoherencyNone;
  return 0;
}

int Gpu::init(const Ptr<Gpu>& self) {
  const Ptr<IrqBlock> irq(&irq_, self.header(), self.generation());
  int error = has_pwr_ ? pwr_.init(Ptr<Pwr>(&pwr_, self.header(), self.generation())) : 0;
  if (error != 0) return error;
  error = irq_.request(
      irq, [](void* gpu, std::uint32_t status) { static_cast<Gpu*>(gpu)->handle_irq(status); },
      this);
  if (error == 0) irq_.resume(kGpuEvents);
  return error;
}

void Gpu::set_pending(std::uint32_t events) {
  k_.assert_held(reqs_lock_);
  pending_ = events;
}

void Gpu::handle_irq(std::uint32_t status) {
  // The fault in protected mode is a level that only a reset takes down: clearing it is useless.
  irq_.clear(status & ~kProtmFault);
  if ((status & kFault) != 0) k_.log("gpu fault");
  if ((status & kProtmFault) != 0) {
    irq_.disable_events(kProtmFault);
    k_.log("gpu fault in protected mode");
    d_.protm->fault_seen();
    d_.schedule_reset();
  }
  {
    SpinGuard lock(k_, reqs_lock_);
    set_pending(pending_ & ~status);
  }
  k_.wake_up_all(reqs_acked_);
}

bool Gpu::protm_active() {
  return Word<GpuStatus>{k_.read32(kGpuStatus.offset)}[GpuStatus::protm_active];
}

bool Gpu::flush_caches(std::uint32_t command) {
  MutexGuard flush(k_, flush_lock_);
  {
    SpinGuard lock(k_, reqs_lock_);
    if ((pending_ & kCleanDone) != 0) return false;
    set_pending(pending_ | kCleanDone);
    k_.write32(kGpuCommand.offset, command);
  }
  if (k_.wait_event_timeout(reqs_acked_, [&] { return (pending_ & kCleanDone) == 0; },
                            k_.msecs_to_jiffies(kWaitMs)) != 0) {
    return true;
  }
  {
    SpinGuard lock(k_, reqs_lock_);
    if ((pending_ & kCleanDone) == 0 || (irq_.rawstat() & kCleanDone) != 0) {
      set_pending(pending_ & ~kCleanDone);
      return true;
    }
  }
  k_.log("flush caches timeout");
  d_.schedule_reset();
  return false;
}

void Gpu::soft_reset() { reset(kGpuCommandSoftReset); }
void Gpu::hard_reset() { reset(kGpuCommandHardReset); }

void Gpu::reset(std::uint32_t command) {
  // The power block knows one kind only, however hard it is wanted.
  if (has_pwr_) {
    pwr_.soft_reset();
  } else {
    reset_by_command(command);
  }
  forget_requests();
}

void Gpu::forget_requests() {
  {
    SpinGuard lock(k_, reqs_lock_);
    set_pending(0);
  }
  k_.wake_up_all(reqs_acked_);
}

void Gpu::reset_by_command(std::uint32_t command) {
  {
    SpinGuard lock(k_, reqs_lock_);
    set_pending(pending_ | kGpuResetDone);
    k_.write32(kGpuCommand.offset, command);
  }
  const auto told = [this] { return (pending_ & kGpuResetDone) == 0; };
  if (k_.wait_event_timeout(reqs_acked_, told, k_.msecs_to_jiffies(kWaitMs)) == 0) {
    k_.log("gpu reset timeout");
  }
}

int Gpu::l2_power_on() {
  if (has_pwr_) return pwr_.l2_on(info_);
  k_.write32(kCoherencyEnable.offset, info_.selected_coherency);
  const auto settled = [&] { return (k_.read64(kL2PwrtransLo.offset) & 1) == 0; };
  const int error = k_.poll(settled, kL2PollUs, kL2Us);
  if (error != 0) return error;
  k_.write64(kL2PwronLo.offset, 1);
  return k_.poll([&] { return l2_ready(); }, kL2PollUs, kL2Us);
}

bool Gpu::l2_ready() { return (k_.read64(kL2ReadyLo.offset) & 1) != 0; }

void Gpu::l2_power_off() {
  if (has_pwr_) return pwr_.l2_off(info_);
  const auto settled = [&] {
    return (k_.read64(kL2PwrtransLo.offset) & info_.l2_present) == 0;
  };
  if (k_.poll(settled, kL2PollUs, kL2Us) != 0) return;
  k_.write64(kL2PwroffLo.offset, info_.l2_present);
  (void)k_.poll(settled, kL2PollUs, kL2Us);
}

void Gpu::unmask_protm_fault() {
  irq_.enable_events(kProtmFault);
}

void Gpu::suspend() {
  if (d_.fast_reset) {
    l2_power_off();
  } else {
    soft_reset();
  }
  silence();
}

void Gpu::resume() {
  if (has_pwr_) pwr_.resume();
  // The fault event may have been masked before the power cycle.
  irq_.resume(kGpuEvents);
  (void)l2_power_on();
}

void Gpu::silence() {
  irq_.suspend();
  if (has_pwr_) pwr_.suspend();
}

}  // namespace protm::reference
