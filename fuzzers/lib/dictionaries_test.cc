// SPDX-License-Identifier: GPL-2.0-only
// The committed dictionaries are what the tables say; PROTM_UPDATE_DOCS=1 writes them anew.
#include "fuzzers/lib/dictionaries.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzzers/lib/binary_check.h"

using namespace protm;

namespace {

void holds(const std::string& file, const std::string& text) {
  const std::string path = "fuzzers/dictionaries/" + file;
  if (std::getenv("PROTM_UPDATE_DOCS") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream in(path, std::ios::binary);
  const std::string there{std::istreambuf_iterator<char>(in), {}};
  CHECK_MESSAGE(there == text, path << " is stale; run this test with PROTM_UPDATE_DOCS=1");
}

}  // namespace

TEST_CASE("dictionaries: the files are what the tables say") {
  holds("program.dict", fuzz::program_dictionary());
  holds("yaml.dict", fuzz::yaml_dictionary());
}

TEST_CASE("dictionaries: every operation is there, and words need no escape that is wrong") {
  const std::string program = fuzz::program_dictionary(), yaml = fuzz::yaml_dictionary();
  CHECK(program.find("\ngroup_submit=\"") != std::string::npos);
  CHECK(program.find("\nheap_put_null=\"") != std::string::npos);
  CHECK(yaml.find("\n\"prot_region\"\n") != std::string::npos);
  CHECK(yaml.find("\n\"\\x0a  \"\n") != std::string::npos);
}

TEST_CASE("check_binary_form: nothing is wrong with any bytes") {
  std::uint8_t bytes[64] = {};
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    for (std::uint32_t k = 0; k < sizeof(bytes); ++k) {
      bytes[k] = static_cast<std::uint8_t>((i * 2654435761u) >> (k % 24));
    }
    CHECK(fuzz::broken_promise(bytes).empty());
  }
}
