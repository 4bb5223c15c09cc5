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
  if (c.outcome != Outcome::inconclusive) out += " at " + time_text(c.at_ns);
  if (!c.rule.empty()) out += ", " + c.rule;
  out += " [" + join(c.entries, ", ") + "]\n";
  out += "    " + c.title + "\n";
  out += "    " + c.detail + "\n";
  if (!c.reason.empty()) out += "    expected: " + c.reason + "\n";
  for (const auto& set : c.attribution) {
    out += "    agrees without {" + join(set, ", ") + "}\n";
  }
  out += "    reproduce: " + c.reproduce + "\n";
}

/// "6 of 7 schedules of 1 cases agreed"; nothing when no case had any.
std::string agreed_of(const RunResult& result, const char* what,
                      std::uint64_t (*all_of)(const CaseResult&),
                      std::uint64_t (*agreed_of_case)(const CaseResult&)) {
  std::uint64_t all = 0;
  std::uint64_t agreed = 0;
  std::uint32_t cases = 0;
  for (const CaseResult& c : result.cases) {
    all += all_of(c);
    agreed += agreed_of_case(c);
    cases += all_of(c) != 0 ? 1 : 0;
  }
  if (cases == 0) return {};
  return std::to_string(agreed) + " of " + std::to_string(all) + " " + what + " of " +
         std::to_string(cases) + " cases agreed\n";
}

std::string schedules(const RunResult& result) {
  using C = const CaseResult&;
  return agreed_of(
             result, "schedules", [](C c) { return c.schedules; },
             [](C c) { return c.schedules_agreed; }) +
         agreed_of(
             result, "timings (in place of schedules)",
             [](C c) { return std::uint64_t{c.timings}; },
             [](C c) { return std::uint64_t{c.timings_agreed}; });
}

std::string totals(const RunResult& result) {
  std::string out = std::to_string(result.cases.size()) + " cases: ";
  std::uint32_t timing = 0;
  for (const CaseResult& c : result.cases) timing += c.timing ? 1 : 0;
  for (const Outcome o : {Outcome::agreed, Outcome::diverged, Outcome::poisoned,
                          Outcome::inconclusive, Outcome::skipped}) {
    if (o != Outcome::agreed) out += ", ";
    out += std::to_string(result.count(o)) + " " + std::string(outcome_word(o));
    if (o == Outcome::agreed && timing != 0) {
      out += " (" + std::to_string(timing) + " of them: timing)";
    }
  }
  const std::uint32_t expected = result.count(Outcome::expected);
  if (expected != 0) out += ", " + std::to_string(expected) + " expected to diverge";
  return out + "\n" + schedules(result);
}

std::string what_was_checked(const RunResult& result) {
  std::uint64_t armed = 0;
  std::uint32_t rules = 0;
  for (const auto& [id, n] : result.checked) {
    armed += n;
    rules += n != 0 ? 1 : 0;
  }
  std::uint64_t compared = 0;
  for (const auto& [id, n] : result.compared) compared += n;
  return std::to_string(rules) + " of " + std::to_string(result.checked.size()) +
         " rules armed, " + std::to_string(armed) + " times; " + std::to_string(compared) +
         " comparisons" +
         (result.by_chance == 0
              ? ""
              : ", " + std::to_string(result.by_chance) + " differences left to chance") +
         "\n";
}

}  // namespace

std::string time_text(std::uint64_t ns) {
  char text[48];
  constexpr std::uint64_t kUs = 1000;
  constexpr std::uint64_t kMs = 1000 * kUs;
  constexpr std::uint64_t kS = 1000 * kMs;
  const auto print = [&](std::uint64_t whole, std::uint64_t thousandth, const char* unit) {
    std::snprintf(text, sizeof text, "%llu.%03llu%s", static_cast<unsigned long long>(whole),
                  static_cast<unsigned long long>(thousandth), unit);
  };
  if (ns >= kS) {
    print(ns / kS, ns / kMs % 1000, "s");
  } else if (ns >= kMs) {
    print(ns / kMs, ns / kUs % 1000, "ms");
  } else {
    print(ns / kUs, ns % kUs, "us");
  }
  return text;
}

namespace {

std::string position_name(const PositionTried& tried) {
  return tried.profile.empty() ? "as posted" : tried.profile;
}

/// "3 of 4 cases agree as posted".
std::string tally(const PositionTried& tried) {
  const std::uint32_t run = tried.agreed + tried.diverged;
  return std::to_string(tried.agreed) + " of " + std::to_string(run) +
         (run == 1 ? " case agrees " : " cases agree ") +
         (tried.profile.empty() ? "as posted" : "under " + tried.profile);
}

/// Where the candidate stands in one question, and how that is known.
std::string stand_text(const OpenQuestion& open) {
  const PositionTried& posted = open.tried.front();
  const PositionTried& other = open.tried.back();
  const PositionTried& taken = open.tried[open.position];
  switch (open.stand) {
    case Stand::follows:
      return (open.of_firmware ? "relies on: " : position_name(taken) + ": ") + taken.words + " (" +
             (open.of_firmware ? tally(posted) + ", " + tally(other) : tally(taken)) + "; " +
             taken.source + ")";
    case Stand::told: return position_name(taken) + ": " + taken.words + " (" + taken.source + ")";
    case Stand::each:
      return "right whether it " + posted.words + " or " + other.words + " (" + tally(posted) +
             ", " + tally(other) + ")";
    case Stand::contradicts:
      return "NO POSITION FITS: " + posted.agreed_case + " agrees only as posted (" +
             posted.words + "), " + other.agreed_case + " only under " + other.profile + " (" +
             other.words + ")";
    default: return "undecided: " + tally(posted) + ", " + tally(other);
  }
}

/// One line for each question that the review leaves open and that the run asked, or that the user
/// answered otherwise than as posted.
std::string questions_text(const RunResult& result) {
  std::string out;
  std::string followed;
  for (const OpenQuestion& open : result.questions) {
    const std::string& taken_profile = open.tried[open.position].profile;
    const bool is_default = open.stand == Stand::told && taken_profile.empty();
    if (open.stand == Stand::not_asked || is_default) continue;
    out += "  " + open.id + " (" + open.entry + "): " + open.title + ": " + stand_text(open) + "\n";
    const bool taken = open.stand == Stand::follows || open.stand == Stand::told;
    if (taken && !open.of_firmware && !taken_profile.empty()) {
      followed += (followed.empty() ? "" : "+") + taken_profile;
    }
  }
  if (out.empty()) return out;
  return "questions that the review leaves open (list --profiles); the report is of the driver " +
         (followed.empty() ? std::string("as posted") : "with " + followed) + "\n" + out;
}

}  // namespace

std::string report_text(const RunResult& result) {
  std::string out;
  if (!result.not_yet_modelled.empty()) out += result.not_yet_modelled + "\n";
  out += "candidate " + result.candidate;
  if (!result.version.empty()) out += ", " + result.version;
  if (!result.profile.empty()) out += ", profile " + result.profile;
  out += "\n" + questions_text(result);
  for (const std::string& e : result.suite_errors) out += "error of the suite: " + e + "\n";
  for (const std::string& e : result.expectation_errors) {
    out += "error of an expectation: " + e + "\n";
  }
  for (const CaseResult& c : result.cases) add_case(out, c);
  out += totals(result) + what_was_checked(result);
  if (exit_code(result) == 0) return out;
  const CaseResult* only = nullptr;
  std::uint32_t failing = 0;
  for (const CaseResult& c : result.cases) {
    if (c.outcome != Outcome::diverged && c.outcome != Outcome::inconclusive) continue;
    only = &c;
    ++failing;
  }
  return out + "reproduce: " + (failing == 1 ? only->reproduce : result.reproduce) + "\n";
}

}  // namespace protm::runner
