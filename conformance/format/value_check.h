// SPDX-License-Identifier: GPL-2.0-only
// Checks of YAML values that every reader needs: kind, keys, numbers with units, words. Each check
// that fails adds one error with what was expected and the nearest known word.
// Leaves out: everything that knows a Program. Source: style.md 2.12.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "conformance/format/yaml_document.h"

namespace protm::format {

/// As messages show what was written: 'text'.
[[nodiscard]] std::string in_quotes(std::string_view text);

class ValueCheck {
 public:
  explicit ValueCheck(Diagnostics& errors) : errors_(errors) {}

  void error(const YamlValue& at, std::string message, std::string expected);
  void error(Place at, std::string message, std::string expected);

  /// `what` names the value in the message: "'machine' is a list".
  bool is_map(const YamlValue& value, std::string_view what);
  bool is_list(const YamlValue& value, std::string_view what, std::size_t items_max);
  bool is_scalar(const YamlValue& value, std::string_view what);

  /// Reports each key of the map that is not in `keys`.
  void known_keys(const YamlValue& map, std::string_view what,
                  std::span<const std::string_view> keys);
  /// Value of a key that must be there; null after an error.
  const YamlValue* required(const YamlValue& map, std::string_view what, std::string_view key);

  std::optional<std::uint64_t> number(const YamlValue& value, std::string_view what,
                                      std::uint64_t max);
  std::optional<std::uint64_t> size(const YamlValue& value, std::string_view what,
                                    std::uint64_t max);
  std::optional<std::uint64_t> time(const YamlValue& value, std::string_view what,
                                    std::uint64_t max);
  /// Index of the word.
  std::optional<std::uint32_t> word(const YamlValue& value, std::string_view what,
                                    std::span<const std::string_view> words);
  /// Printable ASCII of at most `length_max` characters.
  std::optional<std::string> text(const YamlValue& value, std::string_view what,
                                  std::size_t length_max);

 private:
  std::optional<std::uint64_t> in_range(const YamlValue& value, std::string_view what,
                                        std::optional<std::uint64_t> number, std::uint64_t max,
                                        std::string_view form, std::string (*show)(std::uint64_t));
  Diagnostics& errors_;
};

}  // namespace protm::format
