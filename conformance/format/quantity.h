// SPDX-License-Identifier: GPL-2.0-only
// Numbers with units, in both directions: integers, sizes (KiB MiB GiB), times (ns us ms s), and
// virtual addresses in hex. Integers are read here because yaml-cpp takes 010 for eight.
// Leaves out: fractions and exponents. Source: style.md 2.11 and 2.12.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace protm::format {

/// Decimal without leading zero, or 0x and hex digits; nothing when it is neither or too big.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
/// "4096", "0x1000", "4KiB", "2MiB", "1GiB".
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// "3ms", "200us", "10ns", "2s" or "0", in ns.
[[nodiscard]] std::optional<std::uint64_t> parse_time(std::string_view text);

/// Decimal up to nine digits, hex above: long decimals cannot be read.
[[nodiscard]] std::string number_text(std::uint64_t value);
[[nodiscard]] std::string size_text(std::uint64_t bytes);
[[nodiscard]] std::string time_text(std::uint64_t ns);
[[nodiscard]] std::string hex_text(std::uint64_t value);

}  // namespace protm::format
