// SPDX-License-Identifier: GPL-2.0-only
// The mutator as engines call it: bytes in, bytes out. It decodes, changes the Program and encodes
// it; one call in eight leaves the bytes to the engine's own mutator, which is an argument, because
// libFuzzer has one and a shared object for AFL++ has not.
// Leaves out: any engine's interface (fuzzers/engines). Source: design.md section 9; style.md 2.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "fuzzers/generator/random.h"
#include "fuzzers/mutator/subject.h"

namespace protm::fuzz {

/// Changes `size` of at most `most` bytes in place; returns how many there are then.
using ByteMutator = std::function<std::size_t(std::uint8_t* data, std::size_t size,
                                              std::size_t most)>;

/// What became of one call, for names of files and for tests.
enum class Mutation : std::uint8_t { program, bytes, crossed };
[[nodiscard]] std::string_view mutation_name(Mutation mutation);

struct Mutated {
  std::vector<std::uint8_t> bytes;
  Mutation by = Mutation::program;
};

/// Changes an input; at most `most` bytes come out (a Program that needs more loses its end).
/// Errors: none; with `most` 0 nothing comes out.
[[nodiscard]] Mutated mutate_bytes(std::span<const std::uint8_t> input, std::size_t most,
                                   std::uint64_t seed, const Subject& subject,
                                   const ByteMutator& byte_mutator);

/// One input out of two.
[[nodiscard]] Mutated cross_bytes(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                  std::size_t most, std::uint64_t seed, const Subject& subject);

/// Flips, overwrites, inserts, copies and removes bytes, for who has no byte mutator.
std::size_t change_some_bytes(std::uint8_t* data, std::size_t size, std::size_t most,
                              Random& random);

}  // namespace protm::fuzz
