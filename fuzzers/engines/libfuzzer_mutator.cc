// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer's hooks for a custom mutator and cross-over. The target says what its subject is.
// Leaves out: AFL++ and other engines, which never call these.
// Source: LLVM, compiler-rt/lib/fuzzer/FuzzerInterface.h.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"
#include "fuzzers/mutator/mutator_core.h"

/// libFuzzer's own mutator; only binaries that are linked with -fsanitize=fuzzer have it.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using protm::fuzz::Mutated;

std::size_t put(const Mutated& mutated, std::uint8_t* out) {
  std::copy(mutated.bytes.begin(), mutated.bytes.end(), out);
  return mutated.bytes.size();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
  return put(protm::fuzz::mutate_bytes({data, size}, most, seed, protm::fuzz::target_subject(),
                                       LLVMFuzzerMutate),
             data);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size,
                                                 const std::uint8_t* b, std::size_t b_size,
                                                 std::uint8_t* out, std::size_t most,
                                                 unsigned int seed) {
  return put(protm::fuzz::cross_bytes({a, a_size}, {b, b_size}, most, seed,
                                      protm::fuzz::target_subject()),
             out);
}
