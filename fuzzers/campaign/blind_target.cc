// SPDX-License-Identifier: GPL-2.0-only
// A fuzz target with an engine that sees nothing: random bytes, no coverage, but the options of
// libFuzzer that a campaign uses. So campaigns are tested in every build, on the whole stack.
// PROTM_BLIND=crash dies on the 20th input of its first start, =still stops at its 20th, =ghost
// claims a finding that nobody else sees. With a file as its only argument it runs that, like any
// target.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fuzzers/generator/random.h"
#include "fuzzers/lib/reporter.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kOddRun = 20;
constexpr std::uint64_t kMostBytes = 512;
constexpr int kLibFuzzerCrash = 77;

struct Settings {
  std::uint64_t seed = 1, runs = 0;
  std::string artefacts, input, odd;
};

Settings settings(int count, char** arguments) {
  Settings s;
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    const auto value = [&](std::string_view name) {
      return word.starts_with(name) ? word.substr(name.size()) : std::string();
    };
    if (const std::string n = value("-seed="); !n.empty()) s.seed = std::stoull(n);
    if (const std::string n = value("-runs="); !n.empty()) s.runs = std::stoull(n);
    if (const std::string n = value("-artifact_prefix="); !n.empty()) s.artefacts = n;
    if (count == 2) s.input = word;
  }
  const char* const odd = std::getenv("PROTM_BLIND");
  s.odd = odd == nullptr ? "" : odd;
  return s;
}

Bytes read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Bytes random_bytes(protm::fuzz::Random& random) {
  Bytes bytes(random.below(kMostBytes));
  for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

/// What is wrong with this run; does not return where the engine would not.
void be_odd(const Settings& s, const Bytes& bytes, protm::fuzz::Reporter& reporter) {
  if (s.odd == "still") {
    while (true) pause();
  }
  if (s.odd == "crash" && s.seed == 1) {
    std::ofstream(s.artefacts + "crash-blind", std::ios::binary) << "dead";
    _exit(kLibFuzzerCrash);
  }
  if (s.odd == "ghost") {
    reporter.ran(bytes, protm::fuzz::StackFinding{.signature = "series.ghost.nothing.seen",
                                                  .rule = "ghost",
                                                  .verdict = {},
                                                  .program = {}});
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Settings s = settings(count, arguments);
  const protm::exec::Candidate candidate = protm::fuzz::candidate_from_environment("series-v1");
  protm::fuzz::StackCheck check(candidate);
  protm::fuzz::Reporter reporter = protm::fuzz::reporter_from_environment(candidate);
  if (!s.input.empty()) {
    const Bytes bytes = read(s.input);
    if (s.odd == "crash" && std::string(bytes.begin(), bytes.end()) == "dead") std::abort();
    reporter.ran(bytes, check.check(bytes));
    return 0;
  }
  protm::fuzz::Random random(s.seed);
  for (std::uint64_t run = 1; s.runs == 0 || run <= s.runs; ++run) {
    const Bytes bytes = random_bytes(random);
    if (run == kOddRun) be_odd(s, bytes, reporter);
    reporter.ran(bytes, check.check(bytes));
  }
  return 0;
}
