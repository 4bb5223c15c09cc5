// SPDX-License-Identifier: GPL-2.0-only
// One lane of a picture: bars for slices, ticks and diamonds for instants, and the words of all of
// them, inside a bar where they fit, else in rows below. Words for which there is no room are
// counted, never drawn over others.
// Leaves out: where the lane stands (picture.cc). Source: none, a choice of presentation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/picture_axis.h"
#include "cli/svg.h"
#include "cli/timeline.h"

namespace protm::cli {

/// Rows of words under a lane; each goes to the first row with room.
class LabelRows {
 public:
  struct Label {
    int x = 0;
    int mark_x = 0;
    std::size_t row = 0;
    std::string text;
    std::uint32_t hidden = 0;   ///< words behind this one for which there was no room
  };
  void add(int mark_x, std::string text);
  [[nodiscard]] const std::vector<Label>& labels() const { return labels_; }
  [[nodiscard]] int height() const;

 private:
  std::vector<Label> labels_;
  std::vector<int> ends_;       ///< of each row, in pixels
  std::size_t last_ = 0;        ///< newest label of the last row
};

class LaneDrawing {
 public:
  /// Measures a lane of `timeline`. Both must outlive the drawing.
  LaneDrawing(const Timeline& timeline, std::size_t lane, const TimeAxis& axis);
  /// Whether anything but trifles is to be seen.
  [[nodiscard]] bool is_empty() const { return !is_worth_it_; }
  [[nodiscard]] int height() const;
  /// Draws name, bars and words below `y`.
  void draw(Svg& out, int y) const;

 private:
  [[nodiscard]] int bar_height() const;
  [[nodiscard]] int free_until(std::size_t index) const;
  void draw_mark(Svg& out, const Mark& mark, int y) const;

  const Lane& lane_;
  const TimeAxis& axis_;
  std::vector<const Mark*> marks_;     ///< the visible ones
  std::vector<bool> is_inside_;        ///< whether the word of the mark stands in its bar
  LabelRows rows_;
  bool is_worth_it_ = false;
};

}  // namespace protm::cli
