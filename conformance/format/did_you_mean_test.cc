// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/did_you_mean.h"

#include <doctest/doctest.h>

#include <array>

using namespace protm::format;

TEST_CASE("edit_distance: single edits count one") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("vm_create", "vm_creat") == 1);
  CHECK(edit_distance("vm_craete", "vm_create") == 1);
  CHECK(edit_distance("PROTM_ENTR", "PROTM_ENTER") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("nearest: only what may be a slip is offered") {
  constexpr std::array<std::string_view, 3> kWords{"boot", "heap", "faults"};
  CHECK(nearest("bott", kWords) == "boot");
  CHECK(nearest("fault", kWords) == "faults");
  CHECK_FALSE(nearest("machine", kWords).has_value());
  CHECK_FALSE(nearest("b", std::array<std::string_view, 1>{"a"}).has_value());
}

TEST_CASE("expected_words: a long list is cut short only when the near word is known") {
  std::vector<std::string_view> words(20, "word");
  words[19] = "protm_active";
  CHECK(expected_words("protm_activ", words) ==
        "expected one of 20 words such as word, word, word; did you mean 'protm_active'?");
  CHECK(expected_words("zzzzzzzzz", words).find("protm_active") != std::string::npos);
}
