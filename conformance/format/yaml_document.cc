// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/yaml_document.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "conformance/format/yaml_scan.h"

namespace protm::format {
namespace {

/// yaml-cpp counts from 0; a null mark is -1.
Place place_of(const YAML::Mark& mark, std::size_t width) {
  return Place{static_cast<std::uint32_t>(mark.line + 1),
               static_cast<std::uint32_t>(mark.column + 1),
               static_cast<std::uint32_t>(width == 0 ? 1 : width)};
}

/// Turns yaml-cpp's tree into ours. Nodes stay const: a non-const one inserts when it is read.
class Converter {
 public:
  Converter(std::string_view text, Diagnostics& errors) : text_(text), errors_(errors) {
    for (std::size_t at = 0; at <= text.size(); ++at) {
      lines_.push_back(at);
      at = std::min(text.find('\n', at), text.size());
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): the scan bounds the depth.
  YamlValue convert(const YAML::Node& node, Place parent, std::uint32_t depth) {
    YamlValue value;
    value.place = node.Mark().is_null() ? parent : place_of(node.Mark(), 1);
    if (depth > kMaxYamlDepth) {
      errors_.error(value.place, "nesting is deeper than " + std::to_string(kMaxYamlDepth),
                    "expected at most " + std::to_string(kMaxYamlDepth) + " levels");
      return value;
    }
    if (node.IsScalar()) {
      value.scalar = node.Scalar();
      value.quoted = node.Tag() == "!";
      value.place.width = width_of(value);
    } else if (node.IsNull()) {
      value.scalar = null_word(node.Mark());
      value.place.width = width_of(value);
    } else if (node.IsSequence()) {
      value.kind = YamlValue::Kind::list;
      for (const YAML::Node& item : node) {
        value.items.push_back(convert(item, value.place, depth + 1));
      }
    } else if (node.IsMap()) {
      value.kind = YamlValue::Kind::map;
      convert_map(node, value, depth);
    }
    return value;
  }

 private:
  /// yaml-cpp drops the text of a null, but "null" is a word of cases: it is looked up again.
  std::string null_word(const YAML::Mark& mark) const {
    constexpr std::string_view kNull = "null";
    if (mark.is_null() || static_cast<std::size_t>(mark.line) >= lines_.size()) return "";
    const std::size_t at = lines_[static_cast<std::size_t>(mark.line)] +
                           static_cast<std::size_t>(mark.column);
    if (at >= text_.size() || !text_.substr(at).starts_with(kNull)) return "";
    const std::size_t end = at + kNull.size();
    const bool whole = end >= text_.size() || std::string_view(" ,]}\r\n").find(text_[end]) !=
                                                  std::string_view::npos;
    return whole ? std::string(kNull) : "";
  }

  static std::uint32_t width_of(const YamlValue& value) {
    // A value over several lines gets a caret of one: its width in the first line is unknown.
    if (value.scalar.find('\n') != std::string::npos || value.scalar.empty()) return 1;
    return static_cast<std::uint32_t>(value.scalar.size()) + (value.quoted ? 2 : 0);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void convert_map(const YAML::Node& node, YamlValue& value, std::uint32_t depth) {
    for (const auto& pair : node) {
      const YAML::Node& key = pair.first;
      if (!key.IsScalar()) {
        errors_.error(key.Mark().is_null() ? value.place : place_of(key.Mark(), 1),
                      "a key that is no word", "expected a word");
        continue;
      }
      const Place place = place_of(key.Mark(), key.Scalar().size());
      if (value.find(key.Scalar()) != nullptr) {
        errors_.error(place, "duplicate key '" + key.Scalar() + "'", "expected each key once");
        continue;
      }
      YamlValue child = convert(pair.second, place, depth + 1);
      value.entries.push_back(YamlEntry{key.Scalar(), place, std::move(child)});
    }
  }

  std::string_view text_;
  Diagnostics& errors_;
  std::vector<std::size_t> lines_;   ///< offsets of line starts
};

}  // namespace

const YamlValue* YamlValue::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

YamlValue read_yaml(std::string_view text, Diagnostics& errors) {
  scan_yaml(text, errors);
  if (!errors.empty()) return {};
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    return Converter(text, errors).convert(root, Place{}, 1);
  } catch (const YAML::Exception& problem) {
    const bool known = !problem.mark.is_null();
    errors.error(known ? place_of(problem.mark, 1) : Place{},
                 "the text is not well-formed YAML: " + problem.msg, "");
  }
  return {};
}

std::string what_it_is(const YamlValue& value) {
  if (value.is_list()) return "a list";
  if (value.is_map()) return "a map";
  if (value.is_null()) return "nothing";
  return (value.quoted ? "the text '" : "'") + value.scalar + "'";
}

}  // namespace protm::format
