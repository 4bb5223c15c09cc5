// SPDX-License-Identifier: GPL-2.0-only
// The firmware's view of its interface blocks through AS 0.
#include <cstring>

#include "gpu-model/src/firmware.h"

namespace protm::gpu {

namespace fw = vocab::fw;

namespace {

GpuAccess mcu_access(std::uint64_t va, Direction direction) {
  return {vocab::AsNr{0}, va, direction, GpuMode::normal, Origin::mcu};
}

}  // namespace

std::uint64_t Firmware::glb_in(std::uint32_t field) const {
  return fw::kSharedVa + core_.config.layout.glb_input + field;
}

std::uint64_t Firmware::glb_out(std::uint32_t field) const {
  return fw::kSharedVa + core_.config.layout.glb_output + field;
}

std::uint64_t Firmware::csg_in(std::uint32_t slot, std::uint32_t field) const {
  const auto& l = core_.config.layout;
  return fw::kSharedVa + l.csg_input + std::uint64_t{slot} * l.csg_io_stride + field;
}

std::uint64_t Firmware::csg_out(std::uint32_t slot, std::uint32_t field) const {
  const auto& l = core_.config.layout;
  return fw::kSharedVa + l.csg_output + std::uint64_t{slot} * l.csg_io_stride + field;
}

std::uint64_t Firmware::cs_in(std::uint32_t slot, std::uint32_t cs, std::uint32_t field) const {
  const auto& l = core_.config.layout;
  return csg_in(slot, 0) + l.cs_input + std::uint64_t{cs} * l.cs_io_stride + field;
}

std::uint64_t Firmware::cs_out(std::uint32_t slot, std::uint32_t cs, std::uint32_t field) const {
  const auto& l = core_.config.layout;
  return csg_in(slot, 0) + l.cs_output + std::uint64_t{cs} * l.cs_io_stride + field;
}

std::uint32_t Firmware::load32(std::uint64_t va) {
  std::uint32_t value = 0;
  if (const std::byte* const at = mmu_.mcu_at(va & ~3ull, Direction::read)) {
    std::memcpy(&value, at, sizeof value);
  } else if (mmu_.load32(mcu_access(va, Direction::read), value) != WalkResult::ok) {
    mcu_fault();
  }
  return value;
}

std::uint64_t Firmware::load64(std::uint64_t va) {
  std::uint64_t value = 0;
  if (mmu_.load64(mcu_access(va, Direction::read), value) != WalkResult::ok) mcu_fault();
  return value;
}

void Firmware::store32(std::uint64_t va, std::uint32_t value) {
  if (std::byte* const at = mmu_.mcu_at(va & ~3ull, Direction::write)) {
    std::memcpy(at, &value, sizeof value);
  } else if (mmu_.store32(mcu_access(va, Direction::write), value) != WalkResult::ok) {
    mcu_fault();
  }
}

void Firmware::store64(std::uint64_t va, std::uint64_t value) {
  if (mmu_.store64(mcu_access(va, Direction::write), value) != WalkResult::ok) mcu_fault();
}

void Firmware::mcu_fault() {
  if (mcu_ == vocab::McuState::fatal || mcu_ == vocab::McuState::disabled) return;
  core_.observe(vocab::ObservationKind::mcu_boot_failed,
                static_cast<std::uint32_t>(vocab::BootProblem::fault));
  set_mcu(vocab::McuState::fatal);
}

}  // namespace protm::gpu
