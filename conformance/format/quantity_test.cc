// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/quantity.h"

#include <doctest/doctest.h>

using namespace protm::format;

TEST_CASE("parse_number: decimal and hex, nothing else") {
  CHECK(parse_number("0") == 0);
  CHECK(parse_number("18446744073709551615") == UINT64_MAX);
  CHECK(parse_number("0xffffffffffffffff") == UINT64_MAX);
  for (const char* bad : {"", "010", "-1", "+1", "1.0", "1e3", "0x", "0X1", "1_000", " 1", "1 ",
                          "18446744073709551616", "0x10000000000000000", "0x-1", "x"}) {
    CHECK_MESSAGE(!parse_number(bad).has_value(), bad);
  }
}

TEST_CASE("parse_size and parse_time: units, and overflow is no number") {
  CHECK(parse_size("64KiB") == 65536);
  CHECK(parse_size("100") == 100);
  CHECK_FALSE(parse_size("64KB").has_value());
  CHECK_FALSE(parse_size("KiB").has_value());
  CHECK_FALSE(parse_size("18446744073709551615GiB").has_value());
  CHECK(parse_time("3ms") == 3'000'000);
  CHECK(parse_time("2s") == 2'000'000'000);
  CHECK(parse_time("0") == 0);
  CHECK_FALSE(parse_time("3").has_value());
  CHECK_FALSE(parse_time("18446744074s").has_value());
}

TEST_CASE("texts: what is printed is read back") {
  for (const std::uint64_t n :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1023}, std::uint64_t{4096},
        std::uint64_t{1} << 20, std::uint64_t{3} << 30, std::uint64_t{1} << 63, UINT64_MAX}) {
    CHECK(parse_number(number_text(n)) == n);
    CHECK(parse_size(size_text(n)) == n);
    CHECK(parse_time(time_text(n)) == n);
    CHECK(parse_number(hex_text(n)) == n);
  }
  CHECK(size_text(65536) == "64KiB");
  CHECK(time_text(1'500'000) == "1500us");
}
