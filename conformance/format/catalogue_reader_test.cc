// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/catalogue_reader.h"

#include <doctest/doctest.h>

using namespace protm::format;

TEST_CASE("read_catalogue: entries with all keys") {
  const auto read = read_catalogue("c.yaml", R"(schema: 1
entries:
  - id: HEAP-2
    title: put of NULL
    source: review of 1/8
    right: does nothing
    v1: crashes
    status: decided
    needs: plain
    rules: [sut/oops, 'result/heap_put_null']
  - {id: L-SCHED-3, source: [a mail, another], right: x, status: style-only, kernel_symbol: f,
     same_as: HEAP-2, no_case: a name}
)");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK(read->at(0).rules == std::vector<std::string>{"sut/oops", "result/heap_put_null"});
  CHECK(read->at(0).needs == std::vector<std::string>{"plain"});
  CHECK(read->at(1).source == "a mail; another");
  CHECK(status_word(read->at(1).status) == "style-only");
  CHECK(read->at(1).same_as == "HEAP-2");
  CHECK(read->at(1).no_case == "a name");
  CHECK(read->at(1).line == 11);
}

TEST_CASE("read_catalogue: all errors are reported, in the order of the file") {
  const auto read = read_catalogue("c.yaml", R"(schema: 1
entries:
  - {id: HEAP-2, source: s, right: r, status: decide}
  - {id: HEAP-2, sorce: s, right: r, status: open}
  - {id: heap2, source: s, status: open}
)");
  REQUIRE_FALSE(read.has_value());
  CHECK(diagnostics_text(read.error()) ==
        R"(c.yaml:3:47: error: 'status' is 'decide'
    3 |   - {id: HEAP-2, source: s, right: r, status: decide}
      |                                               ^~~~~~
      = expected one of: decided, open, style-only, announced, own; did you mean 'decided'?
c.yaml:4:5: error: 'entry' lacks the key 'source'
    4 |   - {id: HEAP-2, sorce: s, right: r, status: open}
      |     ^
      = expected 'source'
c.yaml:4:10: error: a second entry 'HEAP-2'
    4 |   - {id: HEAP-2, sorce: s, right: r, status: open}
      |          ^~~~~~
      = expected each id once; the first is in line 3
c.yaml:4:18: error: 'entry' has no key 'sorce'
    4 |   - {id: HEAP-2, sorce: s, right: r, status: open}
      |                  ^~~~~
      = expected one of: )"
        "id, title, source, right, v1, status, needs, rules, kernel_symbol, "
        "same_as, no_case, due; "
        "did you mean 'source'?\n"
        R"(c.yaml:5:5: error: 'entry' lacks the key 'right'
    5 |   - {id: heap2, source: s, status: open}
      |     ^
      = expected 'right'
c.yaml:5:10: error: entry id 'heap2'
    5 |   - {id: heap2, source: s, status: open}
      |          ^~~~~
      = expected a form such as HEAP-2
)");
}

TEST_CASE("read_catalogue: a file that is not there is an error, not a crash") {
  const auto read = read_catalogue_file("conformance/no-such-file.yaml");
  REQUIRE_FALSE(read.has_value());
  CHECK(diagnostics_text(read.error()) ==
        "conformance/no-such-file.yaml:1:1: error: the file cannot be read\n"
        "      = expected a readable file\n");
}

TEST_CASE("read_catalogue: the project's own catalogue has no error") {
  const auto read = read_catalogue_file("conformance/catalogue.yaml");
  if (!read) FAIL(diagnostics_text(read.error()));
  CHECK(read->size() > 50);
}
