// SPDX-License-Identifier: GPL-2.0-only
// The shared object's functions in the order in which afl-fuzz calls them, without afl-fuzz.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "conformance/format/binary.h"
#include "conformance/format/program_order.h"
#include "fuzzers/mutator/subject.h"

using namespace protm;

extern "C" void* afl_custom_init(void*, unsigned int seed);
extern "C" void afl_custom_deinit(void* data);
extern "C" std::size_t afl_custom_fuzz(void* data, std::uint8_t* input, std::size_t size,
                                       std::uint8_t** out, std::uint8_t* other,
                                       std::size_t other_size, std::size_t most);
extern "C" const char* afl_custom_describe(void* data, std::size_t most);
extern "C" std::int32_t afl_custom_init_trim(void* data, std::uint8_t* input, std::size_t size);
extern "C" std::size_t afl_custom_trim(void* data, std::uint8_t** out);
extern "C" std::int32_t afl_custom_post_trim(void* data, std::uint8_t success);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMost = 4096;

Bytes input_of(std::uint64_t seed) {
  fuzz::Random random(seed);
  contract::Program program;
  for (int i = 0; i < 20; ++i) fuzz::mutate(program, random);
  return format::encode(program);
}

Bytes fuzzed(void* data, Bytes input, Bytes other) {
  std::uint8_t* out = nullptr;
  const std::size_t size = afl_custom_fuzz(data, input.data(), input.size(), &out, other.data(),
                                           other.size(), kMost);
  REQUIRE(out != nullptr);
  REQUIRE(size > 0);
  REQUIRE(size <= kMost);
  return Bytes(out, out + size);
}

/// Trims as afl-fuzz does; `same` says whether an input runs as the first one did.
template <class Same>
Bytes trimmed(void* data, Bytes input, const Same& same) {
  const std::int32_t tries = afl_custom_init_trim(data, input.data(), input.size());
  const std::size_t most = input.size();
  std::uint32_t asked = 0;
  for (std::int32_t at = 0; at < tries;) {
    REQUIRE(++asked < 2'000);
    std::uint8_t* out = nullptr;
    const std::size_t size = afl_custom_trim(data, &out);
    REQUIRE(out != nullptr);
    REQUIRE(size <= most);
    const Bytes candidate(out, out + size);
    const bool good = same(candidate);
    if (good) input = candidate;
    at = afl_custom_post_trim(data, good ? 1 : 0);
    REQUIRE(at >= 0);
  }
  return input;
}

}  // namespace

TEST_CASE("afl_mutator: the same seed gives the same inputs, under three names") {
  void* const a = afl_custom_init(nullptr, 5);
  void* const b = afl_custom_init(nullptr, 5);
  std::set<std::string> names;
  Bytes input = input_of(1);
  const Bytes other = input_of(2);
  for (int i = 0; i < 200; ++i) {
    const Bytes next = fuzzed(a, input, i % 2 == 0 ? other : Bytes{});
    CHECK(next == fuzzed(b, input, i % 2 == 0 ? other : Bytes{}));
    names.insert(afl_custom_describe(a, 64));
    CHECK(std::string(afl_custom_describe(b, 5)).size() <= 5);
    input = next;
  }
  CHECK(names == std::set<std::string>{"protm-edit", "protm-bytes", "protm-cross"});
  afl_custom_deinit(a);
  afl_custom_deinit(b);
}

TEST_CASE("afl_mutator: trimming takes out all steps that do not matter, and none that do") {
  void* const data = afl_custom_init(nullptr, 1);
  const auto submits = [](const Bytes& bytes) {
    const auto program = format::decode(bytes);
    return std::count_if(program.steps.begin(), program.steps.end(), [](const auto& step) {
      return static_cast<contract::NodeType>(step.op.type) == contract::NodeType::group_submit;
    });
  };
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Bytes input = input_of(seed);
    const auto wanted = submits(input);
    const Bytes small = trimmed(data, input, [&](const Bytes& b) { return submits(b) == wanted; });
    CHECK(submits(small) == wanted);
    CHECK(small.size() <= input.size());
    const Bytes none = trimmed(data, input, [](const Bytes&) { return true; });
    CHECK(format::decode(none).steps.empty());
    const Bytes same = trimmed(data, input, [](const Bytes&) { return false; });
    CHECK(same == input);
  }
  afl_custom_deinit(data);
}

TEST_CASE("afl_mutator: bytes that are not canonical are not trimmed, since they might grow") {
  void* const data = afl_custom_init(nullptr, 1);
  Bytes noise(100, 0xa5);
  CHECK(afl_custom_init_trim(data, noise.data(), noise.size()) == 0);
  afl_custom_deinit(data);
}
