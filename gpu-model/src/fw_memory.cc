// SPDX-License-Identifier: GPL-2.0-only
// The firmware's view of its interface blocks through AS 0.
#include <cstring>

#include "gpu-model/src/firmware.h"

namespace protm::gpu {

namespace {

GpuAccess mcu_access(std::uint64_t va, Direction direction) {
  return {vocab::AsNr{0}, va, direction, GpuMode::normal, Origin::mcu};
}

}  // namespace

std::byte* Firmware::word64_at(std::uint64_t va, Direction direction) const {
  return va % sizeof(std::uint64_t) == 0 ? mmu_.mcu_at(va, direction) : nullptr;
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
  if (const std::byte* const at = word64_at(va, Direction::read)) {
    std::memcpy(&value, at, sizeof value);
  } else if (mmu_.load64(mcu_access(va, Direction::read), value) != WalkResult::ok) {
    mcu_fault();
  }
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
  if (std::byte* const at = word64_at(va, Direction::write)) {
    std::memcpy(at, &value, sizeof value);
  } else if (mmu_.store64(mcu_access(va, Direction::write), value) != WalkResult::ok) {
    mcu_fault();
  }
}

void Firmware::mcu_fault() {
  if (mcu_ == vocab::McuState::fatal || mcu_ == vocab::McuState::disabled) return;
  core_.observe(vocab::ObservationKind::mcu_boot_failed,
                static_cast<std::uint32_t>(vocab::BootProblem::fault));
  set_mcu(vocab::McuState::fatal);
}

}  // namespace protm::gpu
