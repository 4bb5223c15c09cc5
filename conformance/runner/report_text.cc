// SPDX-License-Identifier: GPL-2.0-only
#include <cstdio>

#include "conformance/runner/report.h"

namespace protm::runner {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& w : words) {
    if (!out.empty()) out += between;
    out += w;
  }
  return out;
}

void add_case(std::string& out, const CaseResult& c) {
  if (c.outcome == Outcome::agreed) return;
  out += c.id + ": " + std::string(outcome_word(c.outcome));
  if (c.outcome == Outcome::skipped) {
    out += ": " + c.detail + "\n";
    return;
  }
  out += " at " + time_text(c.at_ns) + ", " + c.rule + " [" + join(c.entries, ", ") + "]\n";
  out += "    " + c.title + "\n";
  out += "    " + c.detail + "\n";
  for (const auto& set : c.attribution) {
    out += "    agrees without {" + join(set, ", ") + "}\n";
  }
  out += "    reproduce: " + c.reproduce + "\n";
}

}  // namespace

std::string time_text(std::uint64_t ns) {
  char text[48];
  constexpr std::uint64_t kUs = 1000;
  constexpr std::uint64_t kMs = 1000 * kUs;
  if (ns >= 1000 * kMs) {
    std::snprintf(text, sizeof text, "%llu.%03llus", static_cast<unsigned long long>(ns / (1000 * kMs)),
                  static_cast<unsigned long long>(ns / kMs % 1000));
  } else if (ns >= kMs) {
    std::snprintf(text, sizeof text, "%llu.%03llums", static_cast<unsigned long long>(ns / kMs),
                  static_cast<unsigned long long>(ns / kUs % 1000));
  } else {
    std::snprintf(text, sizeof text, "%llu.%03lluus", static_cast<unsigned long long>(ns / kUs),
                  static_cast<unsigned long long>(ns % kUs));
  }
  return text;
}

std::string report_text(const RunResult& result) {
  std::string out = "candidate " + result.candidate;
  if (!result.version.empty()) out += " " + result.version;
  if (!result.profile.empty()) out += ", profile " + result.profile;
  out += "\n";
  if (!result.not_yet_modelled.empty()) out += result.not_yet_modelled + "\n";
  for (const std::string& e : result.suite_errors) out += "error of the suite: " + e + "\n";
  for (const CaseResult& c : result.cases) add_case(out, c);
  std::uint64_t armed = 0;
  std::uint32_t rules = 0;
  for (const auto& [id, n] : result.checked) {
    armed += n;
    rules += n != 0 ? 1 : 0;
  }
  out += std::to_string(result.cases.size()) + " cases: ";
  for (const Outcome o : {Outcome::agreed, Outcome::diverged, Outcome::poisoned,
                          Outcome::inconclusive, Outcome::skipped}) {
    if (o != Outcome::agreed) out += ", ";
    out += std::to_string(result.count(o)) + " " + std::string(outcome_word(o));
  }
  out += "; " + std::to_string(rules) + " of " + std::to_string(result.checked.size()) +
         " rules armed, " + std::to_string(armed) + " times\n";
  return out;
}

}  // namespace protm::runner
