// SPDX-License-Identifier: GPL-2.0-only
// equivalent.yaml; see mutant.h.
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "bench/mutation/mutant.h"
#include "conformance/format/value_check.h"

namespace protm::mutation {
namespace {

using format::YamlValue;

constexpr std::size_t kEntriesMax = 1000;
constexpr std::size_t kTextMax = 500;
constexpr std::array<std::string_view, 2> kTopKeys{"schema", "equivalent"};
constexpr std::array<std::pair<std::string_view, std::string Mutant::*>, 6> kWords{{
    {"file", &Mutant::file},
    {"function", &Mutant::function},
    {"operator", &Mutant::op},
    {"before", &Mutant::before},
    {"after", &Mutant::after},
    {"at", &Mutant::at},
}};
constexpr std::array<std::string_view, 9> kKeys{"file",  "function", "operator", "before", "after",
                                                "at",    "ordinal",  "count",    "proof"};

class Reader {
 public:
  Reader(const std::vector<Mutant>& mutants, format::Diagnostics& errors)
      : mutants_(mutants), check_(errors) {}

  std::vector<Equivalent> read(const YamlValue& root) {
    if (!check_.is_map(root, "equivalents")) return {};
    check_.known_keys(root, "equivalents", kTopKeys);
    const YamlValue* const list = check_.required(root, "equivalents", "equivalent");
    if (list == nullptr || !check_.is_list(*list, "equivalent", kEntriesMax)) return {};
    for (const YamlValue& item : list->items) one(item);
    return std::move(list_);
  }

 private:
  void one(const YamlValue& item) {
    if (!check_.is_map(item, "equivalent")) return;
    check_.known_keys(item, "equivalent", kKeys);
    const YamlValue* const proof = check_.required(item, "equivalent", "proof");
    std::string why;
    if (proof != nullptr) why = check_.text(*proof, "proof", kTextMax).value_or("");
    if (proof != nullptr && why.empty()) {
      check_.error(*proof, "'proof' is ''", "expected why no run can show the change");
    }
    const std::vector<const Mutant*> meant = meant_by(item);
    const std::uint64_t count = number(item, "count").value_or(1);
    if (meant.size() != count) {
      check_.error(item, "this entry means " + std::to_string(meant.size()) + " mutants",
                   "expected " + std::to_string(count) +
                       "; mutants.json has the words, `count` says how many");
      return;
    }
    for (const Mutant* m : meant) {
      if (!known_.insert(m->number).second) {
        check_.error(item, "mutant '" + m->key() + "' is named twice", "expected one proof");
      }
      list_.push_back({m->number, why});
    }
  }

  std::vector<const Mutant*> meant_by(const YamlValue& item) {
    const auto ordinal = number(item, "ordinal");
    std::vector<std::pair<std::string Mutant::*, std::string>> wanted;
    for (const auto& [key, member] : kWords) {
      const YamlValue* const value = item.find(key);
      if (value != nullptr) wanted.emplace_back(member, value->scalar);
    }
    std::vector<const Mutant*> meant;
    for (const Mutant& m : mutants_) {
      bool fits = !wanted.empty() && (!ordinal || *ordinal == m.ordinal);
      for (const auto& [member, text] : wanted) fits = fits && m.*member == text;
      if (fits) meant.push_back(&m);
    }
    return meant;
  }

  std::optional<std::uint64_t> number(const YamlValue& item, std::string_view key) {
    const YamlValue* const value = item.find(key);
    if (value == nullptr) return std::nullopt;
    return check_.number(*value, key, UINT32_MAX);
  }

  const std::vector<Mutant>& mutants_;
  format::ValueCheck check_;
  std::vector<Equivalent> list_;
  std::set<std::uint32_t> known_;
};

}  // namespace

tl::expected<std::vector<Equivalent>, std::vector<format::Diagnostic>> read_equivalents(
    const std::string& file, std::string_view text, const std::vector<Mutant>& mutants) {
  format::Diagnostics errors(file, text);
  const YamlValue root = format::read_yaml(text, errors);
  if (!errors.empty()) return tl::unexpected(errors.take());
  auto list = Reader(mutants, errors).read(root);
  if (!errors.empty()) return tl::unexpected(errors.take());
  return list;
}

}  // namespace protm::mutation
