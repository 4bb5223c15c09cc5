// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/machine.h"

#include <algorithm>
#include <cstring>

#include "gpu-model/vocab/register_map.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "gpu-model/vocab/regs/pwr_control.h"

namespace protm::gpu {

using vocab::ObservationKind;

namespace {

// Offsets of the four registers in each interrupt block.
constexpr std::uint32_t kRawstat = 0;
constexpr std::uint32_t kClear = 4;
constexpr std::uint32_t kMask = 8;
constexpr std::uint32_t kStatus = 12;

bool in_as_block(std::uint32_t offset) {
  return offset >= vocab::kAsBase && offset < vocab::kAsBase + vocab::kMaxAs * vocab::kAsStride;
}

}  // namespace

Machine::Machine(const vocab::MachineConfig& config, std::pmr::memory_resource* memory,
                 Ram* shared)
    : core_(config, memory, shared), mmu_(core_, memory), gpu_(core_), pwr_(core_, gpu_),
      firmware_(core_, mmu_, gpu_, memory) {
  mmu_.reset();
}

IrqBlock* Machine::irq_block(std::uint32_t offset, std::uint32_t& reg) {
  const auto within = [&](std::uint32_t base) {
    reg = offset - base;
    return offset >= base && reg <= kStatus;
  };
  if (within(vocab::kJobIrqRawstat.offset)) return &core_.job;
  if (within(vocab::kMmuIrqRawstat.offset)) return &core_.mmu;
  if (within(vocab::kGpuIrqRawstat.offset)) return &core_.gpu;
  if (core_.has_pwr_control() && within(vocab::kPwrIrqRawstat.offset)) return &core_.pwr;
  return nullptr;
}

std::uint32_t Machine::peek(std::uint32_t offset) const {
  std::uint32_t reg = 0;
  if (const IrqBlock* block = const_cast<Machine*>(this)->irq_block(offset, reg)) {
    switch (reg) {
      case kRawstat:
        return block->raw();
      case kMask:
        return block->mask();
      case kStatus:
        return block->status();
      default:
        return 0;
    }
  }
  if (in_as_block(offset)) {
    return mmu_.read((offset - vocab::kAsBase) / vocab::kAsStride,
                     (offset - vocab::kAsBase) % vocab::kAsStride);
  }
  switch (offset) {
    case vocab::kMcuControl.offset:
      return firmware_.mcu_control();
    case vocab::kMcuStatus.offset:
      return firmware_.mcu_status();
    case vocab::kLatestFlushId.offset:
      return core_.flush_id;
    default:
      return in_pwr_control(offset) ? pwr_.read(offset) : gpu_.read(offset);
  }
}

bool Machine::in_pwr_control(std::uint32_t offset) const {
  return core_.has_pwr_control() && offset >= vocab::kPwrBase &&
         offset < vocab::kJobIrqRawstat.offset;
}

std::uint32_t Machine::read(std::uint32_t offset) {
  const std::uint32_t value = peek(offset);
  core_.observe(ObservationKind::register_read, offset, value);
  std::uint32_t reg = 0;
  if (IrqBlock* block = irq_block(offset, reg); block != nullptr && reg == kStatus) {
    block->end_spurious();
    update_lines();
  }
  return value;
}

void Machine::poke(std::uint32_t offset, std::uint32_t value) {
  std::uint32_t reg = 0;
  if (IrqBlock* block = irq_block(offset, reg); block != nullptr && reg == kRawstat) {
    block->raise(value);
    update_lines();
  }
}

bool Machine::takes_write(std::uint32_t offset) const {
  const vocab::RegRef found = vocab::find_register(offset);
  if (found.reg == nullptr || found.reg->access == vocab::Access::ro) return false;
  if (in_as_block(offset)) return (core_.config.as_present >> found.index & 1) != 0;
  const bool pwr = offset >= vocab::kPwrBase && offset < vocab::kJobIrqRawstat.offset;
  const bool power = offset >= vocab::kShaderPwronLo.offset && offset <= vocab::kL2PwroffHi.offset;
  return core_.has_pwr_control() ? !power : !pwr;
}

void Machine::write(std::uint32_t offset, std::uint32_t value) {
  core_.observe(ObservationKind::register_write, offset, value);
  if (!takes_write(offset)) core_.observe(ObservationKind::rule_write_ignored, offset, value);
  std::uint32_t reg = 0;
  if (IrqBlock* block = irq_block(offset, reg)) {
    if (reg == kRawstat) block->raise(value);
    if (reg == kClear) block->clear(value);
    if (reg == kMask) block->set_mask(value);
  } else if (in_as_block(offset)) {
    mmu_.write((offset - vocab::kAsBase) / vocab::kAsStride,
               (offset - vocab::kAsBase) % vocab::kAsStride, value);
  } else if (offset == vocab::kGpuCommand.offset) {
    write_command(value);
  } else if (offset == vocab::kMcuControl.offset) {
    firmware_.write_mcu_control(value);
  } else if (offset >= vocab::kDoorbellBase) {
    const std::uint32_t page = (offset - vocab::kDoorbellBase) / vocab::kDoorbellStride;
    const bool on_page = (offset - vocab::kDoorbellBase) % vocab::kDoorbellStride == 0;
    if (on_page && page < vocab::kDoorbellPages && (value & 1) != 0) {
      firmware_.ring_doorbell(page);
    }
  } else if (in_pwr_control(offset)) {
    if (pwr_.write(offset, value) == PwrAction::soft_reset) start_reset(value);
    firmware_.set_l2_ready(gpu_.l2_ready());
  } else {
    gpu_.write(offset, value);
    firmware_.set_l2_ready(gpu_.l2_ready());
  }
  update_lines();
}

void Machine::write_command(std::uint32_t value) {
  const vocab::Word<vocab::GpuCommand> command(value);
  const std::uint32_t payload = command[vocab::GpuCommand::payload];
  switch (command[vocab::GpuCommand::type]) {
    case vocab::GpuCommandType::reset:
      if (!core_.has_pwr_control()) {
        start_reset(value);
      } else {
        core_.observe(ObservationKind::rule_write_ignored, vocab::kGpuCommand.offset, value);
      }
      break;
    case vocab::GpuCommandType::time:
      gpu_.set_counter(payload & 1);
      break;
    case vocab::GpuCommandType::flush_caches:
      gpu_.flush(payload);
      break;
    default:
      break;
  }
}

void Machine::start_reset(std::uint32_t value) {
  core_.observe(ObservationKind::reset_started, value, static_cast<std::uint32_t>(core_.protm));
  if (!firmware_.reset_works()) {
    core_.observe(ObservationKind::rule_reset_leaves_protm);
    return;
  }
  if (core_.in_protm()) {
    core_.observe(ObservationKind::exit_cause, static_cast<std::uint32_t>(vocab::ExitCause::reset),
                  0, vocab::kAnySlot);
  }
  const auto stuck = core_.play(vocab::FaultKind::stuck_reset);
  firmware_.reset();
  mmu_.reset();
  gpu_.reset();
  pwr_.reset();
  if (core_.gpu.held() != 0) {
    if (core_.protm_fault_hold_ns == 0) {
      core_.gpu.release(core_.gpu.held());
      core_.observe(ObservationKind::protm_fault, 0);
    } else {
      core_.after(core_.protm_fault_hold_ns, {.kind = EventKind::fault_line_low});
      core_.protm_fault_hold_ns = 0;
    }
  }
  core_.job.reset();
  core_.mmu.reset();
  core_.gpu.reset();
  core_.pwr.reset();
  core_.events.cancel(EventKind::reset_done);
  core_.reset_end_ns = core_.now.ns + core_.latency(vocab::Latency::reset);
  if (stuck && stuck->value_ns == 0) return;
  core_.after(core_.latency(vocab::Latency::reset) + (stuck ? stuck->value_ns : 0),
              {.kind = EventKind::reset_done});
}

void Machine::finish_reset() {
  // What an AS was told meanwhile has no effect: behind a reset none translates or is locked.
  // Source: facts-gpu.md 3.1. Assumption: commands are not kept until the reset ends.
  mmu_.reset();
  core_.observe(ObservationKind::reset_completed);
  if (core_.has_pwr_control()) {
    core_.pwr.raise(vocab::PwrIrq::reset_completed.mask);
  } else {
    core_.gpu.raise(vocab::GpuIrq::reset_completed.mask);
  }
}

void Machine::dispatch(const Event& event) {
  switch (event.kind) {
    case EventKind::reset_done:
      finish_reset();
      break;
    case EventKind::flush_done:
      gpu_.flush_done();
      break;
    case EventKind::power_done:
      gpu_.power_done(event.a, event.b);
      firmware_.set_l2_ready(gpu_.l2_ready());
      break;
    case EventKind::pwr_delegation:
      pwr_.delegation_done(event.a, event.b);
      break;
    case EventKind::as_done:
      if (mmu_.finish_command(event.a)) firmware_.as_changed(event.a);
      break;
    case EventKind::fault_line_low:
      core_.gpu.release(core_.gpu.held());
      core_.observe(ObservationKind::protm_fault, 0);
      break;
    case EventKind::spurious_irq:
      if (event.a == 0) core_.job.spurious();
      if (event.a == 1) core_.mmu.spurious();
      if (event.a == 2) core_.gpu.spurious();
      break;
    default:
      firmware_.run(event);
      break;
  }
}

void Machine::advance(vocab::SimTime now) {
  while (!core_.events.empty() && core_.events.next_ns() <= now.ns) {
    const Event event = core_.events.pop();
    core_.now = vocab::SimTime{event.at};
    ++events_run_;
    dispatch(event);
    update_lines();
  }
  if (core_.now < now) core_.now = now;
}

void Machine::update_lines() {
  const bool steady = core_.job.steady() && core_.mmu.steady() && core_.gpu.steady();
  if (steady && core_.pwr.level() == 0) return;  // as behind nearly all that happens
  IrqBlock* const blocks[] = {&core_.job, &core_.mmu, &core_.gpu};
  lines_ = 0;
  for (std::uint32_t line = 0; line < 3; ++line) {
    IrqBlock& block = *blocks[line];
    block.end_of_loss();
    if (block.level() != 0 && block.last_level == 0 && block.status() != 0 &&
        core_.play(vocab::FaultKind::lose_irq, line)) {
      block.lose();
    }
    // PWR_CONTROL has no line of its own. Source: panthor_pwr.c panthor_pwr_init().
    const bool gpu_line = line == static_cast<std::uint32_t>(IrqLine::gpu);
    const std::uint32_t level = block.level() | (gpu_line ? core_.pwr.level() : 0);
    if (level != block.last_level) {
      core_.observe(ObservationKind::irq_line, line, level, block.raw(), block.mask());
    }
    block.last_level = level;
    lines_ |= level << line;
  }
}

bool Machine::at_rest() const {
  return std::all_of(core_.events.pending().begin(), core_.events.pending().end(),
                     [](const Event& e) {
                       return e.kind == EventKind::glb_idle || e.kind == EventKind::cores_off ||
                              e.kind == EventKind::progress_timer;
                     });
}

void Machine::inject(const vocab::MachineFault& fault) {
  if (fault.kind == vocab::FaultKind::spurious_irq) {
    core_.observe(ObservationKind::fault_applied, fault.id, static_cast<std::uint32_t>(fault.kind),
                  vocab::kAnySlot);
    core_.after(fault.value_ns, {.kind = EventKind::spurious_irq, .a = fault.target});
    return;
  }
  core_.faults.arm(fault);
}

Machine::CpuTarget Machine::cpu_target(vocab::Pa pa, std::size_t bytes, Direction direction) {
  const std::uint64_t in_page = pa.value & vocab::kPageMask;
  const Ram::Page page = core_.ram.find(pa);
  if (page.kind == PageKind::free) return {CpuAccess::no_page, nullptr};
  if (in_page + bytes > vocab::kPageSize) return {CpuAccess::no_page, nullptr};
  if (page.kind == PageKind::normal) return {CpuAccess::ok, page.bytes + in_page};
  core_.observe(ObservationKind::cpu_protected_access, direction == Direction::write ? 1 : 0,
                static_cast<std::uint32_t>(bytes), pa.value);
  const auto rule = core_.answer<vocab::CpuProtected>(vocab::Switch::cpu_protected_access);
  const bool error = rule == vocab::CpuProtected::bus_error;
  return {error ? CpuAccess::bus_error : CpuAccess::protected_page, nullptr};
}

CpuAccess Machine::cpu_read(vocab::Pa pa, std::span<std::byte> to) {
  const CpuTarget target = cpu_target(pa, to.size(), Direction::read);
  if (target.answer == CpuAccess::ok) {
    std::memcpy(to.data(), target.at, to.size());
  } else {
    std::memset(to.data(), 0, to.size());
  }
  return target.answer;
}

CpuAccess Machine::cpu_write(vocab::Pa pa, std::span<const std::byte> from, Machine* other) {
  const CpuTarget target = cpu_target(pa, from.size(), Direction::write);
  if (target.answer != CpuAccess::ok) return target.answer;
  sees_write(pa, from);
  if (other != nullptr) other->sees_write(pa, from);
  std::memcpy(target.at, from.data(), from.size());
  return target.answer;
}

void Machine::sees_write(vocab::Pa pa, std::span<const std::byte> from) {
  if (tables_matter() && core_.ram.marked(pa, PageMark::table)) mmu_.table_changes(pa, from);
}

void Machine::sees_free(vocab::Pa pa) {
  if (tables_matter()) mmu_.page_goes(pa);
  mmu_.forget(pa);
}

void Machine::free_page(vocab::Pa pa) {
  sees_free(pa);
  core_.ram.free_page(pa);
}

}  // namespace protm::gpu
