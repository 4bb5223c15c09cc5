// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/status.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace protm::fuzz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kNsPerMs = 1'000'000;

std::string tenths(std::uint64_t ms) {
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
}

std::string plural(std::uint64_t n, const std::string& word) {
  return std::to_string(n) + " " + word + (n == 1 ? "" : "s");
}

std::string canaries_text(const std::vector<CanaryRow>& rows) {
  if (rows.empty()) return "canaries: NONE RUN: \"nothing new\" says little\n";
  const auto found = std::count_if(rows.begin(), rows.end(), [](const auto& r) { return r.found; });
  std::string text = "canaries: " + std::to_string(found) + " of " +
                     std::to_string(rows.size()) + " found\n";
  for (const CanaryRow& r : rows) {
    text += "  " + r.candidate + ": ";
    if (r.found) {
      text += "run " + std::to_string(r.runs) + ", " + tenths(r.cpu_ns / kNsPerMs) + " CPU, " +
              r.signature + "\n";
    } else {
      text += "MISSED in " + plural(r.runs, "run") + ", " + tenths(r.cpu_ns / kNsPerMs) +
              " CPU of " + tenths(r.budget_ns / kNsPerMs) +
              (r.signature.empty() ? "" : ": " + r.signature) + "\n";
    }
  }
  return text;
}

std::string findings_text(const std::vector<FindingRow>& rows, std::uint64_t total) {
  std::string text = plural(rows.size(), "signature") + "\n";
  for (const FindingRow& r : rows) {
    text += "  " + r.signature + (r.rule.empty() ? "" : " (" + r.rule + ")") + "\n    " +
            std::string(state_name(r.state)) + ", " + std::to_string(r.replays) + " of " +
            std::to_string(kReplaysWanted) + " replays; seen " + plural(r.count, "time") +
            ", first at run " + std::to_string(r.first_total) + ", " +
            plural(total - std::min(total, r.first_total), "run") + " ago\n";
  }
  return text;
}

}  // namespace

std::string host_time_text(std::uint64_t ms) {
  const std::uint64_t minutes = ms / 60'000;
  if (minutes == 0) return tenths(ms);
  const std::string rest = std::to_string(minutes % 60);
  if (minutes < 60) return rest + " min";
  return std::to_string(minutes / 60) + " h " + (rest.size() == 1 ? "0" : "") + rest + " min";
}

std::string status_text(const Store& store, const std::string& out) {
  const Totals t = store.totals();
  std::string text = "campaign " + out + ": candidate " + store.fact("candidate") + ", target " +
                     store.fact("target") + ", engine " + store.fact("engine") + ", seed " +
                     store.fact("seed") + "\n  " + plural(t.sessions, "session") + ", " +
                     host_time_text(t.elapsed_ms) + "; " + plural(t.runs, "execution") + ", " +
                     host_time_text(t.cpu_ns / kNsPerMs) + " CPU, corpus " +
                     plural(store.corpus(), "input") + "\n";
  text += canaries_text(store.canaries());
  text += findings_text(store.findings(), t.runs);
  for (const CrashRow& c : store.crashes()) {
    text += "  the target died: crashes/" + c.name + ", " +
            (c.followed_up ? std::to_string(c.replays) + " of " + std::to_string(kReplaysWanted) +
                                 " replays die"
                           : std::string("not followed up")) +
            "\n";
  }
  for (const TroubleRow& r : store.troubles()) {
    text += "  worker " + r.worker + ": " + (r.stood_still ? "STOOD STILL: " : "") + r.what + "\n";
  }
  return text;
}

std::string status_json(const Store& store, const std::string& out) {
  const Totals t = store.totals();
  Json all{{"schema", 1},
           {"folder", out},
           {"candidate", store.fact("candidate")},
           {"target", store.fact("target")},
           {"engine", store.fact("engine")},
           {"seed", store.fact("seed")},
           {"sessions", t.sessions},
           {"elapsed_ms", t.elapsed_ms},
           {"executions", t.runs},
           {"cpu_ns", t.cpu_ns},
           {"corpus", store.corpus()},
           {"canaries", Json::array()},
           {"findings", Json::array()},
           {"crashes", Json::array()},
           {"troubles", Json::array()}};
  for (const CanaryRow& r : store.canaries()) {
    all["canaries"].push_back({{"candidate", r.candidate},
                               {"found", r.found},
                               {"signature", r.found ? r.signature : ""},
                               {"problem", r.found ? "" : r.signature},
                               {"executions", r.runs},
                               {"cpu_ns", r.cpu_ns},
                               {"budget_ns", r.budget_ns}});
  }
  for (const FindingRow& r : store.findings()) {
    all["findings"].push_back({{"signature", r.signature},
                               {"rule", r.rule},
                               {"count", r.count},
                               {"first_execution", r.first_total},
                               {"replays", r.replays},
                               {"state", state_name(r.state)},
                               {"new", r.is_new}});
  }
  for (const CrashRow& r : store.crashes()) {
    all["crashes"].push_back({{"file", "crashes/" + r.name},
                              {"worker", r.worker},
                              {"replays", r.replays},
                              {"followed_up", r.followed_up}});
  }
  for (const TroubleRow& r : store.troubles()) {
    all["troubles"].push_back(
        {{"worker", r.worker}, {"what", r.what}, {"stood_still", r.stood_still}});
  }
  return all.dump(2) + "\n";
}

}  // namespace protm::fuzz
