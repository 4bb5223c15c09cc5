// SPDX-License-Identifier: GPL-2.0-only
// Every case of the suites is read, written and read again without a change.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/program_order.h"
#include "sut-adapters/contract/program_bytes.h"

using namespace protm::format;

namespace {

/// The suites, and the cases that hold in one position only.
std::vector<std::string> all_cases() {
  std::vector<std::string> files;
  for (const char* const folder : {"conformance/suites", "conformance/designs"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("suites: each case reads, and both forms keep it") {
  REQUIRE(std::filesystem::is_directory("conformance/suites"));
  const auto files = all_cases();
  CHECK(files.size() > 0);
  for (const std::string& file : files) {
    const auto read = read_case_file(file);
    if (!read) {
      FAIL_CHECK(diagnostics_text(read.error()));
      continue;
    }
    const auto again = read_case(file, write_case(*read));
    if (!again) FAIL_CHECK(diagnostics_text(again.error()));
    else CHECK_MESSAGE(equal(*again, *read), file << write_case(*read));
    const auto runs = canonical(*read);
    CHECK(equal(canonical(runs), runs));
    CHECK(runs.steps.size() == read->steps.size());
  }
}

TEST_CASE("program_of_bytes: each case comes back whole, and damaged bytes are refused") {
  for (const std::string& file : all_cases()) {
    const auto read = read_case_file(file);
    if (!read) continue;
    auto bytes = protm::contract::program_bytes(*read);
    const auto again = protm::contract::program_of_bytes(bytes);
    REQUIRE_MESSAGE(again.has_value(), file);
    CHECK_MESSAGE(equal(*again, *read), file);
    bytes.pop_back();
    CHECK(!protm::contract::program_of_bytes(bytes).has_value());
    bytes.resize(bytes.size() + 2);
    CHECK(!protm::contract::program_of_bytes(bytes).has_value());
    bytes.front() ^= std::byte{1};
    CHECK(!protm::contract::program_of_bytes(bytes).has_value());
  }
}

TEST_CASE("suites: no two cases have one id") {
  std::map<std::string, std::string> file_of;
  for (const std::string& file : all_cases()) {
    const auto read = read_case_file(file);
    if (!read) continue;
    const std::string& first = file_of.emplace(read->id, file).first->second;
    CHECK_MESSAGE(first == file, file << " and " << first << " have the id " << read->id);
  }
}
