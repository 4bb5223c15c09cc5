// SPDX-License-Identifier: GPL-2.0-only
#include "cli/entry_list.h"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "sut-adapters/executor/series_v1.h"

namespace protm::cli {
namespace {

using format::CatalogueEntry;

std::vector<std::string> cases_of(const std::string& entry, const runner::Suite& suite) {
  std::vector<std::string> ids;
  for (const runner::SuiteCase& c : suite.cases) {
    const auto& named = c.program.entries;
    if (std::find(named.begin(), named.end(), entry) != named.end()) ids.push_back(c.program.id);
  }
  return ids;
}

std::vector<std::string> switches_of(const std::string& entry) {
  std::vector<std::string> ids;
  for (const exec::SwitchText& s : exec::switch_list()) {
    if (s.id == entry) ids.emplace_back(s.id);
  }
  return ids;
}

std::string shown_by(const CatalogueEntry& e, std::size_t cases) {
  if (!e.same_as.empty()) return "as " + e.same_as;
  if (!e.no_case.empty()) return "none";
  if (!e.due.empty()) return "due";
  return std::to_string(cases) + (cases == 1 ? " case" : " cases");
}

}  // namespace

TextTable entry_table(std::span<const CatalogueEntry> entries, const runner::Suite& suite) {
  TextTable table{{"id", "status", "shown by", "title"}, {}};
  for (const CatalogueEntry& e : entries) {
    std::string title = e.title.empty() ? e.right : e.title;
    if (!e.no_case.empty()) title += "; no case: " + e.no_case;
    table.rows.push_back({e.id, std::string(format::status_word(e.status)),
                          shown_by(e, cases_of(e.id, suite).size()), std::move(title)});
  }
  return table;
}

std::string entry_json(std::span<const CatalogueEntry> entries, const runner::Suite& suite) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CatalogueEntry& e : entries) {
    nlohmann::ordered_json one{{"id", e.id},
                               {"status", format::status_word(e.status)},
                               {"cases", cases_of(e.id, suite)},
                               {"switches", switches_of(e.id)},
                               {"title", e.title},
                               {"source", e.source},
                               {"right", e.right},
                               {"v1", e.v1},
                               {"rules", e.rules}};
    if (!e.same_as.empty()) one["same_as"] = e.same_as;
    if (!e.no_case.empty()) one["no_case"] = e.no_case;
    if (!e.due.empty()) one["due"] = e.due;
    list.push_back(std::move(one));
  }
  return list.dump(2) + "\n";
}

}  // namespace protm::cli
