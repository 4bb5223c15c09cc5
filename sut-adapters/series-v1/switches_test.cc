// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/switches.h"

#include <doctest/doctest.h>

#include <set>

namespace protm::v1 {
namespace {

TEST_CASE("switches: the table is in the order of the bits and names each id once") {
  std::set<std::string_view> ids;
  SwitchMask bits = 0;
  for (const SwitchInfo& s : switch_table()) {
    CHECK(ids.insert(s.id).second);
    CHECK(static_cast<std::size_t>(s.value) == ids.size() - 1);
    CHECK_FALSE(s.what.empty());
    bits |= switch_bit(s.value);
  }
  CHECK(bits == kAllSwitches);
  for (const UnmodelledDefect& d : not_yet_modelled()) {
    CAPTURE(d.id);
    CHECK(ids.insert(d.id).second);
  }
  for (const HiddenDefect& d : cannot_show()) {
    CAPTURE(d.id);
    CHECK(ids.insert(d.id).second);
    CHECK_FALSE(d.why.empty());
  }
}

TEST_CASE("switches: every form of the option text parses") {
  CHECK(parse_options("")->switches == kAllSwitches);
  CHECK(parse_options("none")->switches == 0);
  CHECK(parse_options("only=SCHED-20")->switches == switch_bit(Switch::sched_20));
  CHECK(parse_options("only=HEAP-2,KBO-8")->switches ==
        (switch_bit(Switch::heap_2) | switch_bit(Switch::kbo_8)));
  CHECK(parse_options("without=FW-25")->switches ==
        (kAllSwitches & ~switch_bit(Switch::fw_25)));
}

TEST_CASE("switches: the text of options parses back to them") {
  const auto round = [](SwitchMask bits) {
    const Options options{.switches = bits};
    const auto back = parse_options(options_text(options));
    REQUIRE(back.has_value());
    CHECK(back->switches == bits);
  };
  // Every pair on, and every pair off.
  for (const SwitchInfo& a : switch_table()) {
    for (const SwitchInfo& b : switch_table()) {
      const SwitchMask pair = switch_bit(a.value) | switch_bit(b.value);
      round(pair);
      round(kAllSwitches & ~pair);
    }
  }
  round(0);
  round(kAllSwitches);
}

TEST_CASE("switches: the first patches bring their own defects only") {
  CHECK(switches_of_patches(kPatchCount) == kAllSwitches);
  CHECK(switches_of_patches(1) ==
        (switch_bit(Switch::heap_2) | switch_bit(Switch::heap_3) | switch_bit(Switch::heap_4)));
  const auto four = parse_options("patches=1-4");
  REQUIRE(four.has_value());
  CHECK(four->patches == 4);
  CHECK((four->switches & switch_bit(Switch::kbo_8)) != 0);
  CHECK((four->switches & switch_bit(Switch::sched_20)) == 0);
  CHECK(parse_options("patches=1-7:none")->switches == 0);
  CHECK(parse_options("patches=1-2:only=HEAP-2,SCHED-20")->switches ==
        switch_bit(Switch::heap_2));
  for (const char* text : {"patches=1-3", "patches=1-7:none", "patches=1-4:only=KBO-8"}) {
    CHECK(options_text(*parse_options(text)) == text);
  }
  CHECK(options_text(*parse_options("patches=1-8")).empty());
  for (const char* text : {"patches=1-9", "patches=1-", "patches=1-0", "patches=1-34"}) {
    CHECK_FALSE(parse_options(text).has_value());
  }
}

TEST_CASE("switches: a wrong name is quoted, with what was expected and the nearest one") {
  const auto id = parse_options("only=SCHED-21");
  REQUIRE_FALSE(id.has_value());
  CHECK(id.error().starts_with(
      "series-v1: no switch 'SCHED-21'; expected one of: HEAP-2, HEAP-3, HEAP-4, HEAP-14, "));
  for (const SwitchInfo& s : switch_table()) {
    CHECK(id.error().find(std::string(s.id)) != std::string::npos);
  }
  CHECK(id.error().ends_with("; did you mean 'SCHED-20'?"));
  const auto word = parse_options("nome");
  REQUIRE_FALSE(word.has_value());
  CHECK(word.error() ==
        "series-v1: unknown option 'nome'; expected one of: none, only=ID[,ID], without=ID[,ID], "
        "patches=1-N; did you mean 'none'?");
  CHECK_FALSE(parse_options("only=").has_value());
  CHECK_FALSE(parse_options("without=HEAP-2,").has_value());
}

}  // namespace
}  // namespace protm::v1
