// SPDX-License-Identifier: GPL-2.0-only
// The decoder on a million random strings, or a hundred thousand where each access is checked;
// binary_test.cc does the same with fewer. Source: decisions.md 24.
#include <doctest/doctest.h>

#include "conformance/format/case_writer.h"
#include "conformance/format/program_order.h"
#include "conformance/format/random_programs.h"

using namespace protm::format;

namespace {

// clang names the sanitizer in a feature, gcc in a macro.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr int kStrings = 100'000;
#else
constexpr int kStrings = 1'000'000;
#endif
#elif defined(__SANITIZE_ADDRESS__)
constexpr int kStrings = 100'000;
#else
constexpr int kStrings = 1'000'000;
#endif

}  // namespace

TEST_CASE("decode: random strings are Programs that survive encoding") {
  RandomBytes random(4);
  for (int i = 0; i < kStrings; ++i) {
    const auto program = decode(random.string());
    if (!equal(program, decode(encode(program)))) FAIL("string " << i << write_case(program));
  }
}
