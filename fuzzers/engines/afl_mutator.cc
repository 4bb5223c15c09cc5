// SPDX-License-Identifier: GPL-2.0-only
// The mutator as a shared object for afl-fuzz (AFL_CUSTOM_MUTATOR_LIBRARY): mutation, cross-over
// with the second input that afl-fuzz hands over, names of what it did, and trimming by steps,
// faults and turns of the schedule. PROTM_SUBJECT names the target's subject, else "stack".
// Leaves out: the target; AFL++ loads this into afl-fuzz itself.
// Source: AFL++ 4.04c, include/afl-fuzz.h (struct custom_mutator), docs/custom_mutators.md.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "conformance/format/binary.h"
#include "fuzzers/mutator/mutator_core.h"
#include "fuzzers/mutator/program_cut.h"

namespace {

using protm::contract::Program;
namespace format = protm::format;
namespace fuzz = protm::fuzz;

/// With a second input, one call in so many crosses the two.
constexpr std::uint64_t kCrossOneIn = 8;

/// Parts that a Program can lose one by one.
std::size_t parts_of(const Program& program) {
  return program.steps.size() + program.faults.size() + program.schedule.size();
}

/// Without part `number`, counted from the back, so that numbers of the others stay.
Program without(Program program, std::size_t number) {
  const std::size_t parts = parts_of(program);
  if (number >= parts) return program;
  std::size_t at = parts - 1 - number;
  if (at < program.steps.size()) {
    std::vector<bool> gone(program.steps.size());
    gone[at] = true;
    fuzz::remove_steps(program, std::move(gone));
    fuzz::remove_idle_actors(program);
    return program;
  }
  at -= program.steps.size();
  if (at < program.faults.size()) fuzz::remove_faults(program, at, 1);
  else program.schedule.erase(program.schedule.begin() +
                              static_cast<std::ptrdiff_t>(at - program.faults.size()));
  return program;
}

class AflMutator {
 public:
  AflMutator(std::uint64_t seed, const fuzz::Subject& subject) : random_(seed), subject_(subject) {}

  std::size_t fuzz(std::span<const std::uint8_t> input, std::span<const std::uint8_t> other,
                   std::uint8_t** out, std::size_t most) {
    const std::uint64_t seed = random_.next();
    const bool cross = !other.empty() && random_.below(kCrossOneIn) == 0;
    const auto bytes = [this](std::uint8_t* data, std::size_t size, std::size_t room) {
      return fuzz::change_some_bytes(data, size, room, random_);
    };
    last_ = cross ? fuzz::cross_bytes(input, other, most, seed, subject_)
                  : fuzz::mutate_bytes(input, most, seed, subject_, bytes);
    // Nothing at all is no input for afl-fuzz.
    if (last_.bytes.empty()) last_.bytes.push_back(format::kBinaryVersion);
    *out = last_.bytes.data();
    return last_.bytes.size();
  }

  [[nodiscard]] const char* describe(std::size_t most) {
    name_ = fuzz::mutation_name(last_.by).substr(0, most);
    return name_.c_str();
  }

  /// Number of tries; none when the canonical bytes are no shorter way to write the input.
  int begin_trim(std::span<const std::uint8_t> input) {
    kept_ = format::decode(input);
    room_ = input.size();
    at_ = 0;
    tries_ = parts_of(kept_);
    const std::vector<std::uint8_t> bytes = format::encode(kept_);
    const bool same = std::equal(bytes.begin(), bytes.end(), input.begin(), input.end());
    return same ? static_cast<int>(tries_) : 0;
  }

  std::size_t trim(std::uint8_t** out) {
    candidate_ = without(kept_, at_);
    trimmed_ = format::encode(candidate_);
    // A number in place of a reference can take more bytes than the step took.
    if (trimmed_.size() > room_) {
      candidate_ = kept_;
      trimmed_ = format::encode(candidate_);
    }
    *out = trimmed_.data();
    return trimmed_.size();
  }

  /// Number of the next try; all of them when there is none.
  int end_trim(bool success) {
    const std::size_t before = parts_of(kept_);
    if (success) {
      kept_ = format::decode(trimmed_);
      room_ = trimmed_.size();
    }
    // What went may have taken others along; what is left moved up by so many.
    if (parts_of(kept_) == before) ++at_;
    const bool done = at_ >= parts_of(kept_) || ++asked_ > kMostTries;
    if (done) asked_ = 0;
    return static_cast<int>(done ? tries_ : std::min(at_, tries_ - 1));
  }

 private:
  static constexpr std::uint32_t kMostTries = 512;
  fuzz::Random random_;
  const fuzz::Subject& subject_;
  fuzz::Mutated last_;
  std::string name_;
  Program kept_, candidate_;
  std::vector<std::uint8_t> trimmed_;
  std::size_t room_ = 0, at_ = 0, tries_ = 0;
  std::uint32_t asked_ = 0;
};

AflMutator& of(void* data) { return *static_cast<AflMutator*>(data); }

}  // namespace

/// Errors: an unknown PROTM_SUBJECT ends afl-fuzz with code 2: a wrong mutator wastes a night.
extern "C" void* afl_custom_init(void*, unsigned int seed) {
  const char* const named = std::getenv("PROTM_SUBJECT");
  const fuzz::Subject* const subject = fuzz::subject_by_name(named == nullptr ? "stack" : named);
  if (subject == nullptr) {
    std::fprintf(stderr, "PROTM_SUBJECT: error: no subject '%s'\n", named);
    std::exit(2);
  }
  return std::make_unique<AflMutator>(seed, *subject).release();
}

extern "C" void afl_custom_deinit(void* data) { std::unique_ptr<AflMutator>(&of(data)).reset(); }

extern "C" std::size_t afl_custom_fuzz(void* data, std::uint8_t* input, std::size_t size,
                                       std::uint8_t** out, std::uint8_t* other,
                                       std::size_t other_size, std::size_t most) {
  const std::size_t added = other == nullptr ? 0 : other_size;
  return of(data).fuzz({input, size}, {other, added}, out, most);
}

extern "C" const char* afl_custom_describe(void* data, std::size_t most) {
  return of(data).describe(most);
}

extern "C" std::int32_t afl_custom_init_trim(void* data, std::uint8_t* input, std::size_t size) {
  return of(data).begin_trim({input, size});
}

extern "C" std::size_t afl_custom_trim(void* data, std::uint8_t** out) {
  return of(data).trim(out);
}

extern "C" std::int32_t afl_custom_post_trim(void* data, std::uint8_t success) {
  return of(data).end_trim(success != 0);
}
