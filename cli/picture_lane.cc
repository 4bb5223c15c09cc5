// SPDX-License-Identifier: GPL-2.0-only
#include "cli/picture_lane.h"

#include <algorithm>

#include "cli/picture_style.h"

namespace protm::cli {
namespace {

constexpr std::size_t kLongestLabel = 36;
constexpr std::size_t kLongestName = 22;
constexpr std::size_t kMostRows = 4;
constexpr int kLabelGap = 5;
constexpr int kPadding = 3;
constexpr int kDiamond = 4;

std::string_view look_name(Look look) { return kLooks[static_cast<std::size_t>(look)].name; }

std::string shortened(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : text.substr(0, most - 2) + "..";
}

bool is_diamond(const Mark& m) {
  return m.is_instant && (m.look == Look::fence || m.look == Look::bad);
}

}  // namespace

void LabelRows::add(int mark_x, std::string text) {
  const int width = text_width(text.size());
  const int x = std::min(mark_x, kLanesRight - width);
  for (std::size_t row = 0; row < kMostRows; ++row) {
    if (row == ends_.size()) ends_.push_back(kLanesLeft - kLabelGap);
    if (ends_[row] + kLabelGap > x) continue;
    const bool is_last = row + 1 == kMostRows;
    // The last row keeps room to say that more would have stood there.
    constexpr std::size_t kRoomForCount = 4;
    ends_[row] = x + width + (is_last ? text_width(kRoomForCount) : 0);
    if (is_last) last_ = labels_.size();
    labels_.push_back({x, mark_x, row, std::move(text), 0});
    return;
  }
  ++labels_[last_].hidden;
}

int LabelRows::height() const { return static_cast<int>(ends_.size()) * kLineHeight; }

LaneDrawing::LaneDrawing(const Timeline& timeline, std::size_t lane, const TimeAxis& axis)
    : lane_(timeline.lanes[lane]), axis_(axis) {
  for (const Mark& m : timeline.marks) {
    const bool is_seen = m.end_ns >= axis.first_ns() && m.begin_ns <= axis.last_ns();
    if (m.lane != lane || !is_seen) continue;
    marks_.push_back(&m);
    is_worth_it_ = is_worth_it_ || m.look != Look::quiet;
  }
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    const Mark& m = *marks_[i];
    const int x = axis.x(m.begin_ns);
    const std::string label = shortened(m.label, kLongestLabel);
    const bool fits = !m.is_instant && x + text_width(label.size()) + kPadding <= free_until(i);
    is_inside_.push_back(fits && !label.empty());
    if (!fits && !label.empty()) rows_.add(x, label);
  }
}

/// Where the next mark inside of this one begins, else where it ends.
int LaneDrawing::free_until(std::size_t index) const {
  const Mark& m = *marks_[index];
  for (std::size_t i = index + 1; i < marks_.size(); ++i) {
    const Mark& next = *marks_[i];
    if (next.begin_turn > m.end_turn) break;
    if (next.depth > m.depth && next.look != Look::quiet) return axis_.x(next.begin_ns);
  }
  return axis_.x(m.end_ns);
}

int LaneDrawing::bar_height() const {
  return lane_.kind == LaneKind::irq ? kIrqHeight : kBarHeight;
}

int LaneDrawing::height() const { return 2 * kPadding + bar_height() + rows_.height(); }

void LaneDrawing::draw_mark(Svg& out, const Mark& m, int y) const {
  const int x = axis_.x(m.begin_ns);
  if (is_diamond(m)) {
    out.diamond(x, y + kBarHeight / 2, kDiamond, look_name(m.look), m.text);
  } else if (m.is_instant) {
    out.rect({x - 1, y, 2, bar_height()}, look_name(m.look), m.text);
  } else {
    const int inset = 2 * static_cast<int>(std::min(m.depth, 3u));
    const int width = std::max(axis_.x(m.end_ns) - x, 2);
    out.rect({x, y + inset, width, bar_height() - 2 * inset}, look_name(m.look), m.text);
  }
}

void LaneDrawing::draw(Svg& out, int y) const {
  const int bars = y + kPadding;
  const int base = lane_.kind == LaneKind::irq ? bars + kIrqHeight + 1 : bars + kBarHeight - 4;
  out.open_group(lane_.name);
  out.text(kMargin, base, "faint", shortened(lane_.name, kLongestName));
  for (const LabelRows::Label& l : rows_.labels()) {
    if (l.row == 0) continue;
    const int end = bars + kBarHeight + static_cast<int>(l.row) * kLineHeight + 2;
    out.line(l.mark_x, bars + kBarHeight, l.mark_x, end, "leader");
  }
  for (const Mark* m : marks_) draw_mark(out, *m, bars);
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    if (!is_inside_[i]) continue;
    out.text(axis_.x(marks_[i]->begin_ns) + kPadding, bars + kBarHeight - 4, "words",
             shortened(marks_[i]->label, kLongestLabel));
  }
  for (const LabelRows::Label& l : rows_.labels()) {
    const int line = bars + kBarHeight + (static_cast<int>(l.row) + 1) * kLineHeight - 2;
    out.text(l.x, line, "words",
             l.hidden == 0 ? l.text : l.text + " +" + std::to_string(l.hidden));
  }
  out.close_group();
}

}  // namespace protm::cli
