// SPDX-License-Identifier: GPL-2.0-only
// A search on a candidate that counts its edges: Programs of the generator, and changed ones of the
// corpus, each compared with the oracle; what goes over something new becomes part of the corpus.
// The same seed, candidate and corpus to begin with give the same Programs, in the same order.
// Leaves out: the folder that the corpus lies in (cli), and where a run's counts come from.
// Source: design.md section 9.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fuzzers/generator/agreement.h"
#include "fuzzers/generator/random.h"
#include "fuzzers/guided/edge_cover.h"

namespace protm::fuzz {

/// How a Program came about.
enum class Origin : std::uint8_t { corpus, generated, mutated, crossed, count };
[[nodiscard]] std::string_view origin_name(Origin origin);

struct GuidedRow {
  AgreementRow row;  ///< its `seed` is the number of the run
  Origin origin = Origin::generated;
  Gain gain;
  bool kept = false;  ///< it is part of the corpus now
  std::string name;   ///< of a kept one: "seed1-17-panthor_vm_bind", words of what it reached
};

/// A Program that was made and not run, because the candidate cannot.
struct PassedOver {
  std::string why;
  std::uint64_t n = 0;
};

class GuidedRun {
 public:
  /// `candidate` has coverage.
  GuidedRun(exec::Candidate candidate, std::uint64_t seed);

  /// Runs a Program of an earlier corpus, before the first next(). It stays in the corpus.
  [[nodiscard]] GuidedRow take(contract::Program program);
  /// Makes one more Program and runs it.
  [[nodiscard]] GuidedRow next();

  [[nodiscard]] const EdgeCover& cover() const { return cover_; }
  [[nodiscard]] const contract::Coverage& coverage() const { return *coverage_; }
  [[nodiscard]] AgreementRun& agreement() { return agreement_; }
  /// Changed Programs that were not run, by their reasons, in the order of the first of each.
  [[nodiscard]] const std::vector<PassedOver>& passed_over() const { return passed_over_; }
  [[nodiscard]] std::size_t corpus_size() const { return corpus_.size(); }

 private:
  [[nodiscard]] contract::Program make(Random& random, Origin& origin);
  [[nodiscard]] const contract::Program& pick(Random& random) const;
  void pass_over(const std::string& why);
  [[nodiscard]] GuidedRow run(contract::Program program, Origin origin);

  std::shared_ptr<const contract::Coverage> coverage_;
  AgreementRun agreement_;
  std::uint64_t seed_;
  std::uint64_t runs_ = 0;       ///< of next()
  EdgeCover cover_;
  std::vector<contract::Program> corpus_;
  std::vector<PassedOver> passed_over_;
};

}  // namespace protm::fuzz
