// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/mutant.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>
#include <xxhash.h>

#include "fuzzers/lib/whole_file.h"

namespace protm::mutation {
namespace {

using Json = nlohmann::json;

Mutant mutant_of(const Json& j) {
  return {.number = j.at("number"),
          .file = j.at("file"),
          .line = j.at("line"),
          .function = j.at("function"),
          .op = j.at("operator"),
          .before = j.at("before"),
          .after = j.at("after"),
          .at = j.at("at"),
          .ordinal = j.at("ordinal")};
}

}  // namespace

std::string Mutant::key() const {
  std::string text = file;
  for (const std::string* part : {&function, &op, &at, &before, &after}) text += " | " + *part;
  return text + " | " + std::to_string(ordinal);
}

tl::expected<MutantTable, std::string> read_mutants(const std::string& file) {
  const auto text = fuzz::read_whole(file);
  if (!text) return tl::unexpected("cannot read '" + file + "'");
  MutantTable table;
  try {
    const Json all = Json::parse(*text);
    for (const Json& j : all.at("mutants")) table.mutants.push_back(mutant_of(j));
    table.left_out = all.at("left_out").get<std::map<std::string, std::uint64_t>>();
  } catch (const Json::exception& error) {
    return tl::unexpected(file + ":1:1: error: no table of mutants: " + error.what());
  }
  for (std::size_t i = 0; i < table.mutants.size(); ++i) {
    if (table.mutants[i].number != i + 1) {
      return tl::unexpected(file + ":1:1: error: mutant " + std::to_string(i + 1) + " is missing");
    }
  }
  return table;
}

std::vector<const Mutant*> sample(const std::vector<Mutant>& mutants, std::string_view filter,
                                  std::uint64_t count, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, const Mutant*>> drawn;
  for (const Mutant& m : mutants) {
    const std::string key = m.key();
    if (key.find(filter) == std::string::npos) continue;
    drawn.emplace_back(XXH3_64bits_withSeed(key.data(), key.size(), seed), &m);
  }
  std::sort(drawn.begin(), drawn.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second->number < b.second->number;
  });
  if (drawn.size() > count) drawn.resize(count);
  std::vector<const Mutant*> chosen;
  for (const auto& [draw, m] : drawn) chosen.push_back(m);
  std::sort(chosen.begin(), chosen.end(),
            [](const Mutant* a, const Mutant* b) { return a->number < b->number; });
  return chosen;
}

}  // namespace protm::mutation
