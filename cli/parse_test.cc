// SPDX-License-Identifier: GPL-2.0-only
// Bad command lines, with the whole text that a user sees. Nothing may run after any of them.
#include "cli/parse.h"

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

namespace protm::cli {
namespace {

struct Read {
  Parsed parsed;
  std::string out, err;
};

Read read(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Read seen;
  seen.parsed = parse(arguments, {out, err});
  seen.out = out.str();
  seen.err = err.str();
  return seen;
}

TEST_CASE("parse: bad input names the nearest right one, and nothing is to be run") {
  struct Row {
    std::vector<std::string> arguments;
    std::string err;
  };
  const std::vector<Row> rows{
      {{"confrom"},
       "protm: error: no command 'confrom'\n  = expected one of: conform, agree, explore, fuzz, "
       "list, explain, trace, shrink, replay, findings, convert, time-to-find; "
       "did you mean 'conform'?\n"},
      {{"conform", "--stu=reference"},
       "protm: error: conform has no option '--stu'\n  = expected one of: --sut, --suite, "
       "--filter, --format, --suites, --machine, --profile, "
       "--expect, --attribute, --bisect; did you mean '--sut'?\n"},
      {{"conform", "--format=jason"},
       "protm: error: --format cannot be 'jason'\n  = expected one of: text, json, junit, ktap; "
       "did you mean 'json'?\n"},
      {{"list", "--format=ktap"},
       "protm: error: --format cannot be 'ktap'\n  = expected one of: text, json\n"},
      {{"list", "--rules", "--cases"}, "protm: error: list prints one list at a time\n"},
      {{"list", "--rulse"},
       "protm: error: list has no option '--rulse'\n  = expected one of: --cases, --entries, "
       "--rules, --switches, --limits, --candidates, --events, --mutants, --machines, "
       "--profiles, --format, --suites; did "
       "you mean '--rules'?\n"},
      {{"explain"}, "protm: error: explain needs a case, a rule or an entry\n"},
      {{"replay", "a.yaml", "b.yaml"},
       "protm: error: replay takes no 'b.yaml' behind a file\n"},
      {{"agree", "--seeds=1"},
       "protm: error: agree has no option '--seeds'\n  = expected one of: --sut, --seed, --count, "
       "--save, --findings, --scope, --kcov, --lcov, --corpus, --format, --bisect; did you mean "
       "'--seed'?\n"},
      {{"agree", "--format=json"},
       "protm: error: --format cannot be 'json'\n  = expected one of: text, markdown\n"},
      {{"conform", "heap"}, "protm: error: conform takes no 'heap'\n"},
      {{"convert", "a.yaml", "--to=xml"},
       "protm: error: --to cannot be 'xml'\n  = expected one of: yaml, bin\n"},
      {{"--attribute", "conform", "--nothing"},
       "protm: error: conform has no option '--attribute'\n"},
  };
  for (const Row& row : rows) {
    const Read seen = read(row.arguments);
    CHECK(seen.parsed.options.command.empty());
    CHECK(seen.parsed.exit_code == 2);
    CHECK(seen.out.empty());
    if (row.arguments.front() == "--attribute") {
      CHECK_MESSAGE(seen.err.find("--attribute") != std::string::npos,
                    "an option before the command is not dropped in silence");
    } else {
      CHECK(seen.err == row.err);
    }
  }
}

TEST_CASE("parse: an option without its value is an error") {
  const Read seen = read({"conform", "--sut"});
  CHECK(seen.parsed.exit_code == 2);
  CHECK(seen.err.find("--sut") != std::string::npos);
}

TEST_CASE("parse: help goes to stdout, fits one screen and names every command") {
  for (const auto& line : {std::vector<std::string>{"--help"}, {"help"}}) {
    const Read seen = read(line);
    CHECK(seen.parsed.exit_code == 0);
    CHECK(seen.err.empty());
    CHECK(std::count(seen.out.begin(), seen.out.end(), '\n') <= 24);
    for (const char* word : {"conform", "agree", "list", "explain", "replay", "convert", "trace",
                             "shrink", "findings", "COMMAND --help", "exit codes"}) {
      CHECK_MESSAGE(seen.out.find(word) != std::string::npos, word);
    }
    CHECK(seen.out.find("--sut") == std::string::npos);
  }
  CHECK(read({}).parsed.exit_code == 2);
}

TEST_CASE("parse: the help of a command names every option that it takes, and no other command") {
  for (const char* command : {"conform", "agree", "list", "explain", "replay", "convert", "trace",
                              "shrink", "findings"}) {
    CAPTURE(command);
    const Read seen = read({command, "--help"});
    CHECK(seen.parsed.exit_code == 0);
    CHECK(seen.out.find(std::string("\n  ") + command) != std::string::npos);
    CHECK(seen.out.find("exit codes") == std::string::npos);
    // What a wrong option is told to be instead is the grammar's own list.
    const Read wrong = read({command, "--no-such-option"});
    const std::size_t list = wrong.err.find("  = expected");
    REQUIRE(list != std::string::npos);
    std::string words = wrong.err.substr(list);
    words = words.substr(0, std::min(words.find(';'), words.find('\n')));
    for (std::size_t at = words.find("--"); at != words.npos; at = words.find("--", at + 2)) {
      const std::string option = words.substr(at, words.find_first_of(",' ", at) - at);
      CHECK_MESSAGE(seen.out.find(option) != std::string::npos, option);
    }
  }
}

TEST_CASE("parse: options arrive as they were typed") {
  const Options o = read({"conform", "--sut=series-v1:only=HEAP-2,KBO-8", "--suite", "heap",
                          "--filter=heap-00*", "--format=junit", "--attribute", "--bisect"})
                        .parsed.options;
  CHECK(o.command == "conform");
  CHECK(o.sut == "series-v1:only=HEAP-2,KBO-8");
  CHECK(o.suite == "heap");
  CHECK(o.filter == "heap-00*");
  CHECK(o.format == "junit");
  CHECK(o.attribute);
  CHECK(o.bisect);
  const Options t =
      read({"trace", "heap/heap-002-put-null", "--full", "--perfetto=/tmp/x"}).parsed.options;
  CHECK(t.target == "heap/heap-002-put-null");
  CHECK(t.full);
  CHECK(t.output == "/tmp/x");
  CHECK(t.sut == "series-v1");
  CHECK(read({"list", "--switches"}).parsed.options.what == "switches");
  CHECK(read({"list"}).parsed.options.what == "cases");
}

}  // namespace
}  // namespace protm::cli
