// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/follow_up.h"

#include <filesystem>

#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

constexpr std::uint32_t kReplaySeconds = 120;
constexpr std::uint32_t kKeepSeconds = 1800;
constexpr std::string_view kSignatureLine = "\n  signature ";
constexpr std::string_view kExplained = ": agreed (timing)\n";
constexpr int kExitHarnessBug = 134;

}  // namespace

FollowUpJob::FollowUpJob(FollowUpPlan plan) : plan_(std::move(plan)) { start(); }

void FollowUpJob::start() {
  const bool keep = replays_ == kReplaysWanted;
  ProcessPlan plan{.command = {plan_.protm, "replay", plan_.input, "--sut=" + plan_.candidate},
                   .environment = {},
                   .output = plan_.log,
                   .limit_s = keep ? kKeepSeconds : kReplaySeconds};
  if (keep) plan.command.push_back("--findings=" + plan_.findings);
  process_ = std::make_unique<Process>(plan);
}

std::string FollowUpJob::shown(const std::string& text) {
  const std::size_t at = text.find(kSignatureLine);
  if (at == std::string::npos) return {};
  const std::size_t start = at + kSignatureLine.size();
  return text.substr(start, text.find('\n', start) - start);
}

std::optional<FollowUpJob::Result> FollowUpJob::poll() {
  const std::optional<Ended> ended = process_->poll();
  if (!ended) return std::nullopt;
  const bool keep = replays_ == kReplaysWanted;
  const std::string text = read_whole(plan_.log).value_or("");
  const std::string seen = shown(text);
  if (seen != plan_.signature) {
    const bool explained = seen.empty() && text.find(kExplained) != std::string::npos;
    // Each replay searches as long as the first one did.
    if (explained && replays_ == 0) return Result{FindingState::explained, replays_};
    const bool answered = !ended->by_signal && ended->code != 127;
    return Result{answered ? FindingState::does_not_repeat : FindingState::no_answer, replays_};
  }
  if (!keep) {
    ++replays_;
    start();
    return std::nullopt;
  }
  std::error_code error;
  const bool there =
      std::filesystem::exists(plan_.findings + "/" + plan_.signature + "/about.json", error);
  if (there) return Result{FindingState::kept, replays_};
  return Result{ended->code == kExitHarnessBug ? FindingState::does_not_repeat
                                               : FindingState::no_answer,
                replays_};
}

}  // namespace protm::fuzz
