// SPDX-License-Identifier: GPL-2.0-only
// Campaigns as somebody would run them, with an engine that is there in every build: interrupted
// the hard way, with a canary that is missed, a finding that nobody can repeat, an engine that
// stands still, a target that dies. The binary and the target are real.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "fuzzers/campaign/process.h"
#include "fuzzers/campaign/store.h"
#include "fuzzers/lib/findings.h"
#include "fuzzers/lib/scratch_folder.h"
#include "fuzzers/lib/whole_file.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;
using fuzz::Process;

/// The folder of one campaign, and the binary that runs it.
struct Campaign : fuzz::ScratchFolder {
  [[nodiscard]] std::string out() const { return path + "/out"; }
  [[nodiscard]] std::string log() const {
    return fuzz::read_whole(path + "/log").value_or("");
  }
  [[nodiscard]] std::unique_ptr<Process> start(std::vector<std::string> arguments,
                                               const std::string& odd = "") const {
    arguments.insert(arguments.begin(), {PROTM_BINARY, "fuzz", "--out=" + out()});
    return std::make_unique<Process>(fuzz::ProcessPlan{
        .command = std::move(arguments),
        .environment = {{"PROTM_LIBFUZZER_TARGET", PROTM_BLIND_TARGET}, {"PROTM_BLIND", odd}},
        .output = path + "/log",
        .limit_s = 400});
  }
  int run(std::vector<std::string> arguments, const std::string& odd = "") const {
    const auto process = start(std::move(arguments), odd);
    std::optional<fuzz::Ended> end;
    while (!(end = process->poll())) fuzz::pause_ms(20);
    return end->by_signal ? -end->code : end->code;
  }
  [[nodiscard]] nlohmann::json status() const {
    Process process({.command = {PROTM_BINARY, "fuzz", "--status=" + out(), "--format=json"},
                       .environment = {},
                       .output = path + "/status"});
    while (!process.poll()) fuzz::pause_ms(10);
    return nlohmann::json::parse(fuzz::read_whole(path + "/status").value_or(""));
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Enough for a finding, and for a while in which the campaign can be killed.
constexpr int kRuns = PROTM_ALL_OF_IT ? 600 : 150;
constexpr int kLongRuns = PROTM_ALL_OF_IT ? 1'500 : 400;

const std::string kSut = "--sut=series-v1:only=HEAP-2";

TEST_CASE("fuzz: a finding is replayed three times, made small, filed, and new only once") {
  const Campaign c;
  const std::vector<std::string> line{kSut, "--runs=" + std::to_string(kRuns),
                                      "--canaries=series-v1:only=HEAP-2"};
  const int code = c.run(line);
  CAPTURE(c.log());
  REQUIRE(code == 1);
  CHECK(has(c.log(), "canaries: 1 of 1 found"));
  CHECK(has(c.log(), "kept, 3 of 3 replays"));
  CHECK(has(c.log(), "\nreproduce: ./protm fuzz --sut=series-v1:only=HEAP-2 "));
  const auto status = c.status();
  CHECK(status["executions"] == kRuns);
  REQUIRE(!status["findings"].empty());
  CHECK(status["findings"][0]["count"] >= 1);
  const auto found = fuzz::FindingFolder(c.out() + "/findings").list();
  REQUIRE(found.has_value());
  REQUIRE(found->size() == status["findings"].size());
  const auto oops = std::find_if(found->begin(), found->end(), [](const auto& f) {
    return f.signature == "series.sut-oops-null.kernel-oops.null-access";
  });
  REQUIRE(oops != found->end());
  // A put of NULL, or of what a failing registration made: nothing can be left out of either.
  CHECK_MESSAGE(oops->steps <= 2, "it was made small");
  CHECK_MESSAGE(c.run(line) == 0, "nothing new: the runs are used up and all is known");
  CHECK(c.status()["executions"] == kRuns);
}

TEST_CASE("fuzz: killed with a finding on its way, the same command line finishes the campaign") {
  const Campaign c;
  const std::vector<std::string> line{kSut, "--runs=" + std::to_string(kLongRuns),
                                      "--canaries=none"};
  {
    const auto supervisor = c.start(line);
    // The input is there, what becomes of it is not known yet: the worst moment.
    bool seen = false;
    for (int i = 0; i < 6000 && !seen && !supervisor->poll(); ++i) {
      std::error_code error;
      for (const auto& e : fs::directory_iterator(c.out() + "/incoming", error)) {
        seen |= e.path().extension() == ".bin";
      }
      fuzz::pause_ms(5);
    }
    REQUIRE(seen);
    REQUIRE_FALSE(supervisor->poll().has_value());
    kill(supervisor->id(), SIGKILL);
    while (!supervisor->poll()) fuzz::pause_ms(5);
  }
  fuzz::pause_ms(300);
  const auto sizes = [&] {
    std::string all;
    for (const auto& e : fs::directory_iterator(c.out() + "/incoming")) {
      all += fuzz::read_whole(e.path().string()).value_or("");
    }
    return all;
  };
  const std::string before = sizes();
  fuzz::pause_ms(500);
  CHECK_MESSAGE(sizes() == before, "no worker outlives its supervisor");
  const int code = c.run(line);
  CAPTURE(c.log());
  CHECK(code == 1);
  const auto status = c.status();
  CHECK(status["sessions"] == 2);
  CHECK(status["executions"] == kLongRuns);
  REQUIRE(!status["findings"].empty());
  for (const auto& f : status["findings"]) {
    CHECK(f["state"] == "kept");
    CHECK(fs::exists(c.out() + "/findings/" + f["signature"].get<std::string>() + "/case.yaml"));
  }
}

TEST_CASE("fuzz: a canary that is missed makes the end of the campaign red, by name") {
  const Campaign c;
  // The oracle itself is no wrong candidate: nobody can find it.
  const int code =
      c.run({"--sut=series-v1:none", "--runs=50", "--canaries=reference", "--canary-budget=1"});
  CAPTURE(c.log());
  CHECK(code == 3);
  CHECK(has(c.log(), "canaries: 0 of 1 found\n  reference: MISSED in "));
  CHECK(c.status()["canaries"][0]["found"] == false);
}

TEST_CASE("fuzz: a finding that does not repeat is a fault of the harness, and said") {
  const Campaign c;
  const int code = c.run({"--sut=series-v1:none", "--runs=50", "--canaries=none"}, "ghost");
  CAPTURE(c.log());
  CHECK(code == 134);
  CHECK(has(c.log(), "finding series.ghost.nothing.seen: DOES NOT REPEAT, 0 of 3 replays"));
  CHECK_FALSE(fs::exists(c.out() + "/findings/series.ghost.nothing.seen"));
  CHECK(fs::exists(c.out() + "/incoming/series.ghost.nothing.seen.bin"));
}

TEST_CASE("fuzz: an engine that stands still is stopped, and the campaign is worth nothing") {
  const Campaign c;
  const int code = c.run(
      {"--sut=series-v1:none", "--runs=100", "--canaries=none", "--patience=2"}, "still");
  CAPTURE(c.log());
  CHECK(code == 3);
  CHECK(has(c.log(), "STOOD STILL: libfuzzer no execution in 2 s"));
}

TEST_CASE("fuzz: a target that dies leaves its input, which is replayed, and goes on") {
  const Campaign c;
  const int code = c.run({"--sut=series-v1:none", "--runs=50", "--canaries=none"}, "crash");
  CAPTURE(c.log());
  CHECK(code == 1);
  CHECK(has(c.log(), "libfuzzer ended with exit code 77; started again"));
  CHECK(has(c.log(), "3 of 3 replays die"));
  REQUIRE(!c.status()["crashes"].empty());
  CHECK(fs::exists(c.out() + "/" + c.status()["crashes"][0]["file"].get<std::string>()));
  CHECK(c.status()["crashes"].size() == 1);
  CHECK(c.status()["executions"] == 50);
}

TEST_CASE("fuzz: an engine that cannot be started stands still") {
  const Campaign c;
  std::ofstream(c.path + "/no-program") << "x";
  Process process(
      {.command = {PROTM_BINARY, "fuzz", kSut, "--runs=5", "--canaries=none", "--out=" + c.out()},
       .environment = {{"PROTM_LIBFUZZER_TARGET", c.path + "/no-program"}},
       .output = c.path + "/log",
       .limit_s = 60});
  std::optional<fuzz::Ended> end;
  while (!(end = process.poll())) fuzz::pause_ms(20);
  CAPTURE(c.log());
  CHECK(end->code == 3);
  CHECK(has(c.log(), "could not be started before anything ran, 3 times"));
}

TEST_CASE("fuzz: bad input runs nothing") {
  const Campaign c;
  const std::pair<std::vector<std::string>, std::string> rows[] = {
      {{"--for=soon"}, "--for cannot be 'soon'"},
      {{"--jobs=0"}, "--jobs cannot be '0'"},
      {{"--engine=both"}, "--jobs cannot be '1'"},
      {{"--engine=alf"}, "did you mean 'afl'?"},
      {{"--sut=nobody"}, "no candidate 'nobody'"},
      {{"--canaries=mutant:nobody"}, "no mutant 'nobody'"},
      {{"--engine=afl"}, "no target built for afl"},
      {{"--status=/nowhere"}, "no campaign in '/nowhere/"},
  };
  for (const auto& [arguments, part] : rows) {
    CHECK(c.run(arguments) == 2);
    CHECK_MESSAGE(has(c.log(), part), c.log());
    CHECK_FALSE(fs::exists(c.out() + "/campaign.sqlite"));
  }
}

TEST_CASE("fuzz: a folder belongs to one campaign") {
  const Campaign c;
  REQUIRE(c.run({"--sut=series-v1:none", "--runs=5", "--canaries=none"}) == 0);
  CHECK(c.run({kSut, "--runs=5", "--canaries=none"}) == 2);
  CHECK(has(c.log(), "has candidate 'series-v1:none', not 'series-v1:only=HEAP-2'"));
}

}  // namespace
}  // namespace protm::cli
