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

std::vector<std::string> check_catalogue(std::span<const format::CatalogueEntry> entries,
                                         const Suite& suite, std::span<const std::string> rules) {
  std::vector<std::string> wrong;
  std::set<std::string> known;
  for (const format::CatalogueEntry& e : entries) {
    if (!known.insert(e.id).second) wrong.push_back("entry " + e.id + " stands there twice");
    for (const std::string& rule : e.rules) {
      if (is_known_rule(rule, rules)) continue;
      wrong.push_back("entry " + e.id + " names '" + rule + "', which nothing reports");
    }
  }
  std::set<std::string> ids;
  for (const SuiteCase& c : suite.cases) {
    const contract::Program& p = c.program;
    if (!ids.insert(p.id).second) wrong.push_back("case " + p.id + " stands there twice");
    if (!c.path.ends_with("/" + p.id + ".yaml")) {
      wrong.push_back("case " + p.id + " lies in " + c.path);
    }
    if (p.entries.empty()) wrong.push_back("case " + p.id + " belongs to no entry");
    for (const std::string& entry : p.entries) {
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
  return wrong;
}

}  // namespace protm::runner
