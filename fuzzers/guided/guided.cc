// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/guided/guided.h"

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/format/binary.h"
#include "fuzzers/generator/generate.h"
#include "fuzzers/mutator/mutate.h"

namespace protm::fuzz {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Origin::count)> kOrigins{
    "corpus", "generated", "mutated", "crossed"};

/// New Programs of the generator, in percent: the first ones all are.
constexpr std::uint32_t kGenerated = 25;
constexpr std::size_t kFirstGenerated = 20;
constexpr std::uint32_t kCrossed = 15;
/// Changed ones that come from the newest quarter of the corpus.
constexpr std::uint32_t kNewest = 50;
/// How often a Program that the candidate cannot run is changed anew.
constexpr int kTries = 8;

}  // namespace

std::string_view origin_name(Origin origin) {
  return kOrigins[static_cast<std::size_t>(origin)];
}

GuidedRun::GuidedRun(exec::Candidate candidate, std::uint64_t seed)
    : coverage_(candidate.coverage), agreement_(std::move(candidate)), seed_(seed) {}

GuidedRow GuidedRun::take(contract::Program program) {
  return run(std::move(program), Origin::corpus);
}

GuidedRow GuidedRun::next() {
  ++runs_;
  // One step spreads the few bits in which seeds and numbers differ.
  Random random(Random(seed_).next() + runs_);
  random = Random(random.next());
  Origin origin = Origin::generated;
  contract::Program program = make(random, origin);
  GuidedRow row = run(std::move(program), origin);
  row.row.seed = runs_;
  if (row.gain.any() && row.row.outcome != Agreed::skipped) {
    row.kept = true;
    row.name = "seed" + std::to_string(seed_) + "-" + std::to_string(runs_) + "-" +
               coverage_->edges()[*row.gain.first].function;
    corpus_.push_back(row.row.program);
  }
  return row;
}

const contract::Program& GuidedRun::pick(Random& random) const {
  const std::size_t n = corpus_.size();
  const std::size_t from = random.percent(kNewest) ? n - (n + 3) / 4 : 0;
  return corpus_[from + random.below(n - from)];
}

void GuidedRun::pass_over(const std::string& why) {
  const auto found = std::find_if(passed_over_.begin(), passed_over_.end(),
                                  [&](const PassedOver& p) { return p.why == why; });
  if (found != passed_over_.end()) {
    ++found->n;
  } else {
    passed_over_.push_back({why, 1});
  }
}

contract::Program GuidedRun::make(Random& random, Origin& origin) {
  const bool fresh = corpus_.empty() || runs_ <= kFirstGenerated || random.percent(kGenerated);
  for (int i = 0; i < kTries && !fresh; ++i) {
    contract::Program program = pick(random);
    origin = Origin::mutated;
    if (random.percent(kCrossed)) {
      const contract::Program& other = pick(random);
      program = cross(program, other, random);
      origin = Origin::crossed;
    } else {
      mutate(program, random);
    }
    const std::string why = agreement_.skip_reason(program);
    if (why.empty()) return program;
    pass_over(why);
  }
  origin = Origin::generated;
  return format::canonical(generate(random.next(), Scope::driver));
}

GuidedRow GuidedRun::run(contract::Program program, Origin origin) {
  GuidedRow row;
  row.origin = origin;
  row.row = agreement_.run_program(std::move(program));
  if (row.row.outcome == Agreed::skipped) return row;
  row.gain = cover_.add(coverage_->hits());
  if (origin == Origin::corpus) corpus_.push_back(row.row.program);
  return row;
}

}  // namespace protm::fuzz
