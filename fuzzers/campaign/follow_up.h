// SPDX-License-Identifier: GPL-2.0-only
// What a campaign does with one finding: the input runs again in fresh processes, each time to the
// same signature, and is then made small and filed, in a process of its own as well: a candidate
// that takes its process down with it must not take the campaign.
// Leaves out: who found it. Source: design.md section 1, idea 3 (N of N), and section 9.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fuzzers/campaign/process.h"
#include "fuzzers/campaign/store.h"

namespace protm::fuzz {

struct FollowUpPlan {
  std::string protm;       ///< the binary that replays: `protm replay FILE --sut=... `
  std::string candidate;
  std::string signature;
  std::string input;
  std::string findings;    ///< folder that gets the finding's folder
  std::string log;         ///< file for what the processes print
};

/// One finding on its way; poll() until it says what became of it.
class FollowUpJob {
 public:
  explicit FollowUpJob(FollowUpPlan plan);
  struct Result {
    FindingState state = FindingState::fresh;
    std::uint32_t replays = 0;   ///< showed the same
  };
  [[nodiscard]] std::optional<Result> poll();
  [[nodiscard]] const FollowUpPlan& plan() const { return plan_; }

 private:
  void start();
  [[nodiscard]] static std::string shown(const std::string& text);

  FollowUpPlan plan_;
  std::unique_ptr<Process> process_;
  std::uint32_t replays_ = 0;
};

}  // namespace protm::fuzz
