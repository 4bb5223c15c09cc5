// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/schedule_text.h"

#include <algorithm>
#include <charconv>

namespace protm::format {

using contract::PointSpec;
using contract::TaskSpec;

namespace {

bool is_object(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.' || c == ':' || c == '-';
  });
}

/// "x2" as 2.
std::optional<std::uint32_t> count_of(std::string_view text) {
  if (text.size() < 2 || text.front() != 'x') return std::nullopt;
  std::uint32_t count = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 1, end, count);
  if (read.ec != std::errc{} || read.ptr != end || count == 0) return std::nullopt;
  return count;
}

}  // namespace

std::string point_text(const PointSpec& point) {
  std::string out(contract::point_table()[static_cast<std::size_t>(point.kind)].word);
  if (!point.object.empty()) out += " " + point.object;
  const bool looks_like_count = count_of(point.object).has_value();
  if (point.count != 1 || looks_like_count) out += " x" + std::to_string(point.count);
  return out;
}

std::optional<PointSpec> parse_point(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  PointSpec out;
  if (words.size() > 1) {
    if (const auto count = count_of(words.back())) {
      out.count = *count;
      words.pop_back();
    }
  }
  if (words.empty() || words.size() > 2) return std::nullopt;
  for (const auto& row : contract::point_table()) {
    if (row.word != words[0]) continue;
    out.kind = row.kind;
    if (words.size() == 1) return out;
    if (row.what.empty() || !is_object(words[1])) return std::nullopt;
    out.object = words[1];
    return out;
  }
  return std::nullopt;
}

std::vector<std::string_view> point_words() {
  std::vector<std::string_view> out;
  for (const auto& row : contract::point_table()) out.push_back(row.word);
  return out;
}

std::string task_text(const TaskSpec& task, const std::vector<contract::Actor>& actors) {
  if (task.actor == TaskSpec::kNoActor) return task.role;
  return task.actor < actors.size() ? actors[task.actor].name : std::to_string(task.actor);
}

std::optional<TaskSpec> parse_task(std::string_view text,
                                   const std::vector<contract::Actor>& actors) {
  for (std::uint32_t i = 0; i < actors.size(); ++i) {
    if (actors[i].name == text) return TaskSpec{.actor = i, .role = {}};
  }
  for (const auto& row : contract::task_role_table()) {
    if (row.word == text) return TaskSpec{.actor = TaskSpec::kNoActor, .role = std::string(text)};
  }
  return std::nullopt;
}

std::vector<std::string_view> task_words(const std::vector<contract::Actor>& actors) {
  std::vector<std::string_view> out;
  for (const contract::Actor& actor : actors) out.emplace_back(actor.name);
  for (const auto& row : contract::task_role_table()) out.push_back(row.word);
  return out;
}

}  // namespace protm::format
