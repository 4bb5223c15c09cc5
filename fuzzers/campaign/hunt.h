// SPDX-License-Identifier: GPL-2.0-only
// One engine on one candidate, from an empty corpus, until it has found what is looked for or its
// CPU time is used up. Canaries of a campaign and the time-to-find table are hunts.
// Leaves out: what becomes of the finding. Time is CPU time of the target's processes (libFuzzer is
// part of them), never the host's clock, so that a busy machine changes nothing.
// Source: design.md section 9 (canaries in each campaign).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fuzzers/campaign/engine.h"
#include "fuzzers/lib/reporter.h"

namespace protm::fuzz {

struct HuntPlan {
  Engine engine = Engine::libfuzzer;
  std::string candidate;
  std::string folder;        ///< its own; what is in it goes
  std::uint64_t seed = 1;
  std::uint64_t cpu_ns = 0;  ///< budget
  /// Whether this signature ends the hunt.
  std::function<bool(const SeenSignature&)> enough;
};

struct HuntResult {
  WorkerPage page;                      ///< of all its processes together
  std::optional<SeenSignature> found;
  std::string problem;                  ///< the engine ended by itself: how; else empty
};

/// Sum of the pages of one worker in a folder; signatures by first sight.
[[nodiscard]] WorkerPage pages_of(const std::string& folder, const std::string& worker);

class Hunt {
 public:
  Hunt(HuntPlan plan, const EngineFiles& files);
  /// Whether it is over; then result() holds.
  bool poll();
  [[nodiscard]] const HuntResult& result() const { return result_; }
  [[nodiscard]] const HuntPlan& plan() const { return plan_; }
  /// The input that showed `signature`.
  [[nodiscard]] std::string input_of(const std::string& signature) const;

 private:
  void look();

  HuntPlan plan_;
  WorkerPlan worker_;
  std::unique_ptr<Process> process_;
  HuntResult result_;
  std::uint64_t started_ms_ = 0;
};

}  // namespace protm::fuzz
