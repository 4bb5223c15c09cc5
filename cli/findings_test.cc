// SPDX-License-Identifier: GPL-2.0-only
// From a divergence to a case of the repository, as somebody would type it.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "cli/typed_line.h"
#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "fuzzers/lib/scratch_folder.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;

/// A folder with one finding, and a place to promote it to.
struct Scratch : fuzz::ScratchFolder {
  Scratch() {
    fs::create_directories(path + "/suites/heap");
    const Seen seen = type({"replay", "conformance/suites/heap/heap-002-put-null.yaml",
                            "--sut=series-v1:only=HEAP-2", "--findings=" + path + "/found"});
    REQUIRE(seen.code == 1);
    REQUIRE(has(seen.err, "new finding: "));
  }
  [[nodiscard]] std::string found() const { return "--findings=" + path + "/found"; }
  /// With `id`, everything else is there.
  [[nodiscard]] Seen promote(const std::string& id, const std::string& entry = "HEAP-2") const {
    return type({"findings", "promote", "oops", found(), "--id=" + id, "--entry=" + entry,
                 "--title=Nothing happens", "--why=It crashes.", "--suites=" + path + "/suites",
                 "--corpus=" + path + "/corpus"});
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t n = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && !has(entry.path().string(), "/found/")) ++n;
    }
    return n;
  }
};

TEST_CASE("findings list: a row for each signature, in text and for tools") {
  const Scratch scratch;
  const Seen text = type({"findings", "list", scratch.found()});
  CHECK(text.code == 0);
  CHECK(has(text.out, "series-v1:only=HEAP-2"));
  const auto rows =
      nlohmann::json::parse(type({"findings", "list", scratch.found(), "--format=json"}).out);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["rule"].get<std::string>().starts_with("sut/oops"));
  CHECK(rows[0]["steps"] == "1");
}

TEST_CASE("findings show: the verdict, the switch, the Program and a line that reproduces it") {
  const Scratch scratch;
  const Seen seen = type({"findings", "show", "oops", scratch.found()});
  CAPTURE(seen.out);
  CHECK(seen.code == 0);
  CHECK(has(seen.out, "  agrees without {HEAP-2}\n"));
  CHECK(has(seen.out, "HEAP-2"));
  CHECK(has(seen.out, "heap_put_null"));
  CHECK(has(seen.out, "\nreproduce: ./protm replay " + scratch.path));
}

TEST_CASE("findings promote: a case that reads back and an input, each with its origin") {
  const Scratch scratch;
  const Seen seen = scratch.promote("heap/heap-090-found");
  CAPTURE(seen.err);
  REQUIRE(seen.code == 0);
  const auto program =
      format::read_case_file(scratch.path + "/suites/heap/heap-090-found.yaml");
  REQUIRE(program.has_value());
  CHECK(program->entries == std::vector<std::string>{"HEAP-2"});
  CHECK(program->title == "Nothing happens");
  CHECK(program->requires_mask != 0);
  std::ifstream in(scratch.path + "/corpus/stack_fuzzer/heap-090-found", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK(format::decode(std::vector<std::uint8_t>(bytes.begin(), bytes.end())).steps.size() ==
        program->steps.size());
  std::ifstream lines(scratch.path + "/corpus/stack_fuzzer.txt");
  std::string line;
  std::getline(lines, line);
  CHECK(line.starts_with("heap-090-found: series."));
  CHECK(has(line, "; case heap/heap-090-found"));
  CHECK(scratch.files() == 3);
  SUBCASE("a second one does not write over it") {
    const Seen again = scratch.promote("heap/heap-090-found");
    CHECK(again.code == 2);
    CHECK(has(again.err, "is there already"));
    CHECK(scratch.files() == 3);
  }
}

TEST_CASE("findings promote: what is missing or wrong is said, and nothing is written") {
  const Scratch scratch;
  const auto refused = [&](const Seen& seen, const std::string& part) {
    CAPTURE(seen.err);
    CHECK(seen.code == 2);
    CHECK(has(seen.err, part));
    CHECK(scratch.files() == 0);
  };
  refused(type({"findings", "promote", "oops", scratch.found(), "--id=heap/heap-090-x"}),
          "promote needs --entry=ENTRY, --title=");
  refused(scratch.promote("heap-090"), "case id 'heap-090'");
  refused(scratch.promote("heap/fw-090"), "a case cannot have the id 'heap/fw-090'");
  refused(scratch.promote("heap/heap-090-\""), "case id");
  refused(scratch.promote("fw/fw-090-x"), "no area 'fw' in ");
  refused(scratch.promote("heap/heap-090-x", "HEAP-2,HAEP-3"), "no entry 'HAEP-3'; did you mean");
}

TEST_CASE("findings promote: when a file cannot be written, none of the three is there") {
  const Scratch scratch;
  std::ofstream(scratch.path + "/corpus") << "in the way";
  const Seen seen = scratch.promote("heap/heap-090-x");
  CHECK(seen.code == 2);
  CHECK(has(seen.err, "cannot write '"));
  CHECK(scratch.files() == 1);
}

TEST_CASE("findings: names that mean nothing are answered") {
  const Scratch scratch;
  CHECK(has(type({"findings", "lst", scratch.found()}).err, "did you mean 'list'?"));
  CHECK(has(type({"findings", "show", scratch.found()}).err, "findings show needs a signature"));
  CHECK(has(type({"findings", "show", "nothing", scratch.found()}).err, "no finding 'nothing'"));
  CHECK(has(type({"findings", "list", "x", scratch.found()}).err, "takes no 'x'"));
  CHECK(has(type({"findings", "list", "--findings=/nowhere"}).err, "cannot read the folder"));
}

}  // namespace
}  // namespace protm::cli
