// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/quantity.h"

#include <array>
#include <charconv>

namespace protm::format {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array kSizes{Unit{"GiB", 1u << 30}, Unit{"MiB", 1u << 20}, Unit{"KiB", 1u << 10}};
constexpr std::array kTimes{Unit{"ms", 1'000'000}, Unit{"us", 1'000}, Unit{"ns", 1},
                            Unit{"s", 1'000'000'000}};

template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_number(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number > UINT64_MAX / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (const auto sized = with_unit(text, kSizes)) return sized;
  return parse_number(text);
}

std::optional<std::uint64_t> parse_time(std::string_view text) {
  if (text == "0") return 0;
  return with_unit(text, kTimes);
}

std::string hex_text(std::uint64_t value) {
  std::array<char, 18> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::string number_text(std::uint64_t value) {
  return value > 999'999'999 ? hex_text(value) : std::to_string(value);
}

std::string size_text(std::uint64_t bytes) {
  for (const Unit& unit : kSizes) {
    if (bytes != 0 && bytes % unit.factor == 0 && bytes / unit.factor < 1'000'000) {
      return std::to_string(bytes / unit.factor) + std::string(unit.name);
    }
  }
  return number_text(bytes);
}

std::string time_text(std::uint64_t ns) {
  if (ns == 0) return "0";
  constexpr std::array kBiggestFirst{kTimes[3], kTimes[0], kTimes[1]};
  for (const Unit& unit : kBiggestFirst) {
    if (ns % unit.factor == 0) return std::to_string(ns / unit.factor) + std::string(unit.name);
  }
  return std::to_string(ns) + "ns";
}

}  // namespace protm::format
