// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/guided/edge_cover.h"

#include <array>
#include <map>

namespace protm::fuzz {
namespace {

/// First number of each class behind the first, and with it the bit.
constexpr std::array<std::uint8_t, 7> kClassFrom{2, 3, 4, 8, 16, 32, 128};

std::uint8_t class_bit(std::uint8_t hits) {
  std::uint8_t bit = 1;
  for (const std::uint8_t from : kClassFrom) {
    if (hits >= from) bit = static_cast<std::uint8_t>(bit << 1);
  }
  return bit;
}

}  // namespace

Gain EdgeCover::add(std::span<const std::uint8_t> hits) {
  seen_.resize(hits.size());
  Gain gain;
  std::optional<std::size_t> first_class;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (hits[i] == 0) continue;
    const std::uint8_t bit = class_bit(hits[i]);
    if ((seen_[i] & bit) != 0) continue;
    if (seen_[i] == 0) {
      ++gain.edges;
      ++covered_;
      if (!gain.first) gain.first = i;
    } else {
      ++gain.classes;
      if (!first_class) first_class = i;
    }
    seen_[i] |= bit;
  }
  if (!gain.first) gain.first = first_class;
  return gain;
}

std::vector<FileCover> EdgeCover::files(std::span<const contract::Edge> edges) const {
  std::map<std::string, FileCover> by_name;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    FileCover& file = by_name[edges[i].file];
    ++file.total;
    file.covered += covers(i) ? 1 : 0;
  }
  std::vector<FileCover> out;
  for (auto& [name, file] : by_name) {
    file.file = name;
    out.push_back(file);
  }
  return out;
}

std::string lcov_text(const EdgeCover& cover, std::span<const contract::Edge> edges) {
  std::map<std::string, std::map<std::uint32_t, bool>> files;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (edges[i].line == 0) continue;
    bool& covered = files[edges[i].file][edges[i].line];
    covered = covered || cover.covers(i);
  }
  std::string out = "TN:protmcheck\n";
  for (const auto& [file, lines] : files) {
    std::uint32_t covered = 0;
    out += "SF:" + file + "\n";
    for (const auto& [line, hit] : lines) {
      out += "DA:" + std::to_string(line) + (hit ? ",1\n" : ",0\n");
      covered += hit ? 1 : 0;
    }
    out += "LF:" + std::to_string(lines.size()) + "\nLH:" + std::to_string(covered) +
           "\nend_of_record\n";
  }
  return out;
}

}  // namespace protm::fuzz
