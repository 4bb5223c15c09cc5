// SPDX-License-Identifier: GPL-2.0-only
// What holds for the binary form of any bytes, as a target checks it: a promise that is broken ends
// the process with `Assertion failure: decoder.<what>`.
// Leaves out: which values are likely (binary_test.cc). Source: design.md section 5.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace protm::fuzz {

/// Words for the first promise that these bytes break; empty when all hold.
[[nodiscard]] std::string_view broken_promise(std::span<const std::uint8_t> bytes);

/// Errors: prints the promise that is broken and aborts.
void check_binary_form(std::span<const std::uint8_t> bytes);

}  // namespace protm::fuzz
