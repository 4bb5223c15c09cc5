// SPDX-License-Identifier: GPL-2.0-only
// A YAML text as a tree with places, restricted to what cases need: maps, lists and scalars.
// The only place that sees yaml-cpp, with a scan before it that refuses what would make the parser
// slow or the text ambiguous. Null is an empty scalar.
// Leaves out: anchors, aliases, tags, merge keys, several documents, tabs (all are errors).
// Source: style.md 2.11 and 2.12, design.md section 11.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/format/diagnostic.h"

namespace protm::format {

inline constexpr std::size_t kMaxYamlBytes = 1u << 20;
inline constexpr std::uint32_t kMaxYamlDepth = 32;

struct YamlEntry;

/// One value of the document.
struct YamlValue {
  enum class Kind : std::uint8_t { scalar, list, map };
  Kind kind = Kind::scalar;
  bool quoted = false;            ///< a quoted scalar is text even when it looks like a number
  Place place;
  std::string scalar;
  std::vector<YamlValue> items;
  std::vector<YamlEntry> entries; ///< in file order; keys are unique

  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_null() const { return is_scalar() && scalar.empty() && !quoted; }
  /// Value of a key, null when there is none.
  [[nodiscard]] const YamlValue* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Place key_place;
  YamlValue value;
};

/// Reads one document. On errors they are in `errors` and the tree must not be used.
[[nodiscard]] YamlValue read_yaml(std::string_view text, Diagnostics& errors);

/// "a list", "a map" or the scalar in quotes: for messages.
[[nodiscard]] std::string what_it_is(const YamlValue& value);

}  // namespace protm::format
