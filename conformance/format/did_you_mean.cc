// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/did_you_mean.h"

#include <algorithm>

namespace protm::format {
namespace {
constexpr std::size_t kWordsShown = 18;
}

std::uint32_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::uint32_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<std::uint32_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<std::uint32_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::uint32_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> words) {
  // A third of the word may be wrong: more, and the offer is a guess that misleads.
  std::uint32_t best = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(word.size()) / 3) + 1;
  best = std::min(best, static_cast<std::uint32_t>(word.size()));
  std::optional<std::string_view> found;
  for (std::string_view candidate : words) {
    const std::uint32_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string expected_words(std::string_view word, std::span<const std::string_view> words) {
  if (words.empty()) return "expected none";
  const auto near = nearest(word, words);
  // A long list hides the one word that was meant.
  const bool shorten = near && words.size() > kWordsShown;
  std::string text = words.size() == 1 ? "expected: " : "expected one of: ";
  if (shorten) text = "expected one of " + std::to_string(words.size()) + " words such as ";
  for (std::size_t i = 0; i < (shorten ? 3 : words.size()); ++i) {
    if (i != 0) text += ", ";
    text += words[i];
  }
  if (near) {
    text += "; did you mean '";
    text += *near;
    text += "'?";
  }
  return text;
}

}  // namespace protm::format
