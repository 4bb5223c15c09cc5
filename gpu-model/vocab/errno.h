// SPDX-License-Identifier: GPL-2.0-only
// Errno numbers by name and back, with the kernel-internal ones that <cerrno> does not have.
// Drivers return negative numbers as the kernel does; reports and YAML show names.
// Leaves out: errnos that no modelled path returns (they print as numbers).
// Source: include/uapi/asm-generic/errno*.h, include/linux/errno.h.
#pragma once

#include <cerrno>
#include <optional>
#include <string_view>

namespace protm::vocab {

// Kernel-internal numbers, absent from <cerrno>.
inline constexpr int kERESTARTSYS = 512;
inline constexpr int kERESTARTNOINTR = 513;
inline constexpr int kENOIOCTLCMD = 515;
inline constexpr int kEPROBE_DEFER = 517;
inline constexpr int kENOTSUPP = 524;

/// Name of an errno, sign ignored ("EINVAL" for 22 and -22); empty when it has none here.
[[nodiscard]] std::string_view errno_name(int number);

/// Positive number of an errno name; nothing when the name is unknown.
[[nodiscard]] std::optional<int> errno_number(std::string_view name);

}  // namespace protm::vocab
