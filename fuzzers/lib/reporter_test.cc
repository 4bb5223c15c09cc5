// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/reporter.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "fuzzers/lib/scratch_folder.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;

std::string text_in(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

StackFinding finding_of(const char* signature) {
  return {.signature = signature, .rule = "sut/oops:the heap", .verdict = {}, .program = {}};
}

constexpr std::uint8_t kFirst[] = {1, 2, 3};
constexpr std::uint8_t kSecond[] = {4};

TEST_CASE("Reporter: in a campaign each signature leaves its first input, and runs are counted") {
  const ScratchFolder scratch;
  const fs::path page = fs::path(scratch.path) / ("page-" + std::to_string(getpid()));
  {
    Reporter reporter("x", "", scratch.path);
    reporter.ran(kFirst, std::nullopt);
    reporter.ran(kFirst, finding_of("a.b"));
    reporter.ran(kSecond, finding_of("a.b"));
    reporter.ran(kSecond, finding_of("c.d"));
    CHECK(text_in(scratch.path + "/a.b.bin") == "\1\2\3");
    CHECK(text_in(scratch.path + "/c.d.bin") == "\4");
    reporter.ran(kFirst, finding_of("a.b"));
  }
  const auto last = parse_worker_page(text_in(page));
  REQUIRE(last.has_value());
  CHECK(last->runs == 5);
  REQUIRE(last->seen.size() == 2);
  CHECK(last->seen[0].signature == "a.b");
  CHECK(last->seen[0].rule == "sut/oops:the heap");
  CHECK(last->seen[0].count == 3);
  CHECK(last->seen[0].first_run == 2);
  CHECK(last->seen[1].first_run == 4);
}

TEST_CASE("Reporter: an input that another process has left stays") {
  const ScratchFolder scratch;
  std::ofstream(scratch.path + "/a.b.bin") << "other";
  Reporter reporter("x", "", scratch.path);
  reporter.ran(kFirst, finding_of("a.b"));
  CHECK(text_in(scratch.path + "/a.b.bin") == "other");
  CHECK(reporter.page().seen.size() == 1);
}

TEST_CASE("Reporter: an input that is taken away is followed by the next one that shows the same") {
  const ScratchFolder scratch;
  Reporter reporter("x", "", scratch.path);
  reporter.ran(kFirst, finding_of("a.b"));
  fs::remove(scratch.path + "/a.b.bin");
  reporter.ran(kSecond, finding_of("a.b"));
  CHECK(text_in(scratch.path + "/a.b.bin") == "\4");
  REQUIRE(reporter.page().seen.size() == 1);
  CHECK(reporter.page().seen[0].count == 2);
}

TEST_CASE("Reporter: a run that looks for one thing does not note others") {
  const ScratchFolder scratch;
  Reporter reporter("x", "c.d", scratch.path);
  reporter.ran(kFirst, finding_of("a.b"));
  CHECK(reporter.page().seen.empty());
  CHECK_FALSE(fs::exists(scratch.path + "/a.b.bin"));
}

TEST_CASE("WorkerPage: text and back; half a page is none") {
  const WorkerPage page{7, 8, {{"a.b", "", 1, 2, 3}, {"c.d", "result/open", 4, 5, 6}}};
  const std::string text = worker_page_text(page);
  CHECK(parse_worker_page(text) == page);
  CHECK_FALSE(parse_worker_page(text.substr(0, text.size() - 4)).has_value());
  CHECK_FALSE(parse_worker_page("").has_value());
}

}  // namespace
}  // namespace protm::fuzz
