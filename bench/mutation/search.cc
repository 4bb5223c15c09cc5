// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/search.h"

#include <algorithm>
#include <iterator>

#include "bench/mutation/selector.h"
#include "conformance/format/case_writer.h"
#include "fuzzers/generator/generate.h"
#include "fuzzers/lib/shrink.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/session.h"

namespace protm::mutation {
namespace {

constexpr std::uint32_t kShrinkRuns = 600;

/// What a Program comes to, from power-on; nothing when its run does not come to its end.
std::vector<std::uint8_t> places_of(exec::Session& session, const contract::Program& program) {
  reached.fill(0);
  const contract::Trace trace = session.run(program, {.start = exec::Start::fresh});
  if (trace.end != contract::RunEnd::completed) return std::vector<std::uint8_t>(reached.size());
  return {reached.begin(), reached.end()};
}

std::vector<std::uint32_t> hits(const std::vector<std::uint8_t>& places,
                                const std::vector<std::uint32_t>& wanted) {
  std::vector<std::uint32_t> out;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(out),
               [&](std::uint32_t number) { return places[number] != 0; });
  return out;
}

}  // namespace

Pool make_pool(std::uint64_t first_seed, std::uint64_t count) {
  Pool pool;
  exec::Session session(copy_of_reference(""), rig::kWorldBaseB);
  for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    contract::Program program = fuzz::generate(seed, fuzz::Scope::full);
    pool.reached.push_back(places_of(session, program));
    pool.programs.push_back(std::move(program));
  }
  return pool;
}

std::vector<Missing> reach_more(const Pool& pool, std::vector<std::uint32_t> wanted) {
  std::vector<Missing> found;
  exec::Session session(copy_of_reference(""), rig::kWorldBaseB);
  for (;;) {
    std::size_t best = 0;
    std::vector<std::uint32_t> most;
    for (std::size_t i = 0; i < pool.programs.size(); ++i) {
      auto some = hits(pool.reached[i], wanted);
      if (some.size() <= most.size()) continue;
      most = std::move(some);
      best = i;
    }
    if (most.empty()) return found;
    const auto shows = [&](const contract::Program& p) {
      return hits(places_of(session, p), most) == most;
    };
    Missing missing{fuzz::shrink(pool.programs[best], shows, kShrinkRuns).program, {}};
    missing.numbers = hits(places_of(session, missing.program), wanted);
    std::erase_if(wanted, [&](std::uint32_t number) {
      return std::find(most.begin(), most.end(), number) != most.end() ||
             std::find(missing.numbers.begin(), missing.numbers.end(), number) !=
                 missing.numbers.end();
    });
    found.push_back(std::move(missing));
  }
}

std::string kill_by_search(const std::vector<contract::Program>& found, const Pool& pool,
                           std::uint32_t number, std::uint32_t most_tries) {
  chosen = number;
  differential::Differential differential(copy_of_reference(""));
  const auto differs = [&](const contract::Program& p) {
    return differential.compare(p).verdict.outcome == judge::Outcome::diverged;
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (differs(found[i])) return std::to_string(i);
  }
  std::uint32_t tries = 0;
  for (std::size_t i = 0; i < pool.programs.size() && tries < most_tries; ++i) {
    if (pool.reached[i][number] == 0) continue;
    ++tries;
    if (!differs(pool.programs[i])) continue;
    return format::write_case(fuzz::shrink(pool.programs[i], differs, kShrinkRuns).program);
  }
  return {};
}

}  // namespace protm::mutation
