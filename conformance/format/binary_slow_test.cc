// SPDX-License-Identifier: GPL-2.0-only
// The decoder on a million random strings; binary_test.cc does the same with fewer.
#include <doctest/doctest.h>

#include "conformance/format/case_writer.h"
#include "conformance/format/program_order.h"
#include "conformance/format/random_programs.h"

using namespace protm::format;

TEST_CASE("decode: 1000000 random strings are Programs that survive encoding") {
  RandomBytes random(4);
  for (int i = 0; i < 1'000'000; ++i) {
    const auto program = decode(random.string());
    if (!equal(program, decode(encode(program)))) FAIL("string " << i << write_case(program));
  }
}
