// SPDX-License-Identifier: GPL-2.0-only
// Collects the marks of a Timeline: finds the lane, closes what is open, keeps slices nested.
// Leaves out: what a record means (timeline.cc).
// Source: none, book-keeping.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/timeline.h"

namespace protm::cli {

/// A lane before it has its place: its kind, and its number among those of the kind.
struct LaneKey {
  LaneKind kind{};
  std::uint32_t number = 0;
  friend auto operator<=>(const LaneKey&, const LaneKey&) = default;
};

struct MarkText {
  Look look = Look::plain;
  std::string label;
  std::string text;   ///< empty: as the label
};

class TimelineBuilder {
 public:
  void begin(LaneKey key, const std::string& name, std::uint64_t ns, MarkText what);
  /// Closes the innermost slice of the lane; nothing happens when none is open. `more` is put
  /// behind label and text.
  void end(LaneKey key, std::uint64_t ns, const std::string& more = {}, bool is_bad = false);
  void instant(LaneKey key, const std::string& name, std::uint64_t ns, MarkText what);
  /// Closes everything on the lanes of a kind whose numbers are in [first, last].
  void end_all(LaneKind kind, std::uint64_t ns, std::uint32_t first = 0,
               std::uint32_t last = UINT32_MAX);
  /// Closes everything; the builder is empty then.
  [[nodiscard]] Timeline finish(std::uint64_t ns);

 private:
  struct Open {
    std::string name;
    std::vector<std::size_t> marks;   ///< slices that are open, outermost first
    std::vector<std::size_t> all;     ///< every mark of the lane
  };
  std::size_t add(LaneKey key, const std::string& name, std::uint64_t ns, MarkText what);

  std::map<LaneKey, Open> lanes_;
  std::vector<Mark> marks_;
  std::uint64_t turn_ = 0;
};

}  // namespace protm::cli
