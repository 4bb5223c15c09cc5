// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/uapi_coverage.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "conformance/format/case_reader.h"
#include "conformance/format/text_file.h"
#include "conformance/runner/suite.h"

using namespace protm;

namespace {

constexpr const char* kPage = "docs/uapi-coverage.md";
constexpr std::string_view kMark = "<!-- what follows is uapi_coverage_markdown() -->\n\n";

std::vector<runner::UapiPart> coverage_of_suites() {
  std::vector<contract::Program> programs;
  // What is announced only has its cases beside the suites.
  for (const char* const folder : {"conformance/suites", "conformance/designs"}) {
    const runner::Suite suite = runner::load_suite(folder, {});
    for (const runner::SuiteCase& c : suite.cases) programs.push_back(c.program);
  }
  return runner::uapi_coverage(programs);
}

const runner::UapiPart& part_of(const std::vector<runner::UapiPart>& parts,
                                std::string_view ioctl, std::string_view part) {
  for (const runner::UapiPart& p : parts) {
    if (p.ioctl == ioctl && p.part == part) return p;
  }
  FAIL(ioctl << " has no part " << part);
  return parts.front();
}

}  // namespace

TEST_CASE("uAPI: every part of every ioctl has a case, or a reason why there is none") {
  for (const runner::UapiPart& part : coverage_of_suites()) {
    CAPTURE(part.ioctl);
    CAPTURE(part.part);
    CHECK((!part.cases.empty() || !part.why_none.empty()));
  }
}

TEST_CASE("uAPI: the page of the coverage is what the cases have") {
  const auto page = format::read_text_file(kPage);
  REQUIRE(page.has_value());
  const std::size_t mark = page->find(kMark);
  REQUIRE(mark != std::string::npos);
  const std::string table = runner::uapi_coverage_markdown(coverage_of_suites());
  if (std::getenv("PROTM_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPage, std::ios::binary) << page->substr(0, mark + kMark.size()) << table;
    return;
  }
  CHECK_MESSAGE(table == page->substr(mark + kMark.size()),
                "run the test with PROTM_UPDATE_DOCS=1 to update the page");
}

TEST_CASE("uAPI: a part counts only with the fact that shows it") {
  const auto program = format::read_case("x.yaml", R"(
schema: 1
id: uapi/uapi-001-x
title: x
why: x
entries: [BASE-1]
actors:
  a:
    - {id: f, open: {}}
    - {id: v, vm_create: {}}
    - {id: wrong, vm_destroy: 9}
    - {id: theirs, vm_destroy: {vm: $v, file: $f}}
    - {id: unknown, vm_destroy: {vm: $v, pad: 1}}
    - {id: bad, vm_destroy: {vm: $v, args_memory: [bad_pointer]}}
    - {id: once, vm_destroy: {vm: $v, args_memory: [{change: {value: 1}}]}}
    - {id: stale, vm_destroy: $v}
then:
  - {result: $wrong, is: EINVAL}
  - {result: $theirs, is: EINVAL}
  - {result: $bad, is: EFAULT}
  - {result: $once, is: 0}
  - {result: $stale, is: EINVAL}
)");
  REQUIRE(program.has_value());
  const auto parts = runner::uapi_coverage(std::span(&*program, 1));
  for (const char* const has : {"wrong vm", "other file vm", "fault args", "read once args",
                                "stale vm"}) {
    CAPTURE(std::string(has));
    CHECK(part_of(parts, "vm_destroy", has).cases == std::vector<std::string>{"uapi-001"});
  }
  for (const char* const has_not : {"field pad", "after unbind"}) {
    CAPTURE(std::string(has_not));
    CHECK(part_of(parts, "vm_destroy", has_not).cases.empty());
  }
}
