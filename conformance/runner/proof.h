// SPDX-License-Identifier: GPL-2.0-only
// What the suites must show of themselves once candidates with defects have run: that every rule
// was put to the test, that a defect is noticed by each case of its entry and by nothing else, and
// that every case can fail. Each complaint is a sentence; none means proven.
// Leaves out: the runs themselves (cli/suites_proof_test.cc), and whether catalogue and suites fit
// together before any run (catalogue_check.h).
// Source: design.md section 8, decisions.md 10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/suite.h"

namespace protm::runner {

/// A case that diverged on a candidate, with the rule that says so first.
struct Broken {
  std::string case_id, rule;
};

/// Whether the catalogue gives `rule` for any of `entries`.
[[nodiscard]] bool is_rule_of(std::span<const format::CatalogueEntry> catalogue,
                              std::span<const std::string> entries, const std::string& rule);

/// Rules that no run came to; `armed` counts by rule.
[[nodiscard]] std::vector<std::string> unarmed_rules(
    std::span<const std::string> rules, const std::map<std::string, std::uint64_t>& armed);

/// A defect alone, whose entry has the same id: no case of the entry, a case of it that notices
/// nothing, a case broken by a rule that is none of the entry's.
[[nodiscard]] std::vector<std::string> complaints_of_switch(
    std::span<const format::CatalogueEntry> catalogue, const Suite& suite, const std::string& id,
    std::span<const Broken> rows);

/// What is not shown yet: cases that no rule of their entries breaks, and entries with a case that
/// no rule of their own does: one that is broken wherever there is a heap says nothing of a case.
class Unshown {
 public:
  Unshown(std::span<const format::CatalogueEntry> catalogue, const Suite& suite);

  /// Takes out what it shows that `program` broke `rule`; true when that was something.
  bool show(const contract::Program& program, const std::string& rule);
  [[nodiscard]] std::size_t entries_left() const { return entries_.size(); }
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  std::span<const format::CatalogueEntry> catalogue_;
  std::set<std::string> cases_, entries_;
};

}  // namespace protm::runner
