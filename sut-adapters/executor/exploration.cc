// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/exploration.h"

#include <charconv>

namespace protm::exec {

std::string progress_text(const Progress& progress) {
  std::string out = "runs " + std::to_string(progress.runs);
  if (progress.finished) return out + " finished";
  out += " next";
  for (const Departure& d : progress.next) {
    out += ' ' + std::to_string(d.at) + ':' + std::to_string(d.alternative);
  }
  return out;
}

namespace {

/// Takes a word off the front.
std::string_view word(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  const std::string_view out = text.substr(0, text.find_first_of(" \n"));
  text.remove_prefix(out.size());
  return out;
}

template <class Number>
bool parse(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::optional<Progress> parse_progress(std::string_view text) {
  Progress p;
  if (word(text) != "runs" || !parse(word(text), p.runs)) return std::nullopt;
  const std::string_view state = word(text);
  p.finished = state == "finished";
  if (!p.finished && state != "next") return std::nullopt;
  for (std::string_view w = word(text); !w.empty(); w = word(text)) {
    const std::size_t colon = w.find(':');
    Departure d;
    if (colon == std::string_view::npos || !parse(w.substr(0, colon), d.at) ||
        !parse(w.substr(colon + 1), d.alternative) || d.alternative == 0) {
      return std::nullopt;
    }
    if (!p.next.empty() && p.next.back().at >= d.at) return std::nullopt;
    p.next.push_back(d);
  }
  if (p.finished && !p.next.empty()) return std::nullopt;
  return p;
}

bool Exploration::step(const RunOnce& run) {
  if (progress_.finished) return false;
  last_ = progress_.next;
  Choices choices(tasks_, last_);
  run(choices, true);
  ++progress_.runs;
  const std::size_t depth = last_.size();
  if (known_.size() <= depth) known_.resize(depth + 1);
  known_[depth] = {last_, choices.decisions()};
  advance(run);
  return true;
}

const std::vector<std::uint8_t>& Exploration::decisions(const std::vector<Departure>& of,
                                                        const RunOnce& run) {
  const std::size_t depth = of.size();
  if (known_.size() <= depth) known_.resize(depth + 1);
  Known& known = known_[depth];
  if (known.of == of && !known.decisions.empty()) return known.decisions;
  Choices choices(tasks_, of);
  run(choices, false);
  known = {of, choices.decisions()};
  return known.decisions;
}

bool Exploration::first_below(std::vector<Departure>& path, std::size_t want,
                              const RunOnce& run) {
  while (path.size() < want) {
    const auto& all = decisions(path, run);
    const std::uint32_t from = path.empty() ? 0 : path.back().at + 1;
    std::uint32_t at = from;
    while (at < all.size() && all[at] == 0) ++at;
    if (at >= all.size()) {
      if (!next_sibling(path, run)) return false;
      continue;
    }
    path.push_back({at, 1});
  }
  return true;
}

bool Exploration::next_sibling(std::vector<Departure>& path, const RunOnce& run) {
  while (!path.empty()) {
    Departure d = path.back();
    path.pop_back();
    const auto& all = decisions(path, run);
    if (d.at < all.size() && d.alternative < all[d.at]) {
      ++d.alternative;
      path.push_back(d);
      return true;
    }
    ++d.at;
    while (d.at < all.size() && all[d.at] == 0) ++d.at;
    if (d.at < all.size()) {
      path.push_back({d.at, 1});
      return true;
    }
  }
  return false;
}

void Exploration::advance(const RunOnce& run) {
  std::vector<Departure> path = progress_.next;
  std::size_t want = path.size();
  if (next_sibling(path, run) && first_below(path, want, run)) {
    progress_.next = std::move(path);
    return;
  }
  for (++want; want <= most_; ++want) {
    path.clear();
    if (!first_below(path, want, run)) continue;
    progress_.next = std::move(path);
    return;
  }
  progress_.next.clear();
  progress_.finished = true;
}

}  // namespace protm::exec
