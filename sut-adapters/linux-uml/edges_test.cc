// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/edges.h"

#include <doctest/doctest.h>

#include <array>
#include <sstream>

using namespace protm;

namespace {

constexpr const char* kList =
    "0000000060001000 _stext\n0000000060001010 _etext\n"
    "60001003 drivers/gpu/drm/panthor/panthor_mmu.c:12 panthor_vm_map\n"
    "60001008 drivers/gpu/drm/drm_exec.c:? drm_exec_init\n"
    "60001020 drivers/gpu/drm/panthor/panthor_drv.c:99 panthor_init\n";

}  // namespace

TEST_CASE("Edges: an edge is a place in the source, and its count that of its place in the text") {
  std::istringstream list(kList);
  uml::Edges edges;
  REQUIRE(edges.read(list));
  CHECK(edges.text_bytes() == 16);
  REQUIRE(edges.edges().size() == 2);  // the third lies behind the text
  CHECK(edges.edges()[0].file == "drivers/gpu/drm/panthor/panthor_mmu.c");
  CHECK(edges.edges()[0].line == 12);
  CHECK(edges.edges()[0].function == "panthor_vm_map");
  CHECK(edges.edges()[1].line == 0);
  CHECK(edges.hits()[0] == 0);
  std::array<std::uint8_t, 16> counts{};
  counts[3] = 7;
  counts[9] = 1;  // no edge there
  edges.take(counts);
  CHECK(edges.hits()[0] == 7);
  CHECK(edges.hits()[1] == 0);
}

TEST_CASE("Edges: what is no list has no edges") {
  for (const char* const text : {"", "10 _stext\n", "10 _stext 10 _etext\n", "x _stext 20 _etext",
                                 "10 _stext\n20 _etext\n30 a.c:1 f\n"}) {
    std::istringstream list(text);
    uml::Edges edges;
    CHECK(!edges.read(list));
    CHECK(edges.edges().empty());
    CHECK(edges.text_bytes() == 0);
  }
}
