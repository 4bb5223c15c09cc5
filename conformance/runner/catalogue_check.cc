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

bool is_operation(std::string_view name) {
  return contract::node_by_name(contract::NodeGroup::operation, name).has_value();
}

}  // namespace

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
