// SPDX-License-Identifier: GPL-2.0-only
// Whole command lines: what they print, where, and the exit code. Run from the repository's root.
#include "cli/run.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/places.h"
#include "cli/typed_line.h"
#include "conformance/runner/catalogue_check.h"
#include "fuzzers/lib/scratch_folder.h"
#include "oracle/mutants/mutants.h"

namespace protm::cli {
namespace {

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t start = text.rfind('\n', end);
  return text.substr(start + 1, end - start);
}

const char* const kCase = "heap/heap-002-put-null";
const char* const kFile = "conformance/suites/heap/heap-002-put-null.yaml";

TEST_CASE("agree: a candidate that does not count its edges has no coverage, and nothing runs") {
  for (const char* option : {"--kcov", "--lcov=/no/such/file", "--corpus=/no/such/folder"}) {
    const Seen seen = type({"agree", "--sut=series-v1:none", "--count=1", option});
    CHECK(seen.code == 2);
    CHECK(seen.out.empty());
    CHECK(seen.err == "protm: error: series-v1:none does not count the edges of its code\n"
                      "  = expected --sut=linux-uml:TREE\n");
  }
}

TEST_CASE("time-to-find: --only says whom it does not know, and who is not hunted") {
  const Seen nobody = type({"time-to-find", "--only=SCHED-20,nobody"});
  CHECK(nobody.code == 2);
  CHECK(nobody.out.empty());
  CHECK(nobody.err == "protm: error: --only: no switch and no mutant 'nobody'\n"
                      "  = expected one of `protm list --switches` or `--mutants`\n");
  // `list --mutants` prints those as well.
  const std::string design(mutants::table_of_designs().front().name);
  for (const std::string& name : {design, "mutant:" + design}) {
    const Seen seen = type({"time-to-find", "--only=" + name});
    CHECK(seen.code == 2);
    CHECK(seen.err == "protm: error: --only: '" + name + "' is a mutant of a design, and no "
                      "engine draws the calls of one\n  = expected a switch, or a mutant of the "
                      "reference as posted\n");
  }
}

TEST_CASE("conform: a candidate that agrees ends with 0, results on stdout only") {
  const Seen seen = type({"conform", "--sut=reference", "--filter=heap-002-*"});
  CAPTURE(seen.out);
  CHECK(seen.code == 0);
  CHECK(has(seen.out, "1 cases: 1 agreed, 0 diverged"));
  CHECK(seen.err == "protm 0.1, seed 0, candidate reference\n");
}

TEST_CASE("conform: a defect ends with 1 and a last line that reproduces it") {
  const Seen seen = type({"conform", "--sut=series-v1:only=HEAP-2", "--filter=HEAP-2"});
  CAPTURE(seen.out);
  CHECK(seen.code == 1);
  CHECK(has(seen.out, "heap/heap-002-put-null: diverged at "));
  // Each defect of the series has a switch, or is known to show nowhere.
  CHECK_FALSE(has(seen.out, "not yet modelled"));
  CHECK(last_line(seen.out).starts_with("reproduce: ./protm conform --sut=series-v1:only=HEAP-2"));
}

TEST_CASE("conform: series-v1 as-uml rests for a second, so that its unbind wakes the device") {
  // FW-27 shows at the boot that follows.
  const auto code = [](const char* sut) {
    return type({"conform", sut, "--filter=fw-024-natural-exit"}).code;
  };
  CHECK(code("--sut=series-v1:only=FW-27") == 0);
  CHECK(code("--sut=series-v1:as-uml:only=FW-27") == 1);
  CHECK(code("--sut=series-v1:as-uml") == 1);
  CHECK(code("--sut=series-v1:as-uml:none") == 0);
  CHECK(code("--sut=series-v1:as-umlx") == 2);
}

TEST_CASE("conform: --attribute names the switch") {
  const Seen seen =
      type({"conform", "--sut=series-v1", "--filter=heap-002-*", "--attribute"});
  CAPTURE(seen.out);
  CHECK(has(seen.out, "    agrees without {HEAP-2}\n"));
}

TEST_CASE("conform: formats for tools stay clean on stdout") {
  const Seen json =
      type({"conform", "--sut=series-v1:only=HEAP-2", "--filter=heap-002-*", "--format=json"});
  CHECK(json.code == 1);
  const auto j = nlohmann::json::parse(json.out);
  CHECK(j["cases"][0]["outcome"] == "diverged");
  CHECK(j["candidate"]["name"] == "series-v1:only=HEAP-2");
  CHECK(last_line(json.err).starts_with("reproduce: "));
  CHECK(type({"conform", "--sut=reference", "--filter=heap-002-*", "--format=ktap"})
            .out.starts_with("KTAP version 1\n1..1\nok 1 "));
}

TEST_CASE("conform: a filter that takes nothing compares nothing, which is no pass") {
  CHECK(type({"conform", "--sut=reference", "--filter=no-such-*"}).code == 3);
  CHECK(type({"conform", "--sut=reference", "--filter=no-such-*", "--bisect"}).code == 125);
}

TEST_CASE("conform: bad names are answered before anything runs") {
  struct Row {
    std::vector<std::string> arguments;
    std::string part;
  };
  const std::vector<Row> rows{
      {{"conform", "--sut=refrence"}, "no candidate 'refrence'; expected one of: "},
      {{"conform", "--sut=refrence"}, "did you mean 'reference'?"},
      {{"conform", "--sut=series-v1:only=HEAP-22"}, "HEAP-22"},
      {{"conform", "--suite=haep"}, "no suite 'haep'\n  = expected one of: "},
      {{"conform", "--suites=/nowhere"}, "no folder '/nowhere' with suites"},
      {{"explain", "heap-002-put-nul1"}, "did you mean 'heap-002-put-null'?"},
      {{"trace", "sched-020"}, "is the start of several cases:"},
      {{"replay", "/nowhere/input.bin"}, "cannot read '/nowhere/input.bin'"},
  };
  for (const Row& row : rows) {
    const Seen seen = type(row.arguments);
    CAPTURE(seen.err);
    CHECK(seen.code == 2);
    CHECK(seen.out.empty());
    CHECK(has(seen.err, row.part));
  }
}

TEST_CASE("conform: a file of the suites that cannot be read stops the run, with its place") {
  const Seen seen = type({"conform", "--suites=conformance/selftest/invalid"});
  CHECK(seen.code == 2);
  CHECK(seen.out.empty());
  CHECK(has(seen.err, "conformance/selftest/invalid/"));
  CHECK(has(seen.err, ": error: "));
}

TEST_CASE("conform: expectations decide the exit code, and a bad file of them stops the run") {
  const std::string all = "conformance/selftest/expect/";
  const std::vector<std::string> one{"conform", "--sut=series-v1", "--filter=heap-002*"};
  const auto with = [&](const std::string& file) {
    auto line = one;
    line.push_back("--expect=" + all + file);
    return type(line);
  };
  Seen seen = with("known.yaml");
  CAPTURE(seen.out);
  CHECK(seen.code == 0);
  CHECK(has(seen.out, "1 expected to diverge"));
  seen = with("other-signature.yaml");
  CHECK(seen.code == 1);
  CHECK(has(seen.out, "error of an expectation: heap/heap-002-put-null diverges with"));
  seen = type({"conform", "--sut=reference", "--filter=heap-002*",
               "--expect=" + all + "known.yaml"});
  CHECK(seen.code == 1);
  CHECK(has(seen.out, "take it out"));
  seen = with("bad.yaml");
  CHECK(seen.code == 2);
  CHECK(seen.out.empty());
  CHECK(has(seen.err, all + "bad.yaml:3:12: error: no case is named 'heap/heap-002-put-nul'"));
  CHECK(with("not-there.yaml").code == 2);
}

TEST_CASE("canary: a case that no right driver passes is not let through") {
  const Seen seen = type({"conform", "--sut=reference", "--suites=conformance/selftest/canary"});
  CAPTURE(seen.out);
  CHECK(seen.code == 134);
  CHECK(has(seen.out, "error of the suite: canary/wrong-fact"));
}

TEST_CASE("list: every list prints rows, as text and as JSON") {
  for (const char* list : {"--cases", "--entries", "--rules", "--switches", "--limits",
                           "--candidates", "--events", "--mutants"}) {
    CAPTURE(list);
    const Seen text = type({"list", list});
    CHECK(text.code == 0);
    CHECK(!text.out.empty());
    const auto json = nlohmann::json::parse(type({"list", list, "--format=json"}).out);
    CHECK(json.size() >= 3);
  }
  CHECK(has(type({"list", "--cases"}).out, kCase));
  CHECK(has(type({"list", "--switches"}).out, "SCHED-34"));
}

TEST_CASE("list --entries: every point of the review, with what shows it") {
  const auto json = nlohmann::json::parse(type({"list", "--entries", "--format=json"}).out);
  const auto entry = [&](const std::string& id) {
    for (const auto& one : json) {
      if (one["id"] == id) return one;
    }
    FAIL("no entry " << id);
    return nlohmann::json();
  };
  const auto heap = entry("HEAP-2");
  CHECK(heap["status"] == "decided");
  CHECK(heap["cases"] == nlohmann::json{kCase});
  CHECK(heap["switches"] == nlohmann::json{"HEAP-2"});
  CHECK(entry("HEAP-17")["cases"].empty());
  CHECK_FALSE(entry("HEAP-17")["no_case"].empty());
  CHECK(entry("SCHED-60")["same_as"] == "FW-18");
}

TEST_CASE("explain: an entry, a rule, and a word that is both") {
  const Seen entry = type({"explain", "HEAP-2"});
  CHECK(entry.code == 0);
  CHECK(has(entry.out, "entry HEAP-2"));
  CHECK(has(entry.out, "  case heap/heap-002-put-null: "));
  CHECK(has(entry.out, "switch of series-v1: "));
  const Seen rule = type({"explain", "I1"});
  CHECK(has(rule.out, "rule I1\n  right: "));
  CHECK(has(rule.out, "source: "));
  const Seen both = type({"explain", "FW-25"});
  CHECK(has(both.out, "rule FW-25"));
  CHECK(has(both.out, "entry FW-25"));
}

TEST_CASE("explain: a diverging case shows both traces around the divergence") {
  const Seen seen = type({"explain", kCase, "--sut=series-v1:only=HEAP-2"});
  CAPTURE(seen.out);
  CHECK(seen.code == 1);
  CHECK(has(seen.out, "candidate series-v1:only=HEAP-2: diverged at "));
  CHECK(has(seen.out, "oracle     candidate"));
  CHECK(has(seen.out, " > "));
  CHECK(has(seen.out, "entry HEAP-2"));
  CHECK(last_line(seen.out) ==
        "reproduce: ./protm explain heap/heap-002-put-null --sut=series-v1:only=HEAP-2");
}

TEST_CASE("replay: the YAML case and its bytes give the same verdict and the same trace") {
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path bytes = scratch.file("replay.bin");
  REQUIRE(type({"convert", kFile, "--to=bin", "--output=" + bytes.string()}).code == 0);
  const Seen yaml = type({"replay", kFile, "--sut=series-v1:only=HEAP-2"});
  const Seen binary = type({"replay", bytes.string(), "--sut=series-v1:only=HEAP-2"});
  CAPTURE(yaml.out);
  CAPTURE(binary.out);
  CHECK(yaml.code == 1);
  CHECK(binary.code == 1);
  const auto hash = [](const std::string& text) {
    return text.substr(text.find("trace hash"), std::string("trace hash 0123456789abcdef").size());
  };
  CHECK(hash(yaml.out) == hash(binary.out));
  CHECK(type({"replay", kFile, "--sut=reference"}).code == 0);
}

TEST_CASE("convert: the canonical YAML reads back as itself") {
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path file = scratch.file("convert.yaml");
  const Seen once = type({"convert", kFile});
  CHECK(once.code == 0);
  std::ofstream(file) << once.out;
  CHECK(type({"convert", file.string()}).out == once.out);
  CHECK(type({"convert", kFile, "--explicit"}).out.size() > once.out.size());
}

TEST_CASE("explore: finds a race, and saves a case that replays it") {
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path folder = scratch.file("explore");
  const std::string sut = "--sut=series-v1:only=HEAP-14";
  const Seen seen = type({"explore", "heap-014-find", sut, "--save=" + folder.string()});
  CAPTURE(seen.out);
  CHECK(seen.code == 1);
  CHECK(has(seen.out, "3 of 3 runs of this schedule gave the same trace"));
  CHECK(has(seen.out, "schedule:"));
  const std::string file = (folder / "heap-014-find-races-put.yaml").string();
  CHECK(type({"replay", file, sut}).code == 1);
  CHECK(type({"replay", file, "--sut=reference"}).code == 0);
  const Seen random = type({"explore", "heap-014-find", "--sut=reference", "--pct=2", "--runs=30"});
  CHECK(random.code == 0);
  CHECK(has(random.out, "30 of 30 schedules agreed"));
}

TEST_CASE("explore: put down by its bound and taken up, it counts as in one go") {
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path file = scratch.file("explore.txt");
  const std::vector<std::string> all{"explore", "heap-004-open", "--sut=reference"};
  const Seen whole = type(all);
  CHECK(whole.code == 0);
  std::vector<std::string> part = all;
  part.push_back("--checkpoint=" + file.string());
  std::vector<std::string> first = part;
  first.emplace_back("--runs=7");
  const Seen seven = type(first);
  CHECK(has(seven.out, "7 of 7 schedules agreed"));
  CHECK(has(seven.out, "; not all were run\n"));
  CHECK(type(part).out == whole.out);
  CHECK(type(part).out == whole.out);   // nothing is left to do
  part.emplace_back("--preemptions=1");
  const Seen other = type(part);
  CHECK(other.code == 2);
  CHECK(has(other.err, "is of another exploration"));
  std::ofstream(file) << "no checkpoint\n";
  CHECK(type(first).code == 2);
}

TEST_CASE("explore: bad bounds are refused") {
  CHECK(type({"explore", kCase, "--preemptions=9"}).code == 2);
  CHECK(type({"explore", kCase, "--preemptions=1", "--pct=2"}).code == 2);
  const Seen seen = type({"explore", kCase, "--tasks=tickwork"});
  CHECK(seen.code == 2);
  CHECK(has(seen.err, "did you mean 'tick_work'?"));
}

TEST_CASE("trace: text on stdout, Perfetto in the file") {
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path file = scratch.file("trace.pftrace");
  const Seen seen = type(
      {"trace", "sched-076", "--sut=reference", "--perfetto=" + file.string()});
  CAPTURE(seen.err);
  CHECK(seen.code == 0);
  CHECK(has(seen.out, "protm_active"));
  CHECK(has(last_line(seen.out), "trace hash "));
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK(has(bytes, "PROTM window"));
  CHECK(has(bytes, "PROT_REGION"));
  CHECK(type({"trace", kCase, "--sut=reference"}).out !=
        type({"trace", "sched-076", "--sut=reference", "--full"}).out);
}

TEST_CASE("trace --beside: the oracle's run stands in the file as well, and needs one") {
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path file = scratch.file("beside.pftrace");
  const Seen seen = type({"trace", kCase, "--sut=series-v1:only=HEAP-2", "--beside",
                          "--perfetto=" + file.string()});
  CHECK(seen.code == 0);
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK(has(bytes, "oracle reference"));
  CHECK(has(bytes, "candidate series-v1:only=HEAP-2"));
  CHECK(has(bytes, "verdict"));
  CHECK(type({"trace", kCase, "--beside"}).code == 2);
}

TEST_CASE("explain --svg: only the picture, on stdout or in a file") {
  const Seen seen = type({"explain", kCase, "--sut=series-v1:only=HEAP-2", "--svg"});
  CHECK(seen.code == 1);
  CHECK(seen.out.starts_with("<svg "));
  CHECK(seen.out.ends_with("</svg>\n"));
  const fuzz::ScratchFolder scratch;
  const std::filesystem::path file = scratch.file("explain.svg");
  const Seen to_file = type({"explain", "--svg=" + file.string(), kCase, "--sut=reference"});
  CHECK(to_file.code == 0);
  CHECK(to_file.out.empty());
  CHECK(std::filesystem::file_size(file) > 1000);
}

TEST_CASE("catalogue_checks: catalogue, suites and rules fit together") {
  const auto entries = format::read_catalogue_file(catalogue_file());
  if (!entries) MESSAGE(format::diagnostics_text(entries.error()));
  REQUIRE(entries.has_value());
  runner::Suite all = runner::load_suite(suites_folder({}), {});
  const runner::Suite designs =
      runner::load_suite(std::filesystem::path(suites_folder({})).parent_path() / "designs", {});
  CHECK(all.errors.empty());
  CHECK(designs.errors.empty());
  all.cases.insert(all.cases.end(), designs.cases.begin(), designs.cases.end());
  for (const std::string& wrong : runner::check_catalogue(*entries, all, rule_ids())) {
    FAIL_CHECK(wrong);
  }
}

}  // namespace
}  // namespace protm::cli
