// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/diagnostic.h"

#include <algorithm>

namespace protm::format {
namespace {

/// A terminal shows control characters as nothing or worse; the caret must stay aligned.
std::string printable(std::string_view line) {
  std::string text;
  for (const char c : line) text += (static_cast<unsigned char>(c) < ' ' || c == 127) ? '?' : c;
  return text;
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out = file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) +
                    ": error: " + message + "\n";
  std::string number = std::to_string(place.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  const std::string margin(number.size(), ' ');
  if (!source_line.empty()) {
    out += number + " | " + source_line + "\n" + margin + " | ";
    out += std::string(place.column - 1, ' ') + "^";
    out += std::string(place.width > 1 ? place.width - 1 : 0, '~') + "\n";
  }
  if (!expected.empty()) out += margin + " = " + expected + "\n";
  return out;
}

Diagnostics::Diagnostics(std::string file, std::string_view source) : file_(std::move(file)) {
  while (!source.empty()) {
    const std::size_t end = std::min(source.find('\n'), source.size());
    lines_.push_back(printable(source.substr(0, std::min<std::size_t>(end, 400))));
    source.remove_prefix(std::min(end + 1, source.size()));
  }
}

void Diagnostics::error(Place place, std::string message, std::string expected) {
  Diagnostic d{.file = file_,
               .place = place,
               .message = std::move(message),
               .expected = std::move(expected),
               .source_line = {}};
  if (place.line >= 1 && place.line <= lines_.size()) d.source_line = lines_[place.line - 1];
  const auto rest = static_cast<std::uint32_t>(d.source_line.size()) + 1;
  d.place.column = std::clamp<std::uint32_t>(place.column, 1, rest);
  d.place.width = std::clamp<std::uint32_t>(place.width, 1, rest - d.place.column + 1);
  list_.push_back(std::move(d));
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(list_.begin(), list_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    if (a.place.line != b.place.line) return a.place.line < b.place.line;
    return a.place.column < b.place.column;
  });
  return std::move(list_);
}

std::string diagnostics_text(const std::vector<Diagnostic>& list) {
  std::string text;
  for (const Diagnostic& d : list) text += d.text();
  return text;
}

}  // namespace protm::format
