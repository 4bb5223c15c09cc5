// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/case_tables.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "conformance/format/case_reader.h"
#include "conformance/format/case_words.h"
#include "conformance/format/program_order.h"
#include "conformance/format/text_file.h"
#include "sut-adapters/contract/op_table.h"

using namespace protm::format;

namespace {
constexpr const char* kPage = "docs/case-format.md";
constexpr std::string_view kMark = "<!-- tables: what follows is case_tables_markdown() -->\n\n";
}  // namespace

TEST_CASE("docs: the page of the case format ends in the tables that the code uses") {
  const auto page = read_text_file(kPage);
  REQUIRE(page.has_value());
  const std::size_t mark = page->find(kMark);
  REQUIRE(mark != std::string::npos);
  // With PROTM_UPDATE_DOCS=1 the page is rewritten, and the difference is for review in git.
  if (std::getenv("PROTM_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPage, std::ios::binary)
        << page->substr(0, mark + kMark.size()) << case_tables_markdown();
    return;
  }
  CHECK_MESSAGE(case_tables_markdown() == page->substr(mark + kMark.size()),
                "run the test with PROTM_UPDATE_DOCS=1 to update the page");
  for (const auto& info : protm::contract::node_table()) {
    CHECK(page->find("- `" + std::string(info.name) + "`: " + std::string(info.what)) !=
          std::string::npos);
  }
}

TEST_CASE("docs: every key of a case is on the page") {
  const auto page = read_text_file(kPage);
  REQUIRE(page.has_value());
  const auto has = [&](std::span<const std::string_view> words) {
    for (const std::string_view word : words) {
      const bool as_word = page->find("`" + std::string(word) + "`") != std::string::npos;
      const bool as_key = page->find(std::string(word) + ": ") != std::string::npos;
      CHECK_MESSAGE((as_word || as_key), word);
    }
  };
  has(kCaseKeys);
  has(kFirmwareKeys);
  has(kHeapKeys);
  has(kStepKeys);
  has(kMachineFaultKeys);
  has(kCallFaultKeys);
  has(kFactKinds);
  has(kMachineNumbers);
}

TEST_CASE("docs: the lines about user memory are steps") {
  const auto page = read_text_file(kPage);
  REQUIRE(page.has_value());
  const std::size_t section = page->find("## User memory");
  REQUIRE(section != std::string::npos);
  const std::size_t begin = page->find("```yaml\n", section) + 8;
  const std::size_t end = page->find("```", begin);
  REQUIRE(end != std::string::npos);
  std::string text = "schema: 1\nactors:\n  u:\n    - {id: v, vm_create: {}}\n"
                     "    - {id: bo, bo_create: 4KiB}\n  w:\n";
  std::string lines = page->substr(begin, end - begin);
  for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
    lines.insert(at, "    ");
  }
  text += lines;
  const auto read = read_case("docs/case-format.md", text);
  if (!read) FAIL(diagnostics_text(read.error()));
  CHECK(read->steps.size() == 7);
}

TEST_CASE("docs: the page's example is a case") {
  const auto page = read_text_file(kPage);
  REQUIRE(page.has_value());
  const std::size_t begin = page->find("```yaml\n") + 8;
  const std::size_t end = page->find("```", begin);
  REQUIRE(end != std::string::npos);
  const auto read = read_case("docs/case-format.md", page->substr(begin, end - begin));
  if (!read) FAIL(diagnostics_text(read.error()));
  CHECK(read->steps.size() > 5);
}
