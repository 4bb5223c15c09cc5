// SPDX-License-Identifier: GPL-2.0-only
// What Host says when a driver uses a register while runtime PM has the device suspended: its
// clocks are off, and on many machines such an access is an abort. The judge holds it against the
// oracle as well as against a candidate.
// Leaves out: the power domains of the GPU behind the registers, which the machine knows.
// Source: panthor_device.c panthor_device_suspend() (7.3): clk_disable_unprepare().
#pragma once

namespace protm::contract {

inline constexpr const char* kNoPowerWarn = "a register is used without power";

}  // namespace protm::contract
