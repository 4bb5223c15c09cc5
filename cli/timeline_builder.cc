// SPDX-License-Identifier: GPL-2.0-only
#include "cli/timeline_builder.h"

namespace protm::cli {

std::size_t TimelineBuilder::add(LaneKey key, const std::string& name, std::uint64_t ns,
                                 MarkText what) {
  Open& lane = lanes_[key];
  lane.name = name;
  Mark m;
  m.look = what.look;
  m.depth = static_cast<std::uint32_t>(lane.marks.size());
  m.begin_ns = m.end_ns = ns;
  m.begin_turn = m.end_turn = turn_++;
  m.text = what.text.empty() ? what.label : std::move(what.text);
  m.label = std::move(what.label);
  marks_.push_back(std::move(m));
  lane.all.push_back(marks_.size() - 1);
  return marks_.size() - 1;
}

void TimelineBuilder::begin(LaneKey key, const std::string& name, std::uint64_t ns,
                            MarkText what) {
  const std::size_t mark = add(key, name, ns, std::move(what));
  lanes_[key].marks.push_back(mark);
}

void TimelineBuilder::end(LaneKey key, std::uint64_t ns, const std::string& more, bool is_bad) {
  const auto lane = lanes_.find(key);
  if (lane == lanes_.end() || lane->second.marks.empty()) return;
  Mark& m = marks_[lane->second.marks.back()];
  lane->second.marks.pop_back();
  m.end_ns = ns;
  m.end_turn = turn_++;
  if (!m.label.empty()) m.label += more;
  m.text += more;
  if (is_bad) m.look = Look::bad;
}

void TimelineBuilder::instant(LaneKey key, const std::string& name, std::uint64_t ns,
                              MarkText what) {
  marks_[add(key, name, ns, std::move(what))].is_instant = true;
}

void TimelineBuilder::end_all(LaneKind kind, std::uint64_t ns, std::uint32_t first,
                              std::uint32_t last) {
  for (auto& [key, lane] : lanes_) {
    if (key.kind != kind || key.number < first || key.number > last) continue;
    while (!lane.marks.empty()) end(key, ns);
  }
}

Timeline TimelineBuilder::finish(std::uint64_t ns) {
  Timeline out;
  out.end_ns = ns;
  for (auto& [key, lane] : lanes_) {
    while (!lane.marks.empty()) end(key, ns);
    for (const std::size_t mark : lane.all) marks_[mark].lane = out.lanes.size();
    out.lanes.push_back(Lane{key.kind, lane.name});
  }
  out.marks = std::move(marks_);
  marks_.clear();
  lanes_.clear();
  return out;
}

}  // namespace protm::cli
