// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/catalogue_reader.h"

#include <algorithm>
#include <array>
#include <map>

#include "conformance/format/text_file.h"
#include "conformance/format/value_check.h"

namespace protm::format {
namespace {

constexpr std::uint64_t kCatalogueSchema = 1;
constexpr std::size_t kEntriesMax = 2000;
constexpr std::size_t kWordsMax = 32;

constexpr std::array<std::string_view, 2> kTopKeys{"schema", "entries"};
constexpr std::array<std::string_view, 12> kEntryKeys{
    "id", "title", "source", "right", "v1", "status", "needs", "rules", "kernel_symbol",
    "same_as", "no_case", "due"};
constexpr std::array<std::string_view, 5> kStatusWords{"decided", "open", "style-only", "announced",
                                                       "own"};

/// AREA-NUMBER, also with a prefix as in L-SCHED-3.
bool is_entry_id(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == id.size()) return false;
  const auto upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
  const auto rest = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
  return std::all_of(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(dash), upper) &&
         std::all_of(id.begin() + static_cast<std::ptrdiff_t>(dash) + 1, id.end(), rest);
}

class CatalogueReader {
 public:
  explicit CatalogueReader(Diagnostics& errors) : check_(errors) {}

  std::vector<CatalogueEntry> read(const YamlValue& root) {
    if (!check_.is_map(root, "catalogue")) return {};
    check_.known_keys(root, "catalogue", kTopKeys);
    if (const YamlValue* schema = check_.required(root, "catalogue", "schema")) {
      const auto number = check_.number(*schema, "schema", UINT32_MAX);
      if (number && *number != kCatalogueSchema) {
        check_.error(*schema, "schema " + std::to_string(*number) + " is not known",
                     "expected schema 1, which this build reads");
        return {};
      }
    }
    const YamlValue* list = check_.required(root, "catalogue", "entries");
    if (list == nullptr || !check_.is_list(*list, "entries", kEntriesMax)) return {};
    for (const YamlValue& item : list->items) entry(item);
    return std::move(entries_);
  }

 private:
  void entry(const YamlValue& item) {
    if (!check_.is_map(item, "entry")) return;
    check_.known_keys(item, "entry", kEntryKeys);
    CatalogueEntry made;
    made.line = item.place.line;
    if (const YamlValue* id = check_.required(item, "entry", "id")) made.id = entry_id(*id);
    made.title = text(item, "title", Presence::optional);
    made.source = text(item, "source", Presence::needed);
    made.right = text(item, "right", Presence::needed);
    made.v1 = text(item, "v1", Presence::optional);
    made.kernel_symbol = text(item, "kernel_symbol", Presence::optional);
    made.same_as = text(item, "same_as", Presence::optional);
    made.no_case = text(item, "no_case", Presence::optional);
    made.due = text(item, "due", Presence::optional);
    if (const YamlValue* status = check_.required(item, "entry", "status")) {
      const auto index = check_.word(*status, "status", kStatusWords);
      made.status = static_cast<EntryStatus>(index.value_or(0));
    }
    made.needs = words(item, "needs");
    made.rules = words(item, "rules");
    entries_.push_back(std::move(made));
  }

  std::string entry_id(const YamlValue& id) {
    if (!check_.is_scalar(id, "id")) return {};
    if (!is_entry_id(id.scalar)) {
      check_.error(id, "entry id '" + id.scalar + "'", "expected a form such as HEAP-2");
    }
    const auto [first, added] = lines_.emplace(id.scalar, id.place.line);
    if (!added) {
      check_.error(id, "a second entry '" + id.scalar + "'",
                   "expected each id once; the first is in line " + std::to_string(first->second));
    }
    return id.scalar;
  }

  enum class Presence : std::uint8_t { optional, needed };

  std::string text(const YamlValue& item, std::string_view key, Presence presence) {
    const YamlValue* value = item.find(key);
    if (value == nullptr) {
      if (presence == Presence::needed) check_.required(item, "entry", key);
      return {};
    }
    std::string all;
    for (const std::string& part : strings(*value, key)) all += (all.empty() ? "" : "; ") + part;
    return all;
  }

  std::vector<std::string> words(const YamlValue& item, std::string_view key) {
    const YamlValue* value = item.find(key);
    return value == nullptr ? std::vector<std::string>{} : strings(*value, key);
  }

  /// One text, or a list of them.
  std::vector<std::string> strings(const YamlValue& value, std::string_view key) {
    std::vector<std::string> list;
    if (value.is_list()) {
      if (!check_.is_list(value, key, kWordsMax)) return {};
      for (const YamlValue& one : value.items) {
        if (check_.is_scalar(one, key)) list.push_back(one.scalar);
      }
    } else if (check_.is_scalar(value, key)) {
      list.push_back(value.scalar);
    }
    return list;
  }

  ValueCheck check_;
  std::vector<CatalogueEntry> entries_;
  std::map<std::string, std::uint32_t> lines_;
};

}  // namespace

std::string_view status_word(EntryStatus status) {
  return kStatusWords[static_cast<std::size_t>(status)];
}

tl::expected<std::vector<CatalogueEntry>, std::vector<Diagnostic>> read_catalogue(
    const std::string& file, std::string_view text) {
  Diagnostics errors(file, text);
  const YamlValue root = read_yaml(text, errors);
  if (!errors.empty()) return tl::unexpected(errors.take());
  auto entries = CatalogueReader(errors).read(root);
  if (!errors.empty()) return tl::unexpected(errors.take());
  return entries;
}

tl::expected<std::vector<CatalogueEntry>, std::vector<Diagnostic>> read_catalogue_file(
    const std::string& file) {
  const auto text = read_text_file(file);
  if (!text) return tl::unexpected(unreadable_file(file));
  return read_catalogue(file, *text);
}

}  // namespace protm::format
