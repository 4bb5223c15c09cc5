// SPDX-License-Identifier: GPL-2.0-only
// Look-up and printing over the whole register file.
// Leaves out: memory behind the interfaces (fw_interface.h).
// Source: facts-gpu.md 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gpu-model/vocab/regs/register.h"

namespace protm::vocab {

/// Size of the register file: doorbell pages 0 to 23 fit in.
inline constexpr std::uint32_t kRegisterFileSize = 0x200000;

/// A register and, for AS blocks and doorbells, which one of them.
struct RegRef {
  const RegInfo* reg = nullptr;
  std::uint32_t index = 0;
  bool indexed = false;
};

/// Register at an offset; `reg` is null where there is none.
[[nodiscard]] RegRef find_register(std::uint32_t offset);
/// Offset of "GPU_COMMAND", "AS_COMMAND(3)" or "DOORBELL(1)"; nothing when there is none.
[[nodiscard]] std::optional<std::uint32_t> register_offset(std::string_view name);
/// "GPU_COMMAND", "AS_COMMAND(3)", or "0x00000ff0" where there is no register.
[[nodiscard]] std::string register_name(std::uint32_t offset);
/// "GPU_IRQ_RAWSTAT=0x00000102 {GPU_PROTECTED_FAULT RESET_COMPLETED}".
[[nodiscard]] std::string describe(std::uint32_t offset, std::uint32_t value);

}  // namespace protm::vocab
