// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/catalogue_check.h"

#include <algorithm>
#include <array>
#include <set>

#include "sut-adapters/contract/op_table.h"

namespace protm::runner {
namespace {

constexpr std::array<std::string_view, 7> kComparisons{"fence",      "memory",     "window", "then",
                                                       "rest-state", "heap-alloc", "slots"};
constexpr std::array<std::string_view, 8> kSutKinds{"oops",  "warn",     "lock",  "leak",
                                                    "stuck", "livelock", "crash", "protocol"};

using format::CatalogueEntry;

/// A point of the review has a case, or stands with another one that has, or says why it has none
/// or that one is due.
void check_shown(const CatalogueEntry& e, std::span<const CatalogueEntry> entries,
                 const std::set<std::string>& with_case, std::vector<std::string>& wrong) {
  const int said = int{with_case.contains(e.id)} + int{!e.same_as.empty()} +
                   int{!e.no_case.empty()} + int{!e.due.empty()};
  if (said == 0) wrong.push_back("entry " + e.id + " has no case, and no word why");
  if (said > 1) {
    wrong.push_back("entry " + e.id + " has more than one of a case, same_as, no_case and due");
  }
  if (e.same_as.empty()) return;
  const auto other = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& one) { return one.id == e.same_as; });
  if (other == entries.end()) {
    wrong.push_back("entry " + e.id + " is the same as " + e.same_as + ", which does not exist");
  } else if (!other->same_as.empty()) {
    wrong.push_back("entry " + e.id + " is the same as " + e.same_as +
                    ", which is another one itself");
  }
}

/// Order of the list: by area, then by number ("HEAP-2" before "HEAP-10").
bool stands_before(std::string_view a, std::string_view b) {
  const std::size_t dash_a = a.rfind('-'), dash_b = b.rfind('-');
  const std::string_view area_a = a.substr(0, dash_a), area_b = b.substr(0, dash_b);
  if (area_a != area_b) return area_a < area_b;
  const std::string_view n_a = a.substr(dash_a + 1), n_b = b.substr(dash_b + 1);
  return n_a.size() != n_b.size() ? n_a.size() < n_b.size() : n_a < n_b;
}

bool is_of_the_harness(std::string_view id) {
  return id.starts_with("BASE-") || id.starts_with("LIFE-");
}

bool contains(std::span<const std::string> list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

bool is_operation(std::string_view name) {
  return contract::node_by_name(contract::NodeGroup::operation, name).has_value();
}

}  // namespace

std::vector<std::string> ids_of_list(std::string_view text) {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.front() != '#') ids.emplace_back(line);
    at = end + 1;
  }
  return ids;
}

std::vector<std::string> check_ids(std::span<const CatalogueEntry> entries,
                                   std::span<const std::string> listed,
                                   std::span<const std::string> missing) {
  std::vector<std::string> wrong;
  std::set<std::string> known;
  for (const CatalogueEntry& e : entries) {
    known.insert(e.id);
    if (!is_of_the_harness(e.id) && !contains(listed, e.id)) {
      wrong.push_back("entry " + e.id + " is not in the list of ids");
    }
  }
  for (std::size_t i = 0; i < listed.size(); ++i) {
    if (i != 0 && !stands_before(listed[i - 1], listed[i])) {
      wrong.push_back("id " + listed[i] + " stands behind " + listed[i - 1]);
    }
    if (!known.contains(listed[i]) && !contains(missing, listed[i])) {
      wrong.push_back("id " + listed[i] + " has no entry");
    }
  }
  for (const std::string& id : missing) {
    if (known.contains(id)) wrong.push_back("id " + id + " has an entry and is said to lack one");
    if (!contains(listed, id)) wrong.push_back("id " + id + " lacks an entry and is in no list");
  }
  return wrong;
}

bool is_known_rule(const std::string& pattern, std::span<const std::string> rules) {
  const std::string_view word = std::string_view(pattern).substr(0, pattern.find(':'));
  constexpr std::string_view kResult = "result/";
  constexpr std::string_view kSut = "sut/";
  if (word.starts_with(kResult)) return is_operation(word.substr(kResult.size()));
  if (word.starts_with(kSut)) {
    return std::find(kSutKinds.begin(), kSutKinds.end(), word.substr(kSut.size())) !=
           kSutKinds.end();
  }
  return std::find(kComparisons.begin(), kComparisons.end(), word) != kComparisons.end() ||
         std::find(rules.begin(), rules.end(), word) != rules.end();
}

std::vector<std::string> check_catalogue(std::span<const CatalogueEntry> entries,
                                         const Suite& suite, std::span<const std::string> rules) {
  std::vector<std::string> wrong;
  std::set<std::string> known;
  for (const CatalogueEntry& e : entries) {
    if (!known.insert(e.id).second) wrong.push_back("entry " + e.id + " stands there twice");
    for (const std::string& rule : e.rules) {
      if (is_known_rule(rule, rules)) continue;
      wrong.push_back("entry " + e.id + " names '" + rule + "', which nothing reports");
    }
  }
  std::set<std::string> ids;
  std::set<std::string> with_case;
  for (const SuiteCase& c : suite.cases) {
    const contract::Program& p = c.program;
    if (!ids.insert(p.id).second) wrong.push_back("case " + p.id + " stands there twice");
    if (!c.path.ends_with("/" + p.id + ".yaml")) {
      wrong.push_back("case " + p.id + " lies in " + c.path);
    }
    if (p.entries.empty()) wrong.push_back("case " + p.id + " belongs to no entry");
    for (const std::string& entry : p.entries) {
      with_case.insert(entry);
      const auto of_case = std::find_if(entries.begin(), entries.end(),
                                        [&](const auto& e) { return e.id == entry; });
      if (of_case == entries.end()) {
        wrong.push_back("case " + p.id + " names entry " + entry + ", which does not exist");
      } else if (of_case->rules.empty()) {
        wrong.push_back("case " + p.id + " belongs to entry " + entry +
                        ", which no rule can break");
      }
    }
  }
  for (const CatalogueEntry& e : entries) check_shown(e, entries, with_case, wrong);
  return wrong;
}

}  // namespace protm::runner
