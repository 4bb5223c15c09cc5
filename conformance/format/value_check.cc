// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/value_check.h"

#include <algorithm>

#include "conformance/format/did_you_mean.h"
#include "conformance/format/quantity.h"

namespace protm::format {

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

void ValueCheck::error(const YamlValue& at, std::string message, std::string expected) {
  errors_.error(at.place, std::move(message), std::move(expected));
}

void ValueCheck::error(Place at, std::string message, std::string expected) {
  errors_.error(at, std::move(message), std::move(expected));
}

bool ValueCheck::is_map(const YamlValue& value, std::string_view what) {
  if (value.is_map()) return true;
  error(value, in_quotes(what) + " is " + what_it_is(value), "expected a map");
  return false;
}

bool ValueCheck::is_list(const YamlValue& value, std::string_view what, std::size_t items_max) {
  if (!value.is_list()) {
    error(value, in_quotes(what) + " is " + what_it_is(value), "expected a list");
    return false;
  }
  if (value.items.size() <= items_max) return true;
  error(value.items[items_max],
        in_quotes(what) + " has " + std::to_string(value.items.size()) + " items",
        "expected at most " + std::to_string(items_max));
  return false;
}

bool ValueCheck::is_scalar(const YamlValue& value, std::string_view what) {
  if (value.is_scalar() && !value.is_null()) return true;
  error(value, in_quotes(what) + " is " + what_it_is(value), "expected one value");
  return false;
}

void ValueCheck::known_keys(const YamlValue& map, std::string_view what,
                            std::span<const std::string_view> keys) {
  for (const YamlEntry& entry : map.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    error(entry.key_place, in_quotes(what) + " has no key " + in_quotes(entry.key),
          expected_words(entry.key, keys));
  }
}

const YamlValue* ValueCheck::required(const YamlValue& map, std::string_view what,
                                      std::string_view key) {
  const YamlValue* value = map.find(key);
  if (value == nullptr) {
    error(map, in_quotes(what) + " lacks the key " + in_quotes(key), "expected " + in_quotes(key));
  }
  return value;
}

std::optional<std::uint64_t> ValueCheck::in_range(const YamlValue& value, std::string_view what,
                                                  std::optional<std::uint64_t> number,
                                                  std::uint64_t max, std::string_view form,
                                                  std::string (*show)(std::uint64_t)) {
  if (!number || value.quoted) {
    error(value, in_quotes(what) + " is " + what_it_is(value), "expected " + std::string(form));
    return std::nullopt;
  }
  if (*number > max) {
    error(value, in_quotes(what) + " is " + what_it_is(value), "expected at most " + show(max));
    return std::nullopt;
  }
  return number;
}

std::optional<std::uint64_t> ValueCheck::number(const YamlValue& value, std::string_view what,
                                                std::uint64_t max) {
  if (!is_scalar(value, what)) return std::nullopt;
  return in_range(value, what, parse_number(value.scalar), max,
                  "a number such as 7 or 0x7, without leading zeros", number_text);
}

std::optional<std::uint64_t> ValueCheck::size(const YamlValue& value, std::string_view what,
                                              std::uint64_t max) {
  if (!is_scalar(value, what)) return std::nullopt;
  return in_range(value, what, parse_size(value.scalar), max,
                  "a size such as 64KiB, 2MiB or 100 (bytes)", size_text);
}

std::optional<std::uint64_t> ValueCheck::time(const YamlValue& value, std::string_view what,
                                              std::uint64_t max) {
  if (!is_scalar(value, what)) return std::nullopt;
  return in_range(value, what, parse_time(value.scalar), max,
                  "a time with its unit such as 10ns, 200us, 3ms or 2s", time_text);
}

std::optional<std::uint32_t> ValueCheck::word(const YamlValue& value, std::string_view what,
                                              std::span<const std::string_view> words) {
  if (!is_scalar(value, what)) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), value.scalar);
  if (found != words.end()) return static_cast<std::uint32_t>(found - words.begin());
  error(value, in_quotes(what) + " is " + what_it_is(value), expected_words(value.scalar, words));
  return std::nullopt;
}

std::optional<std::string> ValueCheck::text(const YamlValue& value, std::string_view what,
                                            std::size_t length_max) {
  // An empty text is written '' on purpose; nothing at all is a slip.
  if (value.is_null() || !value.is_scalar()) {
    is_scalar(value, what);
    return std::nullopt;
  }
  const bool printable = std::all_of(value.scalar.begin(), value.scalar.end(),
                                     [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
  if (printable && value.scalar.size() <= length_max) return value.scalar;
  error(value, in_quotes(what) + " has " + std::to_string(value.scalar.size()) + " bytes",
        "expected printable ASCII of at most " + std::to_string(length_max));
  return std::nullopt;
}

}  // namespace protm::format
