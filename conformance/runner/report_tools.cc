// SPDX-License-Identifier: GPL-2.0-only
#include <array>
#include <cstdio>
#include <sstream>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "conformance/runner/report.h"

namespace protm::runner {
namespace {

using Json = nlohmann::ordered_json;

std::string hash_text(std::uint64_t hash) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

Json case_json(const CaseResult& c) {
  Json j{{"id", c.id},
         {"entries", c.entries},
         {"outcome", outcome_word(c.outcome)},
         {"rule", c.rule},
         {"signature", c.signature},
         {"at_ns", c.at_ns},
         {"detail", c.detail},
         {"trace_hash", hash_text(c.trace_hash)},
         {"reproduce", c.reproduce}};
  if (!c.attribution.empty()) j["attribution"] = c.attribution;
  if (c.timing) j["timing"] = true;
  if (c.schedules != 0) {
    j["schedules"] = c.schedules;
    j["schedules_agreed"] = c.schedules_agreed;
  }
  if (c.timings != 0) {
    j["timings"] = c.timings;
    j["timings_agreed"] = c.timings_agreed;
  }
  if (!c.reason.empty()) j["reason"] = c.reason;
  return j;
}

/// Words of a stand in reports for tools; members of this list are added, never changed.
constexpr std::array<std::string_view, 6> kStands{"follows",   "each",      "contradicts",
                                                  "undecided", "not_asked", "told"};

Json question_json(const OpenQuestion& open) {
  Json tried = Json::array();
  for (const PositionTried& p : open.tried) {
    tried.push_back({{"profile", p.profile},
                     {"what", p.words},
                     {"source", p.source},
                     {"agreed", p.agreed},
                     {"diverged", p.diverged},
                     {"unknown", p.unknown}});
  }
  Json j{{"question", open.id},
         {"entry", open.entry},
         {"title", open.title},
         {"of", open.of_firmware ? "firmware" : "driver"},
         {"stand", kStands[static_cast<std::size_t>(open.stand)]}};
  if (open.stand == Stand::follows || open.stand == Stand::told) {
    j["position"] = open.tried[open.position].profile;
  }
  if (open.stand == Stand::contradicts) {
    j["contradiction"] = {open.tried.front().agreed_case, open.tried.back().agreed_case};
  }
  j["positions"] = std::move(tried);
  return j;
}

}  // namespace

std::optional<ReportFormat> report_format_by_name(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames{"text", "json", "junit", "ktap"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<ReportFormat>(i);
  }
  return std::nullopt;
}

std::string report_json(const RunResult& result) {
  Json cases = Json::array();
  for (const CaseResult& c : result.cases) cases.push_back(case_json(c));
  Json totals;
  for (const Outcome o : {Outcome::agreed, Outcome::diverged, Outcome::poisoned,
                          Outcome::inconclusive, Outcome::skipped}) {
    totals[std::string(outcome_word(o))] = result.count(o);
  }
  if (const std::uint32_t n = result.count(Outcome::expected); n != 0) totals["expected"] = n;
  Json j{{"schema", 1},
               {"tool", "protmcheck"},
               {"seed", std::to_string(result.seed)},
               {"candidate",
                {{"name", result.candidate},
                 {"version", result.version},
                 {"profile", result.profile},
                 {"capabilities", result.capabilities}}},
               {"checked", result.checked},
               {"cases", cases},
               {"totals", totals}};
  for (const DesignTried& d : result.designs) {
    j["designs"].push_back({{"profile", d.profile}, {"diverged", d.diverged}});
  }
  for (const OpenQuestion& open : result.questions) j["questions"].push_back(question_json(open));
  if (!result.compared.empty()) j["compared"] = result.compared;
  if (result.by_chance != 0) j["by_chance"] = result.by_chance;
  if (!result.suite_errors.empty()) j["suite_errors"] = result.suite_errors;
  if (!result.expectation_errors.empty()) j["expectation_errors"] = result.expectation_errors;
  if (!result.not_yet_modelled.empty()) j["not_yet_modelled"] = result.not_yet_modelled;
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_junit(const RunResult& result) {
  pugi::xml_document document;
  pugi::xml_node suite = document.append_child("testsuite");
  suite.append_attribute("name") = result.candidate.c_str();
  suite.append_attribute("tests") = static_cast<unsigned>(result.cases.size());
  suite.append_attribute("failures") = result.count(Outcome::diverged);
  suite.append_attribute("errors") = result.count(Outcome::inconclusive);
  suite.append_attribute("skipped") =
      result.count(Outcome::skipped) + result.count(Outcome::poisoned) +
      result.count(Outcome::expected);
  for (const std::string& error : result.expectation_errors) {
    suite.append_child("system-err").text() = error.c_str();
  }
  for (const CaseResult& c : result.cases) {
    pugi::xml_node node = suite.append_child("testcase");
    node.append_attribute("classname") = c.id.substr(0, c.id.find('/')).c_str();
    node.append_attribute("name") = c.id.c_str();
    const char* const kind = c.outcome == Outcome::diverged       ? "failure"
                             : c.outcome == Outcome::inconclusive ? "error"
                             : c.outcome == Outcome::agreed       ? nullptr
                                                                  : "skipped";
    if (kind == nullptr) continue;
    pugi::xml_node why = node.append_child(kind);
    why.append_attribute("type") = c.rule.c_str();
    why.append_attribute("message") = c.signature.c_str();
    const std::string known = c.reason.empty() ? "" : "expected: " + c.reason + "\n";
    why.text() = (known + c.detail + "\nreproduce: " + c.reproduce).c_str();
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

std::string report_ktap(const RunResult& result) {
  std::string out = "KTAP version 1\n1.." + std::to_string(result.cases.size()) + "\n";
  std::size_t n = 0;
  for (const CaseResult& c : result.cases) {
    const bool bad = c.outcome == Outcome::diverged || c.outcome == Outcome::inconclusive;
    out += std::string(bad ? "not ok " : "ok ") + std::to_string(++n) + " " + c.id;
    if (c.outcome == Outcome::skipped) out += " # SKIP " + c.detail;
    if (c.outcome == Outcome::expected) out += " # XFAIL " + c.reason;
    if (c.outcome == Outcome::poisoned) out += " # SKIP undefined from there on: " + c.detail;
    out += "\n";
    if (!bad) continue;
    out += "# " + (c.rule.empty() ? "" : c.rule + ": ") + c.detail + "\n";
    out += "# reproduce: " + c.reproduce + "\n";
  }
  for (const std::string& error : result.expectation_errors) {
    out += "# expectation: " + error + "\n";
  }
  return out;
}

std::string report(const RunResult& result, ReportFormat format) {
  switch (format) {
    case ReportFormat::json: return report_json(result);
    case ReportFormat::junit: return report_junit(result);
    case ReportFormat::ktap: return report_ktap(result);
    default: return report_text(result);
  }
}

}  // namespace protm::runner
