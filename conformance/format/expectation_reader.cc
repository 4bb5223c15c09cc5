// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/expectation_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "conformance/format/did_you_mean.h"
#include "conformance/format/text_file.h"
#include "conformance/format/value_check.h"

namespace protm::format {
namespace {

constexpr std::uint64_t kSchema = 1;
constexpr std::size_t kExpectationsMax = 500;
constexpr std::size_t kReasonMax = 500;
constexpr std::size_t kWordMax = 255;
constexpr std::array<std::string_view, 2> kExpectationTopKeys{"schema", "expect"};
constexpr std::array<std::string_view, 5> kKeys{"case", "signature", "inlined", "reason",
                                                "source"};

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// adapter.rule.event.field, in words without numbers.
bool is_signature(std::string_view text) {
  constexpr std::ptrdiff_t kDots = 3;
  return std::count(text.begin(), text.end(), '.') == kDots &&
         text.find("..") == std::string_view::npos && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return lower(c) || c == '-' || c == '.'; });
}

/// path:line symbol(), with several symbols in a row if need be.
bool is_source(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::size_t space = text.find(' ');
  if (colon == 0 || colon == text.npos || space == text.npos) return false;
  if (space <= colon + 1 || !text.ends_with("()")) return false;
  const std::string_view line = text.substr(colon + 1, space - colon - 1);
  const bool symbol = text.size() > space + 1 + std::string_view("()").size();
  return symbol && std::all_of(line.begin(), line.end(), digit);
}

class Reader {
 public:
  Reader(const std::string& file, std::span<const std::string_view> cases, Diagnostics& errors)
      : file_(file), cases_(cases), check_(errors) {}

  std::vector<Expectation> read(const YamlValue& root) {
    if (!check_.is_map(root, "expectations")) return {};
    check_.known_keys(root, "expectations", kExpectationTopKeys);
    if (const YamlValue* schema = check_.required(root, "expectations", "schema")) {
      const auto number = check_.number(*schema, "schema", UINT32_MAX);
      if (number && *number != kSchema) {
        check_.error(*schema, "schema " + std::to_string(*number) + " is not known",
                     "expected schema 1, which this build reads");
        return {};
      }
    }
    const YamlValue* list = check_.required(root, "expectations", "expect");
    if (list == nullptr || !check_.is_list(*list, "expect", kExpectationsMax)) return {};
    for (const YamlValue& item : list->items) one(item);
    return std::move(list_);
  }

 private:
  void one(const YamlValue& item) {
    if (!check_.is_map(item, "expectation")) return;
    check_.known_keys(item, "expectation", kKeys);
    Expectation made;
    made.place = file_ + ":" + std::to_string(item.place.line);
    made.case_id = text(item, "case", kWordMax);
    made.signature = text(item, "signature", kWordMax);
    made.reason = text(item, "reason", kReasonMax);
    made.source = text(item, "source", kWordMax);
    if (!made.case_id.empty()) check_case(*item.find("case"), made.case_id);
    if (item.find("inlined") != nullptr) made.inlined_signature = text(item, "inlined", kWordMax);
    for (const auto& [key, signature] : {std::pair{"signature", &made.signature},
                                         std::pair{"inlined", &made.inlined_signature}}) {
      if (signature->empty() || is_signature(*signature)) continue;
      check_.error(*item.find(key), "signature '" + *signature + "'",
                   "expected ADAPTER.RULE.EVENT.FIELD as 'explain' prints it");
    }
    if (!made.source.empty() && !is_source(made.source)) {
      check_.error(*item.find("source"), "source '" + made.source + "'",
                   "expected a form such as 'panthor_sched.c:2463 tick_work()'");
    }
    list_.push_back(std::move(made));
  }

  void check_case(const YamlValue& value, const std::string& id) {
    const auto [first, added] = lines_.emplace(id, value.place.line);
    if (!added) {
      check_.error(value, "a second expectation for '" + id + "'",
                   "expected one for each case; the first is in line " +
                       std::to_string(first->second));
    } else if (!cases_.empty() && std::find(cases_.begin(), cases_.end(), id) == cases_.end()) {
      const auto near = nearest(id, cases_);
      check_.error(value, "no case is named '" + id + "'",
                   near ? "did you mean '" + std::string(*near) + "'?"
                        : "expected an id of the suites, as 'list --cases' prints them");
    }
  }

  std::string text(const YamlValue& item, std::string_view key, std::size_t most) {
    const YamlValue* const value = check_.required(item, "expectation", key);
    if (value == nullptr) return {};
    const auto words = check_.text(*value, key, most);
    if (words && words->empty()) check_.error(*value, "'" + std::string(key) + "' is ''",
                                              "expected something");
    return words.value_or("");
  }

  const std::string& file_;
  std::span<const std::string_view> cases_;
  ValueCheck check_;
  std::vector<Expectation> list_;
  std::map<std::string, std::uint32_t> lines_;
};

}  // namespace

tl::expected<std::vector<Expectation>, std::vector<Diagnostic>> read_expectations(
    const std::string& file, std::string_view text, std::span<const std::string_view> cases) {
  Diagnostics errors(file, text);
  const YamlValue root = read_yaml(text, errors);
  if (!errors.empty()) return tl::unexpected(errors.take());
  auto list = Reader(file, cases, errors).read(root);
  if (!errors.empty()) return tl::unexpected(errors.take());
  return list;
}

tl::expected<std::vector<Expectation>, std::vector<Diagnostic>> read_expectation_file(
    const std::string& file, std::span<const std::string_view> cases) {
  const auto text = read_text_file(file);
  if (!text) return tl::unexpected(unreadable_file(file));
  return read_expectations(file, *text, cases);
}

}  // namespace protm::format
