// SPDX-License-Identifier: GPL-2.0-only
// What one execution of each fuzz target over Programs costs without an engine, and its parts: an
// input out of the one before, decoding, the oracle's run, the candidate's run, the whole. What the
// whole takes more than its parts is the judge's, and the oracle's runs under other latencies. The
// candidate is the corrected driver; the whole is there for the driver as posted as well.
// Inputs are made by the mutator from nothing: other inputs, of a corpus, run deeper and longer.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/bench_programs.h"
#include "conformance/format/binary.h"
#include "fuzzers/mutator/mutator_core.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/session.h"

namespace {

using namespace protm;
using Input = std::vector<std::uint8_t>;

constexpr std::size_t kInputs = 512;
constexpr std::size_t kMost = 4096;
/// After so many inputs the mutator starts from nothing again.
constexpr std::size_t kFreshEvery = 64;
/// On a driver as posted many runs end at the event budget, which only a comparison cuts short:
/// its own run is no part of the whole then.
constexpr const char* kCandidate = "series-v1:none";
constexpr const char* kPosted = "series-v1";

Input next_input(const fuzz::Subject& subject, fuzz::Random& random, const Input& input) {
  const auto bytes_of = [&](std::uint8_t* data, std::size_t size, std::size_t most) {
    return fuzz::change_some_bytes(data, size, most, random);
  };
  return fuzz::mutate_bytes(input, kMost, random.next(), subject, bytes_of).bytes;
}

const std::vector<Input>& inputs(const fuzz::Subject& subject) {
  static std::vector<std::vector<Input>> all(fuzz::subject_table().size());
  std::vector<Input>& made =
      all[static_cast<std::size_t>(&subject - fuzz::subject_table().data())];
  fuzz::Random random(1);
  for (Input input; made.size() < kInputs; made.push_back(input)) {
    if (made.size() % kFreshEvery == 0) input.clear();
    input = next_input(subject, random, input);
  }
  return made;
}

contract::Program program_of(const fuzz::Subject& subject, const Input& input) {
  contract::Program program = format::decode(input);
  if (fuzz::restrict_to(subject, program)) program = format::canonical(program);
  return program;
}

/// Calls `body(Input)` for one input after the other.
template <class Body>
void for_inputs(benchmark::State& state, const fuzz::Subject& subject, const Body& body) {
  const std::vector<Input>& all = inputs(subject);
  std::size_t next = 0;
  for (auto _ : state) {
    body(all[next]);
    next = (next + 1) % all.size();
  }
  state.SetItemsProcessed(state.iterations());
}

void mutated(benchmark::State& state, const fuzz::Subject& subject) {
  fuzz::Random random(2);
  for_inputs(state, subject, [&](const Input& input) {
    benchmark::DoNotOptimize(next_input(subject, random, input));
  });
}

void decoded(benchmark::State& state, const fuzz::Subject& subject) {
  for_inputs(state, subject, [&](const Input& input) {
    benchmark::DoNotOptimize(program_of(subject, input));
  });
}

void run_on(benchmark::State& state, const fuzz::Subject& subject, const char* sut) {
  exec::Session session(bench::candidate(sut));
  for_inputs(state, subject, [&](const Input& input) {
    benchmark::DoNotOptimize(session.run(program_of(subject, input)));
  });
}

void whole(benchmark::State& state, const fuzz::Subject& subject, const char* sut) {
  differential::Differential differential(bench::candidate(sut));
  for_inputs(state, subject, [&](const Input& input) {
    benchmark::DoNotOptimize(differential.compare(program_of(subject, input)));
  });
}

const bool registered = [] {
  for (const fuzz::Subject& subject : fuzz::subject_table()) {
    const std::string start = "fuzz/" + std::string(subject.name) + "/";
    const auto add = [&](const char* part, auto body) {
      benchmark::RegisterBenchmark((start + part).c_str(), body)
          ->Unit(benchmark::kMicrosecond)
          ->Iterations(2 * kInputs);
    };
    add("mutate", [&subject](benchmark::State& state) { mutated(state, subject); });
    add("decode", [&subject](benchmark::State& state) { decoded(state, subject); });
    add("decode_and_oracle",
        [&subject](benchmark::State& state) { run_on(state, subject, "reference"); });
    add("decode_and_candidate",
        [&subject](benchmark::State& state) { run_on(state, subject, kCandidate); });
    add("whole", [&subject](benchmark::State& state) { whole(state, subject, kCandidate); });
    add("whole_as_posted",
        [&subject](benchmark::State& state) { whole(state, subject, kPosted); });
  }
  return true;
}();

}  // namespace
