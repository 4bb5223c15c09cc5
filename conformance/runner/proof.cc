// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/proof.h"

#include <algorithm>

#include "oracle/judge/verdict.h"

namespace protm::runner {

bool is_rule_of(std::span<const format::CatalogueEntry> catalogue,
                std::span<const std::string> entries, const std::string& rule) {
  return std::any_of(catalogue.begin(), catalogue.end(), [&](const format::CatalogueEntry& e) {
    if (std::find(entries.begin(), entries.end(), e.id) == entries.end()) return false;
    return std::any_of(e.rules.begin(), e.rules.end(), [&](const std::string& pattern) {
      return judge::rule_matches(pattern, rule);
    });
  });
}

std::vector<std::string> unarmed_rules(std::span<const std::string> rules,
                                       const std::map<std::string, std::uint64_t>& armed) {
  std::vector<std::string> wrong;
  for (const std::string& rule : rules) {
    const auto found = armed.find(rule);
    if (found == armed.end() || found->second == 0) wrong.push_back(rule + " is never armed");
  }
  return wrong;
}

std::vector<std::string> complaints_of_switch(std::span<const format::CatalogueEntry> catalogue,
                                              const Suite& suite, const std::string& id,
                                              std::span<const Broken> rows) {
  std::vector<std::string> wrong;
  bool has_case = false;
  for (const SuiteCase& c : suite.cases) {
    const auto& of = c.program.entries;
    if (std::find(of.begin(), of.end(), id) == of.end()) continue;
    has_case = true;
    const bool noticed = std::any_of(rows.begin(), rows.end(), [&](const Broken& row) {
      return row.case_id == c.program.id;
    });
    if (!noticed) wrong.push_back(id + " is not caught by " + c.program.id);
  }
  if (!has_case) wrong.push_back(id + " has no case of its entry");
  for (const Broken& row : rows) {
    if (is_rule_of(catalogue, std::span(&id, 1), row.rule)) continue;
    wrong.push_back(id + " breaks " + row.rule + " in " + row.case_id +
                    ", which is no rule of its entry");
  }
  return wrong;
}

Unshown::Unshown(std::span<const format::CatalogueEntry> catalogue, const Suite& suite)
    : catalogue_(catalogue) {
  for (const SuiteCase& c : suite.cases) {
    cases_.insert(c.program.id);
    entries_.insert(c.program.entries.begin(), c.program.entries.end());
  }
}

bool Unshown::show(const contract::Program& program, const std::string& rule) {
  bool any = is_rule_of(catalogue_, program.entries, rule) && cases_.erase(program.id) != 0;
  for (const std::string& entry : program.entries) {
    if (!is_rule_of(catalogue_, std::span(&entry, 1), rule)) continue;
    any = entries_.erase(entry) != 0 || any;
  }
  return any;
}

std::vector<std::string> Unshown::complaints() const {
  std::vector<std::string> wrong;
  for (const std::string& id : cases_) {
    wrong.push_back(id + " is broken by nothing through a rule of its entries");
  }
  for (const std::string& entry : entries_) {
    wrong.push_back(entry + " is broken by nothing through a rule of its own");
  }
  return wrong;
}

}  // namespace protm::runner
