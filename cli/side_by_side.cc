// SPDX-License-Identifier: GPL-2.0-only
#include "cli/side_by_side.h"

#include <algorithm>
#include <vector>

#include "conformance/format/trace_text.h"

namespace protm::cli {
namespace {

using contract::Record;
using contract::RecordKind;
using contract::Trace;

bool is_anchor(const Record& r) {
  return r.kind == RecordKind::step_started || r.kind == RecordKind::step_returned ||
         r.kind == RecordKind::fence_signalled || r.kind == RecordKind::event;
}

/// The same anchor in two runs: time, result and error may differ.
bool same_anchor(const Record& a, const Record& b) {
  return a.kind == b.kind && a.sub == b.sub && a.a == b.a &&
         (a.kind == RecordKind::fence_signalled || a.b == b.b);
}

/// A stretch of a Trace with the text of each record, time left out.
struct Stretch {
  const Trace& trace;
  std::size_t begin = 0, end = 0;
  std::vector<std::string> words;

  Stretch(const contract::Program& program, const Trace& t, std::size_t centre,
          const Margins& margins)
      : trace(t),
        begin(centre - std::min(centre, margins.before)),
        end(std::min(t.records.size(), centre + margins.after + 1)) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::string line = format::record_text(t.records[i], t, program);
      words.push_back(line.substr(std::min(line.size(), line.find("us") + 4)));
    }
  }
  [[nodiscard]] std::string time(std::size_t i) const {
    return format::time_us_text(trace.records[begin + i].time_ns);
  }
  [[nodiscard]] std::size_t size() const { return words.size(); }
};

/// Length of the longest common subsequence of the tails that begin at (i, j).
std::vector<std::vector<std::uint32_t>> common_tails(const Stretch& a, const Stretch& b) {
  std::vector<std::vector<std::uint32_t>> length(a.size() + 1,
                                                 std::vector<std::uint32_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      length[i][j] = a.words[i] == b.words[j] ? length[i + 1][j + 1] + 1
                                              : std::max(length[i + 1][j], length[i][j + 1]);
    }
  }
  return length;
}

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string line(const std::string& oracle, const std::string& candidate, bool marked,
                 const std::string& words) {
  constexpr std::size_t kTimeWidth = 14;
  const std::string times = padded(oracle, kTimeWidth) + padded(candidate, kTimeWidth);
  if (words.empty()) return times + "\n";
  return times + (marked ? " > " : "   ") + words + "\n";
}

std::string rest(std::size_t oracle, std::size_t candidate, const char* where) {
  if (oracle + candidate == 0) return {};
  return line(std::to_string(oracle), std::to_string(candidate), false,
              std::string("more records ") + where);
}

/// Record of the candidate that the report is about; for a deadline the last one before it.
std::size_t centre_of(const differential::Comparison& c) {
  if (c.verdict.candidate_record) return *c.verdict.candidate_record;
  std::size_t centre = 0;
  for (std::size_t i = 0; i < c.candidate.records.size(); ++i) {
    if (c.candidate.records[i].time_ns <= c.verdict.at_ns) centre = i;
  }
  return centre;
}

}  // namespace

std::size_t counterpart(const Trace& trace, std::size_t index, const Trace& other) {
  if (trace.records.empty()) return 0;
  for (std::size_t i = std::min(index, trace.records.size() - 1) + 1; i-- > 0;) {
    const Record& anchor = trace.records[i];
    if (!is_anchor(anchor)) continue;
    const auto same = [&](const Record& r) { return same_anchor(anchor, r); };
    auto nth = std::count_if(trace.records.begin(),
                             trace.records.begin() + static_cast<std::ptrdiff_t>(i), same);
    for (std::size_t j = 0; j < other.records.size(); ++j) {
      if (same(other.records[j]) && nth-- == 0) {
        return std::min(j + (index - i), other.records.size() - 1);
      }
    }
  }
  return 0;
}

std::string side_by_side(const contract::Program& program,
                         const differential::Comparison& comparison, const Margins& margins) {
  const std::size_t centre = centre_of(comparison);
  const std::size_t oracle_centre =
      comparison.verdict.oracle_record.value_or(
          counterpart(comparison.candidate, centre, comparison.oracle));
  const Stretch a(program, comparison.oracle, oracle_centre, margins);
  const Stretch b(program, comparison.candidate, centre, margins);
  const auto length = common_tails(a, b);
  std::string out = line("oracle", "candidate", false, "") + rest(a.begin, b.begin, "before");
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const bool marked = j < b.size() && b.begin + j == centre;
    if (i < a.size() && j < b.size() && a.words[i] == b.words[j]) {
      out += line(a.time(i), b.time(j), marked, b.words[j]);
      ++i;
      ++j;
    } else if (j == b.size() || (i < a.size() && length[i + 1][j] >= length[i][j + 1])) {
      const bool is_due = comparison.verdict.oracle_record == a.begin + i;
      out += line(a.time(i), "-", is_due, a.words[i]);
      ++i;
    } else {
      out += line("-", b.time(j), marked, b.words[j]);
      ++j;
    }
  }
  return out + rest(a.trace.records.size() - a.end, b.trace.records.size() - b.end, "behind");
}

}  // namespace protm::cli
