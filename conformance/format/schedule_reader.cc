// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/schedule_reader.h"

#include <algorithm>

#include "conformance/format/case_words.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/format/schedule_text.h"

namespace protm::format {
namespace {

using contract::ScheduleEntry;
using contract::TaskSpec;

constexpr std::size_t kTasksMax = 16;
constexpr std::uint64_t kRunsMax = 1'000'000;

std::optional<TaskSpec> task(const YamlValue& value, std::string_view what, ValueCheck& check,
                             const contract::Program& program) {
  if (!check.is_scalar(value, what)) return std::nullopt;
  auto read = parse_task(value.scalar, program.actors);
  if (!read) {
    check.error(value, "no task '" + value.scalar + "'",
                expected_words(value.scalar, task_words(program.actors)));
  }
  return read;
}

std::optional<contract::PointSpec> point(const YamlValue& value, ValueCheck& check) {
  if (!check.is_scalar(value, "until")) return std::nullopt;
  auto read = parse_point(value.scalar);
  if (!read) {
    const std::string first = value.scalar.substr(0, value.scalar.find(' '));
    const auto words = point_words();
    const bool known = std::find(words.begin(), words.end(), first) != words.end();
    check.error(value, "no point '" + value.scalar + "'",
                known ? "expected a form such as 'blocked', 'kref_put heap' or 'kref_put heap x2'"
                      : expected_words(first, words));
  }
  return read;
}

}  // namespace

void read_schedule(const YamlValue& list, ValueCheck& check, contract::Program& program) {
  if (!check.is_list(list, "schedule", contract::kMaxScheduleEntries)) return;
  for (const YamlValue& item : list.items) {
    if (!check.is_map(item, "schedule")) continue;
    check.known_keys(item, "schedule", kScheduleKeys);
    const YamlValue* const run = item.find("run");
    const YamlValue* const let = item.find("let");
    const YamlValue* const until = check.required(item, "schedule", "until");
    if ((run == nullptr) == (let == nullptr)) {
      check.error(item, "an entry of a schedule needs one of 'run' and 'let'",
                  "expected {run: TASK, until: POINT}");
      continue;
    }
    const auto who = task(run != nullptr ? *run : *let, run != nullptr ? "run" : "let", check,
                          program);
    const auto where = until != nullptr ? point(*until, check) : std::nullopt;
    if (!who || !where) continue;
    program.schedule.push_back(
        {.verb = run != nullptr ? ScheduleEntry::Verb::run : ScheduleEntry::Verb::let,
         .task = *who,
         .until = *where});
  }
}

void read_explore(const YamlValue& map, ValueCheck& check, contract::Program& program) {
  if (!check.is_map(map, "explore")) return;
  check.known_keys(map, "explore", kExploreKeys);
  contract::ExploreSpec& spec = program.explore;
  const YamlValue* const preemptions = map.find("preemptions");
  const YamlValue* const pct = map.find("pct");
  if ((preemptions == nullptr) == (pct == nullptr)) {
    check.error(map, "'explore' needs one of 'preemptions' and 'pct'",
                "expected {preemptions: 2} or {pct: 3, runs: 100}");
    return;
  }
  const auto at_least_one = [&](const YamlValue& value, std::string_view key, std::uint64_t max) {
    const auto number = check.number(value, key, max);
    if (number && *number == 0) {
      check.error(value, "'" + std::string(key) + "' is '0'", "expected at least 1");
    }
    return number.value_or(1);
  };
  if (preemptions != nullptr) {
    spec.preemptions = static_cast<std::uint32_t>(
        at_least_one(*preemptions, "preemptions", contract::kMaxPreemptions));
  } else {
    spec.pct_depth =
        static_cast<std::uint32_t>(at_least_one(*pct, "pct", contract::kMaxPctDepth));
  }
  if (const YamlValue* v = map.find("runs")) {
    spec.runs = static_cast<std::uint32_t>(at_least_one(*v, "runs", kRunsMax));
  }
  if (const YamlValue* v = map.find("seed")) {
    spec.seed = check.number(*v, "seed", UINT64_MAX).value_or(1);
  }
  const YamlValue* const tasks = map.find("tasks");
  if (tasks == nullptr || !check.is_list(*tasks, "tasks", kTasksMax)) return;
  for (const YamlValue& item : tasks->items) {
    if (const auto one = task(item, "tasks", check, program)) spec.tasks.push_back(*one);
  }
}

}  // namespace protm::format
