// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/findings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "conformance/format/case_reader.h"
#include "fuzzers/lib/scratch_folder.h"
#include "oracle/differential/candidates.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;

/// A folder of its own that goes with the test.
std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

differential::Differential against(const char* spec) {
  auto who = differential::default_registry().parse(spec);
  REQUIRE(who.has_value());
  return differential::Differential(std::move(*who));
}

contract::Program case_of(const char* file) {
  auto program = format::read_case_file(file);
  REQUIRE(program.has_value());
  return std::move(*program);
}

constexpr const char* kPutNull = "conformance/suites/heap/heap-002-put-null.yaml";

TEST_CASE("follow_up and FindingFolder: a divergence becomes one folder that reproduces it") {
  const ScratchFolder scratch;
  differential::Differential differential = against("series-v1:only=HEAP-2");
  const FollowedUp seen = follow_up(differential, case_of(kPutNull), "a test", 100);
  REQUIRE(seen.finding.has_value());
  CHECK(seen.runs >= 6);
  const FindingFolder folder(scratch.path + "/findings");
  CHECK_FALSE(folder.knows(seen.finding->signature));
  CHECK(folder.add(*seen.finding) == true);
  CHECK(folder.add(*seen.finding) == false);

  const auto all = folder.list();
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 1);
  CHECK(all->front().signature == seen.finding->signature);
  CHECK(all->front().candidate == "series-v1:only=HEAP-2");
  CHECK(all->front().origin == "a test");
  const fs::path written = all->front().folder;
  const auto program = format::read_case_file((written / "case.yaml").string());
  REQUIRE(program.has_value());
  CHECK(differential.compare(*program).verdict.signature == seen.finding->signature);
  CHECK(text_of(written / "reproduce.sh").find("--sut='series-v1:only=HEAP-2'") !=
        std::string::npos);
  CHECK(fs::file_size(written / "input.bin") != 0);
  CHECK(text_of(written / "trace.json").starts_with("{\"schema\":1"));
}

TEST_CASE("follow_up: what agrees is no finding") {
  differential::Differential differential = against("series-v1:none");
  CHECK_FALSE(follow_up(differential, case_of(kPutNull), "a test", 100).finding.has_value());
}

TEST_CASE("FindingFolder: what a killed run left is not listed and does not stop the next") {
  const ScratchFolder scratch;
  const Finding finding{.signature = "a.b.c.d", .candidate = "x", .rule = {}, .detail = {},
                        .origin = {}, .program = {}, .trace = {}};
  const FindingFolder folder(scratch.path);
  fs::create_directories(scratch.path + "/.new-a.b.c.d/half");
  REQUIRE(folder.list().has_value());
  CHECK(folder.list()->empty());
  CHECK(folder.add(finding) == true);
  CHECK(folder.list()->size() == 1);
}

TEST_CASE("FindingFolder: a folder that is not there, or holds something else, is said") {
  const ScratchFolder scratch;
  CHECK(FindingFolder(scratch.path + "/none").list().error() ==
        "cannot read the folder '" + scratch.path + "/none'");
  fs::create_directories(scratch.path + "/other");
  CHECK(FindingFolder(scratch.path).list().error().starts_with(scratch.path +
                                                               "/other/about.json: error: "));
}

}  // namespace
}  // namespace protm::fuzz
