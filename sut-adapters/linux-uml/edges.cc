// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/edges.h"

#include <charconv>
#include <optional>
#include <string>

namespace protm::uml {
namespace {

template <class Number>
std::optional<Number> number(const std::string& word, int base) {
  Number value = 0;
  const char* const end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, value, base);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

/// "drivers/gpu/drm/drm_exec.c:12"; addr2line has a `?` where it knows no line.
contract::Edge edge_of(const std::string& place, std::string function) {
  const std::size_t colon = place.rfind(':');
  contract::Edge edge{.file = place.substr(0, colon), .line = 0, .function = std::move(function)};
  if (colon != std::string::npos) {
    edge.line = number<std::uint32_t>(place.substr(colon + 1), 10).value_or(0);
  }
  return edge;
}

}  // namespace

bool Edges::read(std::istream& list) {
  *this = Edges();
  std::string from, first, to, last;
  if (!(list >> from >> first >> to >> last) || first != "_stext" || last != "_etext") return false;
  const auto start = number<std::uint64_t>(from, 16);
  const auto end = number<std::uint64_t>(to, 16);
  if (!start || !end || *end <= *start) return false;
  std::string address, place, function;
  while (list >> address >> place >> function) {
    const auto at = number<std::uint64_t>(address, 16);
    // What lies outside the text is code of the boot, which no Program can reach.
    if (!at || *at < *start || *at >= *end) continue;
    at_.push_back(*at - *start);
    edges_.push_back(edge_of(place, function));
  }
  hits_.assign(at_.size(), 0);
  text_bytes_ = at_.empty() ? 0 : *end - *start;
  return text_bytes_ != 0;
}

void Edges::take(std::span<const std::uint8_t> counts) {
  for (std::size_t i = 0; i < at_.size(); ++i) {
    hits_[i] = at_[i] < counts.size() ? counts[at_[i]] : 0;
  }
}

}  // namespace protm::uml
