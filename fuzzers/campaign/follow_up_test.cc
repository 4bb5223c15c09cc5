// SPDX-License-Identifier: GPL-2.0-only
// Goal: what the replays of one finding say decides what it is called; the replaying binary is a
// script here.
#include "fuzzers/campaign/follow_up.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "fuzzers/lib/scratch_folder.h"

namespace protm::fuzz {
namespace {

/// What becomes of "a.b" when the replay of number n (from 1) prints the n-th of `prints`, or the
/// last one when there are fewer.
FollowUpJob::Result follow(const std::vector<std::string>& prints) {
  const ScratchFolder scratch;
  const std::string script = scratch.file("protm");
  std::ofstream out(script);
  out << "#!/bin/sh\nn=$(cat $0.n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > $0.n\n"
         "case $n in\n";
  for (std::size_t i = 0; i < prints.size(); ++i) {
    const std::string label = i + 1 == prints.size() ? "*" : std::to_string(i + 1);
    out << label << ") printf '%s' '" << prints[i] << "';;\n";
  }
  out << "esac\n";
  out.close();
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  FollowUpJob job({.protm = script,
                   .candidate = "series-v1",
                   .signature = "a.b",
                   .input = scratch.file("input.bin"),
                   .findings = scratch.file("findings"),
                   .log = scratch.file("log")});
  while (true) {
    if (const auto result = job.poll()) return *result;
    pause_ms(1);
  }
}

const std::string kShows = "f: diverged at 1us, I1\n  signature a.b\n";
const std::string kTiming = "f: agreed (timing)\n  trace hash 1\n";

TEST_CASE("FollowUpJob: a full search that finds the same in the oracle explains the finding") {
  const auto result = follow({kTiming});
  CHECK(result.state == FindingState::explained);
  CHECK(result.replays == 0);
}

TEST_CASE("FollowUpJob: what agrees as it is, or only the second time, does not repeat") {
  CHECK(follow({"f: agreed\n"}).state == FindingState::does_not_repeat);
  const auto late = follow({kShows, kTiming});
  CHECK(late.state == FindingState::does_not_repeat);
  CHECK(late.replays == 1);
  CHECK(follow({"f: diverged at 1us, I2\n  signature c.d\n"}).state ==
        FindingState::does_not_repeat);
}

TEST_CASE("FollowUpJob: a finding that repeats but is not filed is no answer") {
  const auto result = follow({kShows});
  CHECK(result.state == FindingState::no_answer);
  CHECK(result.replays == kReplaysWanted);
}

}  // namespace
}  // namespace protm::fuzz
