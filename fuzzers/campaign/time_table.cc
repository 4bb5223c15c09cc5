// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/time_table.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <tuple>

#include <nlohmann/json.hpp>

#include "fuzzers/lib/line_file.h"

namespace protm::fuzz {
namespace {

using Json = nlohmann::ordered_json;

Json found_json(const std::optional<FoundAt>& f) {
  if (!f) return nullptr;
  return {{"signature", f->signature}, {"rule", f->rule}, {"runs", f->runs}, {"cpu_ms", f->cpu_ms}};
}

std::optional<FoundAt> found_of(const Json& j) {
  if (j.is_null()) return std::nullopt;
  return FoundAt{j.at("signature"), j.at("rule"), j.at("runs"), j.at("cpu_ms")};
}

TimeRow row_of(const Json& j) {
  return {.candidate = j.at("candidate"),
          .engine = j.at("engine"),
          .seed = j.at("seed"),
          .cap_s = j.at("cap_s"),
          .commit = j.at("commit"),
          .runs = j.at("runs"),
          .cpu_ms = j.at("cpu_ms"),
          .found = found_of(j.at("found")),
          .other = found_of(j.at("other")),
          .alarms = j.at("alarms"),
          .steps = j.at("steps"),
          .hand_steps = j.at("hand_steps"),
          .problem = j.at("problem")};
}

std::string seconds(std::uint64_t ms) {
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100);
}

/// Rows of one candidate and engine, by seed.
using Group = std::map<std::uint64_t, TimeRow>;

std::string seeds_text(const Group& group) {
  std::string text;
  for (const auto& [seed, row] : group) {
    text += text.empty() ? "" : "; ";
    text += row.found ? std::to_string(row.found->runs) + " / " + seconds(row.found->cpu_ms)
                      : "not in " + std::to_string(row.runs) + " / " + seconds(row.cpu_ms);
  }
  return text;
}

std::string others_text(const Group& group) {
  std::set<std::string> rules;
  std::uint64_t alarms = 0;
  for (const auto& [seed, row] : group) {
    if (row.other) rules.insert(row.other->rule + " (" + seconds(row.other->cpu_ms) + ")");
    alarms += row.alarms;
  }
  std::string text;
  for (const std::string& rule : rules) text += (text.empty() ? "" : ", ") + rule;
  if (alarms != 0) {
    text += (text.empty() ? "" : ", ") + std::to_string(alarms) + " also without the defect";
  }
  return text;
}

std::string steps_text(const Group& group) {
  std::uint64_t most = 0;
  std::uint64_t hand = 0;
  for (const auto& [seed, row] : group) {
    most = std::max(most, row.steps);
    hand = std::max(hand, row.hand_steps);
  }
  if (most == 0) return "";
  return std::to_string(most) + (hand == 0 ? "" : " / " + std::to_string(hand));
}

std::string rule_text(const Group& group) {
  std::set<std::string> rules;
  for (const auto& [seed, row] : group) {
    if (row.found) rules.insert(row.found->rule);
  }
  std::string text;
  for (const std::string& rule : rules) text += (text.empty() ? "" : ", ") + rule;
  return text;
}

std::string reason_text(const std::string& candidate, const Group& group,
                        const std::map<std::string, std::string>& reasons) {
  const bool all = std::all_of(group.begin(), group.end(),
                               [](const auto& entry) { return entry.second.found.has_value(); });
  if (all) return "";
  const auto reason = reasons.find(candidate);
  std::string text = reason == reasons.end() ? "NO REASON YET" : reason->second;
  for (const auto& [seed, row] : group) {
    if (!row.problem.empty()) text += "; seed " + std::to_string(seed) + ": " + row.problem;
  }
  return text;
}

constexpr const char* kHead = R"(# Time to find

Made by `./protm bench time-to-find`, not by hand. Each defect alone: a switch of series-v1
(`series-v1:only=X`) or a planted bug (`mutant:NAME`); one process of the target without ASan, from
an empty corpus, until it is found or the cap of CPU time is used up. Numbers are executions / CPU
seconds of the target process, one pair for each seed.

Found means: a divergence whose rule stands in the catalogue entry of the switch, on an input that
agrees as soon as the switch is off. For a mutant, which is the reference but for its bug, any
divergence on an input on which the reference agrees with itself. A rule of another entry that
breaks because of the defect is in its own column and does not count; what differs without the
defect too is a false alarm, and does not count either.

Steps: the largest minimised Program of the seeds / the shortest hand-written case of the entry that
finds the switch.
)";

}  // namespace

std::string row_text(const TimeRow& r) {
  const Json j{{"candidate", r.candidate}, {"engine", r.engine},     {"seed", r.seed},
               {"cap_s", r.cap_s},         {"commit", r.commit},     {"runs", r.runs},
               {"cpu_ms", r.cpu_ms},       {"found", found_json(r.found)},
               {"other", found_json(r.other)}, {"alarms", r.alarms}, {"steps", r.steps},
               {"hand_steps", r.hand_steps},   {"problem", r.problem}};
  return j.dump();
}

tl::expected<std::vector<TimeRow>, std::string> read_rows(const std::string& file) {
  std::vector<TimeRow> rows;
  std::size_t number = 0;
  for (const std::string& line : read_lines(file)) {
    ++number;
    try {
      rows.push_back(row_of(Json::parse(line)));
    } catch (const Json::exception& error) {
      return tl::unexpected(file + ":" + std::to_string(number) +
                            ":1: error: not a row of time-to-find: " + error.what());
    }
  }
  return rows;
}

bool append_row(const std::string& file, const TimeRow& row) {
  return append_line(file, row_text(row));
}

std::map<std::string, std::string> read_reasons(const std::string& text) {
  std::map<std::string, std::string> reasons;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string candidate;
    std::string reason;
    words >> candidate >> std::ws;
    std::getline(words, reason);
    if (!candidate.empty() && candidate[0] != '#' && !reason.empty()) reasons[candidate] = reason;
  }
  return reasons;
}

std::string time_page(const std::vector<TimeRow>& rows,
                      const std::map<std::string, std::string>& reasons) {
  std::map<std::string, std::vector<std::pair<std::string, Group>>> engines;
  std::set<std::string> commits;
  std::set<std::uint64_t> caps;
  for (const TimeRow& row : rows) {
    auto& list = engines[row.engine];
    auto known = std::find_if(list.begin(), list.end(),
                              [&](const auto& entry) { return entry.first == row.candidate; });
    if (known == list.end()) known = list.insert(list.end(), {row.candidate, {}});
    known->second[row.seed] = row;
  }
  std::string tables;
  for (const auto& [engine, list] : engines) {
    std::size_t switches = 0, found = 0, mutants = 0, killed = 0;
    std::string table = "| candidate | rule | executions / CPU s | other rules (CPU s) | steps | "
                        "not found because |\n|---|---|---|---|---|---|\n";
    for (const auto& [candidate, group] : list) {
      const bool any = std::any_of(group.begin(), group.end(), [](const auto& entry) {
        return entry.second.found.has_value();
      });
      const bool is_switch = candidate.starts_with("series-v1");
      ++(is_switch ? switches : mutants);
      (is_switch ? found : killed) += any;
      for (const auto& [seed, row] : group) {
        commits.insert(row.commit);
        caps.insert(row.cap_s);
      }
      table += "| " + candidate + " | " + rule_text(group) + " | " + seeds_text(group) + " | " +
               others_text(group) + " | " + steps_text(group) + " | " +
               reason_text(candidate, group, reasons) + " |\n";
    }
    tables += "\n## " + engine + "\n\n" + std::to_string(found) + " of " +
              std::to_string(switches) + " switches and " + std::to_string(killed) + " of " +
              std::to_string(mutants) + " mutants were found.\n\n" + table;
  }
  std::string conditions = "\nCaps:";
  for (const std::uint64_t cap : caps) conditions += " " + std::to_string(cap) + " s";
  conditions += ". Commits:";
  for (const std::string& commit : commits) conditions += " " + commit;
  return kHead + conditions + ".\n" + tables;
}

}  // namespace protm::fuzz
