// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/fw.h"

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::Atomicity;
using contract::SpinGuard;

namespace {

constexpr std::uint64_t kBootMs = 1000;
constexpr std::uint64_t kHaltUs = 1'000'000;
constexpr std::uint64_t kStopUs = 100'000;
constexpr std::uint64_t kPingMs = 12'000;
constexpr std::uint64_t kPingAckMs = 100;
/// 5 * 500 * 2^20 cycles in units of 1024.
constexpr std::uint32_t kProgressTimeout = 2'560'000;
constexpr std::uint32_t kStateHalt = 1;
constexpr std::uint32_t kPoweroffUs = 10'000;
constexpr std::uint32_t kIdleUs = 800;
/// Rate of the timer that the interface's times count. Assumption: the arch timer, at the rate of
/// the machine's timestamp. Source: panthor_fw_conv_timeout().
constexpr std::uint64_t kTimerHz = 24'000'000;
constexpr std::uint64_t kTimerUnit = 1024;  ///< cycles

constexpr std::uint32_t timer_value(std::uint32_t us) {
  const std::uint64_t cycles = us * kTimerHz / 1'000'000;
  return static_cast<std::uint32_t>((cycles + kTimerUnit - 1) / kTimerUnit);
}

std::uint32_t mcu_request(McuRequest r) { return static_cast<std::uint32_t>(r); }

}  // namespace

Fw::Fw(Device& device)
    : d_(device), k_(device.k),
      irq_(device.k, contract::IrqLine::job, kJobIrqRawstat.offset, "job") {}

// --- interface words ---------------------------------------------------------------------------

std::uint32_t Fw::in(const Iface& i, std::uint32_t offset) const {
  return d_.drm.load32(shared_->memory->kmap, i.input + offset);
}
std::uint32_t Fw::out(const Iface& i, std::uint32_t offset) const {
  return d_.drm.load32(shared_->memory->kmap, i.output + offset);
}
std::uint64_t Fw::out64(const Iface& i, std::uint32_t offset) const {
  return d_.drm.load64(shared_->memory->kmap, i.output + offset);
}
void Fw::set_in(const Iface& i, std::uint32_t offset, std::uint32_t value) {
  d_.drm.store32(shared_->memory->kmap, i.input + offset, value);
}
void Fw::set_in64(const Iface& i, std::uint32_t offset, std::uint64_t value) {
  d_.drm.store64(shared_->memory->kmap, i.input + offset, value);
}

void Fw::set_reqs(const Iface& i, std::uint32_t offset, std::uint32_t value, std::uint32_t mask) {
  k_.assert_held(iface_lock_);
  set_in(i, offset, (in(i, offset) & ~mask) | (value & mask));
}

void Fw::update_reqs(const Iface& i, std::uint32_t value, std::uint32_t mask) {
  SpinGuard lock(k_, iface_lock_);
  set_reqs(i, 0, value, mask);
}

void Fw::toggle_reqs(const Iface& i, std::uint32_t mask, std::uint32_t req_offset,
                     std::uint32_t ack_offset) {
  SpinGuard lock(k_, iface_lock_);
  set_reqs(i, req_offset, ~out(i, ack_offset), mask);
}

void Fw::ack_events(const Iface& i, std::uint32_t mask) {
  SpinGuard lock(k_, iface_lock_);
  set_reqs(i, 0, out(i, 0), mask);
}

void Fw::ring_global() { k_.write32(doorbell_offset(kGlobalDoorbell), 1); }

void Fw::toggle_csg_doorbells(std::uint32_t mask) {
  toggle_reqs(glb_, mask, fw::glb_input::kDoorbellReq, fw::glb_output::kDoorbellAck);
}

void Fw::ring_csgs(std::uint32_t mask) {
  toggle_csg_doorbells(mask);
  ring_global();
}

std::uint32_t Fw::wait_acks(const Iface& i, std::uint32_t mask, std::uint64_t timeout_ms) {
  const auto done = [&] { return (pending(i) & mask) == 0; };
  if (k_.poll(done, 0, 10, Atomicity::atomic) == 0) return mask;
  if (k_.wait_event_timeout(req_waitqueue_, done, k_.msecs_to_jiffies(timeout_ms)) != 0) {
    return mask;
  }
  return mask & ~pending(i);
}

// --- life --------------------------------------------------------------------------------------

int Fw::init(const Ptr<Fw>& self) {
  ping_work_.fn = contract::Callback{[](void* fw) { static_cast<Fw*>(fw)->ping(); }, this,
                                     self.header(), self.generation()};
  const Ptr<IrqBlock> irq(&irq_, self.header(), self.generation());
  int error = irq_.request(
      irq, [](void* fw, std::uint32_t status) { static_cast<Fw*>(fw)->handle_irq(status); }, this);
  if (error != 0) return error;

  error = d_.gpu->l2_power_on();
  if (error != 0) return error;
  VmLayout layout{.kind = VmKind::mcu, .kernel_start = 0, .kernel_size = fw::kMcuVaSize,
                  .auto_start = fw::kSharedVa, .auto_size = fw::kSharedSize};
  const auto vm = Vms::create(d_, layout);
  if (!vm) return vm.error();
  vm_ = *vm;
  error = load_image();
  if (error != 0) return error;
  error = d_.mmu->vm_active(vm_);
  if (error != 0) return error;
  error = start();
  if (error != 0) return error;
  error = init_ifaces();
  if (error != 0) return error;
  init_global();
  return 0;
}

void Fw::handle_irq(std::uint32_t status) {
  irq_.clear(status);
  if ((status & kJobIrqGlb) != 0) booted_ = true;
  k_.wake_up_all(req_waitqueue_);
  if (booted_ && d_.is_initialized()) d_.sched->report_fw_events(status);
}

int Fw::start() {
  irq_.resume(~0u);
  k_.write32(kMcuControl.offset, mcu_request(McuRequest::automatic));
  if (k_.wait_event_timeout(req_waitqueue_, [this] { return booted_; },
                            k_.msecs_to_jiffies(kBootMs)) == 0 &&
      (irq_.status() & kJobIrqGlb) == 0) {
    k_.log("firmware does not boot");
    return -ETIMEDOUT;
  }
  return 0;
}

void Fw::stop() {
  booted_ = false;
  k_.write32(kMcuControl.offset, mcu_request(McuRequest::disable));
  const auto disabled = [this] {
    return Word<McuStatus>{k_.read32(kMcuStatus.offset)}[McuStatus::value] == McuState::disabled;
  };
  if (k_.poll(disabled, 10, kStopUs, Atomicity::may_sleep) != 0) k_.log("mcu does not stop");
}

void Fw::init_global() {
  set_in64(glb_, fw::glb_input::kCoreEnMask, d_.gpu->info().shader_present);
  set_in(glb_, fw::glb_input::kPoweroffTimer, timer_value(kPoweroffUs));
  set_in(glb_, fw::glb_input::kProgressTimer, kProgressTimeout);
  set_in(glb_, fw::glb_input::kIdleTimer, timer_value(kIdleUs));
  std::uint32_t events = fw::kGlbCfgProgressTimer | fw::kGlbCfgAllocEn | fw::kGlbCfgPwroffTimer |
                         fw::kGlbPing | fw::kGlbIdleEn | fw::kGlbIdle | fw::kGlbProtmEnter |
                         fw::kGlbProtmExit;
  if (newer_state_field()) events |= fw::GlbReq::state.mask;
  set_in(glb_, fw::glb_input::kAckIrqMask, events);
  // The firmware must see neither an old request to enter nor an unacknowledged exit (FW-27).
  ack_events(glb_, fw::kGlbProtmEnter | fw::kGlbProtmExit);
  update_reqs(glb_, fw::kGlbIdleEn, fw::kGlbIdleEn);
  toggle_reqs(glb_, fw::kGlbCfgAllocEn | fw::kGlbCfgPwroffTimer | fw::kGlbCfgProgressTimer);
  ring_global();
  k_.mod_delayed_work(d_.reset_wq, ping_work_, k_.msecs_to_jiffies(kPingMs));
}

void Fw::ping() {
  if (d_.reset_is_pending()) return;  // armed again when the firmware runs again
  if (!d_.protm->ping_enter()) {
    k_.mod_delayed_work(d_.reset_wq, ping_work_, k_.msecs_to_jiffies(kPingMs));
    return;
  }
  toggle_reqs(glb_, fw::kGlbPing);
  ring_global();
  const bool answered = wait_acks(glb_, fw::kGlbPing, kPingAckMs) != 0;
  d_.protm->ping_leave();
  if (!answered) {
    k_.log("firmware ping timeout");
    d_.schedule_reset();
    return;
  }
  k_.mod_delayed_work(d_.reset_wq, ping_work_, k_.msecs_to_jiffies(kPingMs));
}

void Fw::halt() {
  if (newer_state_field()) {
    update_reqs(glb_, kStateHalt << fw::GlbReq::state.shift, fw::GlbReq::state.mask);
  } else {
    update_reqs(glb_, fw::kGlbHalt, fw::kGlbHalt);
  }
  ring_global();
  const auto halted = [this] {
    if (Word<McuStatus>{k_.read32(kMcuStatus.offset)}[McuStatus::value] != McuState::halt) {
      return false;
    }
    return !newer_state_field() ||
           Word<fw::GlbReq>{out(glb_, 0)}[fw::GlbReq::state] == kStateHalt;
  };
  if (k_.poll(halted, 10, kHaltUs, Atomicity::atomic) == 0) {
    d_.fast_reset = true;
  } else {
    k_.log("firmware does not halt");
  }
}

void Fw::pre_reset(HaltKind kind) {
  k_.cancel_delayed_work_sync(ping_work_);
  d_.fast_reset = false;
  if (kind == HaltKind::orderly) halt();
  irq_.suspend();
  stop();
}

void Fw::suspend() { pre_reset(HaltKind::orderly); }

int Fw::post_reset() {
  // Its AS went when the firmware was stopped.
  int error = d_.mmu->vm_active(vm_);
  if (error != 0) return error;
  if (!d_.fast_reset) {
    reload_sections();
  } else {
    // The firmware acts on the edge: the halt request has to go before it runs again.
    const std::uint32_t mask = newer_state_field() ? fw::GlbReq::state.mask : fw::kGlbHalt;
    update_reqs(glb_, 0, mask);
  }
  error = start();
  if (error != 0) {
    irq_.suspend();
    stop();
    return error;
  }
  init_global();
  return 0;
}

void Fw::stop_for_good() {
  k_.disable_delayed_work_sync(ping_work_);
  if (!d_.powered()) return;
  irq_.suspend();
  if (!d_.lost()) stop();
}

void Fw::unplug() {
  if (vm_) {
    while (!sections_.empty()) {
      const Ptr<FwSection> section = sections_.front();
      section->link.unlink();
      KernelBos::destroy(d_, section->memory);
      k_.free(section);
    }
    Vms::put(vm_);
    vm_ = nullptr;
  }
  if (d_.powered() && !d_.lost()) d_.gpu->l2_power_off();
}

}  // namespace protm::reference
