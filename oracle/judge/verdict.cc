// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/verdict.h"

#include <algorithm>

namespace protm::judge {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_word(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); }

}  // namespace

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::agreed: return "agreed";
    case Outcome::diverged: return "diverged";
    case Outcome::poisoned: return "poisoned";
    case Outcome::inconclusive: return "inconclusive";
    case Outcome::skipped: return "skipped";
    case Outcome::oracle_wrong: return "oracle_wrong";
  }
  return "unknown";
}

void add_count(std::vector<Count>& totals, std::string_view id, std::uint64_t n) {
  const auto found =
      std::find_if(totals.begin(), totals.end(), [&](const Count& t) { return t.id == id; });
  if (found == totals.end()) {
    totals.push_back(Count{std::string(id), n});
  } else {
    found->n += n;
  }
}

void add_counts(std::vector<Count>& totals, const std::vector<Count>& more) {
  for (const Count& row : more) add_count(totals, row.id, row.n);
}

bool rule_matches(std::string_view pattern, std::string_view rule) {
  if (!rule.starts_with(pattern)) return false;
  return rule.size() == pattern.size() || rule[pattern.size()] == ':';
}

std::string words_only(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word(text[i])) {
      ++i;
      continue;
    }
    std::string word;
    bool digits = false;
    for (; i < text.size() && is_word(text[i]); ++i) {
      digits = digits || is_digit(text[i]);
      word += is_upper(text[i]) ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    }
    if (digits) continue;
    if (!out.empty()) out += '-';
    out += word;
  }
  return out;
}

std::string signature(std::string_view adapter, const Finding& finding) {
  std::string out;
  for (const std::string& part :
       {words_only(adapter.substr(0, adapter.find(':'))), words_only(finding.slug),
        words_only(finding.event), words_only(finding.field)}) {
    if (part.empty()) continue;
    if (!out.empty()) out += '.';
    out += part;
  }
  return out;
}

}  // namespace protm::judge
