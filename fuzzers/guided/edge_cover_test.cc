// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/guided/edge_cover.h"

#include <doctest/doctest.h>

#include <array>

using namespace protm;

TEST_CASE("EdgeCover: a new edge is news, and so is another class of counts, once each") {
  fuzz::EdgeCover cover;
  fuzz::Gain gain = cover.add(std::array<std::uint8_t, 4>{0, 1, 0, 7});
  CHECK(gain.edges == 2);
  CHECK(gain.classes == 0);
  CHECK(gain.first == 1u);
  CHECK(!cover.add(std::array<std::uint8_t, 4>{0, 1, 0, 4}).any());  // 4 to 7 are one class
  gain = cover.add(std::array<std::uint8_t, 4>{0, 2, 0, 8});
  CHECK(gain.edges == 0);
  CHECK(gain.classes == 2);
  CHECK(gain.first == 1u);
  gain = cover.add(std::array<std::uint8_t, 4>{0, 255, 1, 255});
  CHECK(gain.edges == 1);
  CHECK(gain.classes == 2);
  CHECK(gain.first == 2u);  // a new edge says more than a new class
  CHECK(!cover.add(std::array<std::uint8_t, 4>{0, 128, 1, 200}).any());
  CHECK(cover.covered() == 3);
  CHECK(!cover.covers(0));
  CHECK(cover.covers(2));
  CHECK(!cover.covers(4));
}

TEST_CASE("EdgeCover: shares of files and a tracefile for genhtml") {
  const std::array<contract::Edge, 4> edges{{{"b.c", 7, "f"}, {"a.c", 3, "g"}, {"b.c", 7, "f"},
                                             {"b.c", 0, "h"}}};
  fuzz::EdgeCover cover;
  cover.add(std::array<std::uint8_t, 4>{0, 0, 1, 1});
  const auto files = cover.files(edges);
  REQUIRE(files.size() == 2);
  CHECK(files[0].file == "a.c");
  CHECK(files[0].covered == 0);
  CHECK(files[0].total == 1);
  CHECK(files[1].covered == 2);
  CHECK(files[1].total == 3);
  CHECK(fuzz::lcov_text(cover, edges) ==
        "TN:protmcheck\nSF:a.c\nDA:3,0\nLF:1\nLH:0\nend_of_record\n"
        "SF:b.c\nDA:7,1\nLF:1\nLH:1\nend_of_record\n");
}
