// SPDX-License-Identifier: GPL-2.0-only
#include "cli/picture.h"

#include <algorithm>
#include <array>

#include "cli/picture_axis.h"
#include "cli/picture_lane.h"
#include "cli/picture_style.h"
#include "cli/svg.h"
#include "cli/text_table.h"
#include "conformance/runner/report.h"

namespace protm::cli {
namespace {

class Painter {
 public:
  explicit Painter(const Picture& picture)
      : picture_(picture), axis_(instants(picture), around(picture), kLanesLeft, kLanesRight) {}

  std::string paint() {
    header();
    time_labels();
    for (std::size_t i = 0; i < picture_.runs.size(); ++i) panel(i);
    legend();
    return out_.document(kPictureWidth, y_, kPictureStyle, picture_.id + ": " + picture_.title,
                         picture_.verdict);
  }

 private:
  static std::vector<std::uint64_t> instants(const Picture& picture) {
    std::vector<std::uint64_t> all;
    if (picture.at_ns) all.push_back(*picture.at_ns);
    for (const TimelineOf& run : picture.runs) {
      const std::vector<std::uint64_t> more = instants_of(run.timeline);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  /// Before a divergence stands what led to it; without one, a window is shown with its work.
  static Around around(const Picture& picture) {
    if (picture.at_ns) return {*picture.at_ns, 24, 8};
    for (const Look look : {Look::window, Look::job}) {
      for (const Mark& m : picture.runs.back().timeline.marks) {
        if (m.look == look) return {m.begin_ns, 16, 16};
      }
    }
    return {0, 0, 32};
  }

  void paragraph(const std::string& text, std::string_view look) {
    constexpr std::size_t kMostLines = 3;
    std::string rest = wrapped(text, 0, 0);
    for (std::size_t i = 0; i < kMostLines && !rest.empty(); ++i) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      y_ += kLineHeight + 3;
      out_.text(kMargin, y_, look, rest.substr(0, end));
      rest.erase(0, end + 1);
    }
  }

  void header() {
    constexpr int kFirstLine = 22;
    y_ = kFirstLine;
    out_.text(kMargin, y_, "words big", picture_.id);
    paragraph(picture_.title, "words");
    paragraph(picture_.verdict, picture_.is_bad ? "alarm strong" : "good strong");
    y_ += kMargin;
  }

  /// Times at the columns that have room for it; the grid lines of the panels stand below them.
  void time_labels() {
    constexpr int kGap = 14;
    y_ += kLineHeight;
    out_.text(kMargin, y_, "faint", "simulated time");
    int end = 0;
    std::string last;
    for (const std::uint64_t ns : axis_.columns()) {
      const std::string text = runner::time_text(ns);
      const int width = text_width(text.size());
      const int x = std::min(axis_.x(ns), kLanesRight - width);
      if (x < end || text == last) continue;
      last = text;
      out_.text(x, y_, "faint", text);
      grid_.push_back(axis_.x(ns));
      end = x + width + kGap;
    }
    y_ += 4;
  }

  void panel(std::size_t index) {
    const TimelineOf& run = picture_.runs[index];
    std::vector<LaneDrawing> lanes;
    int height = 0;
    for (std::size_t lane = 0; lane < run.timeline.lanes.size(); ++lane) {
      if (run.timeline.lanes[lane].kind == LaneKind::verdict) continue;
      LaneDrawing drawing(run.timeline, lane, axis_);
      if (drawing.is_empty()) continue;
      height += drawing.height();
      lanes.push_back(std::move(drawing));
    }
    constexpr int kHead = 22;
    y_ += kHead;
    out_.open_group(run.who);
    out_.text(kMargin, y_ - 7, "words strong", run.who);
    int y = y_;
    for (std::size_t i = 0; i < lanes.size(); y += lanes[i++].height()) {
      if (i % 2 == 0) out_.rect({0, y, kPictureWidth, lanes[i].height()}, "band");
    }
    for (const int x : grid_) out_.line(x, y_, x, y_ + height, "grid");
    y = y_;
    for (const LaneDrawing& lane : lanes) {
      lane.draw(out_, y);
      y += lane.height();
    }
    flags(index + 1 == picture_.runs.size(), height);
    out_.close_group();
    y_ += height;
  }

  void flags(bool is_candidate, int height) {
    if (is_candidate && picture_.at_ns) {
      flag(*picture_.at_ns, height, "at", "alarm strong", "diverges");
    } else if (!is_candidate && picture_.due_ns) {
      flag(*picture_.due_ns, height, "due", "faint strong", "due");
    }
  }

  /// A line through the whole panel, with words above it.
  void flag(std::uint64_t ns, int height, std::string_view look, std::string_view words_look,
            const std::string& words) {
    const int x = axis_.x(ns);
    out_.line(x, y_ - 5, x, y_ + height, look);
    const bool is_left = x > (kLanesLeft + kLanesRight) / 2;
    out_.text(is_left ? x + 3 : x - 3, y_ - 7, words_look, words + " at " + runner::time_text(ns),
              is_left ? Anchor::end : Anchor::start);
  }

  void legend() {
    std::array<bool, kLooks.size()> is_used{};
    for (const TimelineOf& run : picture_.runs) {
      for (const Mark& m : run.timeline.marks) is_used[static_cast<std::size_t>(m.look)] = true;
    }
    constexpr int kSwatch = 10;
    constexpr int kGap = 16;
    y_ += kGap;
    int x = kMargin;
    for (std::size_t i = 0; i < kLooks.size(); ++i) {
      if (!is_used[i] || kLooks[i].legend.empty()) continue;
      const int width = kSwatch + 4 + text_width(kLooks[i].legend.size());
      if (x + width > kLanesRight) {
        x = kMargin;
        y_ += kGap;
      }
      out_.rect({x, y_, kSwatch, kSwatch}, kLooks[i].name);
      out_.text(x + kSwatch + 4, y_ + kSwatch - 1, "faint", kLooks[i].legend);
      x += width + kGap;
    }
    y_ += kGap + kSwatch;
    out_.text(kMargin, y_, "faint",
              "One time axis for all; gaps are shortened, so widths say order and not duration.");
    y_ += kMargin;
  }

  const Picture& picture_;
  TimeAxis axis_;
  Svg out_;
  std::vector<int> grid_;
  int y_ = 0;
};

}  // namespace

std::string svg(const Picture& picture) { return Painter(picture).paint(); }

Picture picture_of(const contract::Program& program, const differential::Comparison& comparison,
                   const std::string& oracle, const std::string& candidate) {
  const judge::Verdict& v = comparison.verdict;
  Picture out;
  out.id = program.id;
  out.title = program.title;
  out.is_bad = v.outcome != judge::Outcome::agreed;
  out.verdict = std::string(judge::outcome_name(v.outcome));
  if (v.outcome == judge::Outcome::diverged) {
    out.verdict += " at " + runner::time_text(v.at_ns) + ", " + v.rule + ": " + v.detail;
    out.at_ns = v.at_ns;
    if (v.oracle_record) out.due_ns = comparison.oracle.records[*v.oracle_record].time_ns;
  } else if (!v.detail.empty()) {
    out.verdict += ": " + v.detail;
  }
  if (oracle != candidate) {
    out.runs.push_back({"oracle " + oracle, timeline(comparison.oracle, program)});
  } else {
    out.verdict.clear();
  }
  out.runs.push_back({(oracle != candidate ? "candidate " : "") + candidate,
                      timeline(comparison.candidate, program, v.findings)});
  return out;
}

}  // namespace protm::cli
