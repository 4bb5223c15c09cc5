// SPDX-License-Identifier: GPL-2.0-only
// The firmware file of a Program: the synthetic image that the machine's builder makes, with other
// words and cut where the Program says so. Leaves out real images: nothing here could execute them.
// Source: decisions.md 16.
#pragma once

#include <cstddef>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::rig {

/// Bytes of the firmware file that request_firmware gives to a driver.
[[nodiscard]] std::vector<std::byte> build_firmware(const contract::FirmwareSpec& spec);

}  // namespace protm::rig
