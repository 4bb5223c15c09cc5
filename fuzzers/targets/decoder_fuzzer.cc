// SPDX-License-Identifier: GPL-2.0-only
// Covers: the binary form. Any bytes decode; what they decode to is within the bounds, is encoded
// and decoded to the same, and the second encoding is the first one byte for byte.
// Does not cover: whether anything runs; the YAML form (yaml_fuzzer).
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/binary_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  protm::fuzz::check_binary_form({data, size});
  return 0;
}
