// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/line_file.h"

#include <doctest/doctest.h>

#include <fstream>

#include "fuzzers/lib/scratch_folder.h"

namespace protm::fuzz {
namespace {

TEST_CASE("line file: what was torn is lost alone, and the next line is one of its own") {
  const ScratchFolder scratch;
  const std::string file = scratch.file("lines");
  CHECK(read_lines(file).empty());
  REQUIRE(append_line(file, "one"));
  std::ofstream(file, std::ios::app) << "tw";
  CHECK(read_lines(file) == std::vector<std::string>{"one"});
  REQUIRE(append_line(file, "three"));
  CHECK(read_lines(file) == std::vector<std::string>{"one", "tw", "three"});
  CHECK_FALSE(append_line(scratch.path, "four"));
}

TEST_CASE("scratch folder: two at a time are two, and each goes with its object") {
  std::string path;
  {
    const ScratchFolder one, two;
    CHECK(one.path != two.path);
    std::ofstream(one.file("a")) << "text";
    CHECK(std::filesystem::exists(one.file("a")));
    path = one.path;
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace protm::fuzz
