// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/store.h"


#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "fuzzers/campaign/campaign.h"
#include "fuzzers/campaign/status.h"
#include "fuzzers/lib/scratch_folder.h"

namespace protm::fuzz {
namespace {

struct Scratch : ScratchFolder {
  [[nodiscard]] std::unique_ptr<Store> open() const {
    auto store = Store::open(path + "/campaign.sqlite");
    REQUIRE(store.has_value());
    return std::move(*store);
  }
};

const WorkerPage kPage{100, 5'000'000'000, {{"a.b", "I1", 3, 7, 1}}};

TEST_CASE("Store: pages replace themselves and add up over processes, also in another process") {
  const Scratch scratch;
  {
    const auto store = scratch.open();
    store->begin_session();
    store->set_page("page-w0-1", {50, 1, {{"a.b", "I1", 1, 7, 1}}});
    store->set_page("page-w0-1", kPage);
    store->set_page("page-w1-2", {10, 2, {{"a.b", "I1", 2, 1, 1}}});
    CHECK(store->notice("a.b", "I1"));
    CHECK_FALSE(store->notice("a.b", "I1"));
  }
  const auto store = scratch.open();
  CHECK(store->totals().runs == 110);
  CHECK(store->totals().cpu_ns == 5'000'000'002);
  REQUIRE(store->findings().size() == 1);
  CHECK(store->findings()[0].count == 5);
  CHECK(store->findings()[0].first_total == 110);
  CHECK(store->findings()[0].state == FindingState::fresh);
}

TEST_CASE("Store: what a killed session has seen is new until a session ends in order") {
  const Scratch scratch;
  scratch.open()->begin_session();
  const auto first = scratch.open();
  first->begin_session();
  first->notice("a.b", "I1");
  const auto second = scratch.open();   // the first one was killed
  second->begin_session();
  CHECK(second->findings()[0].is_new);
  second->end_session();
  CHECK_FALSE(second->findings()[0].is_new);
}

TEST_CASE("exit_code_of: a harness fault, then a new finding, then what makes silence worthless") {
  const Scratch scratch;
  const auto store = scratch.open();
  store->begin_session();
  CHECK(exit_code_of(*store) == 0);
  store->set_canary({.candidate = "mutant:x", .build = "1", .found = false, .signature = {}});
  CHECK(exit_code_of(*store) == 3);
  store->set_canary({.candidate = "mutant:x", .build = "1", .found = true, .signature = "s"});
  CHECK(exit_code_of(*store) == 0);
  store->trouble({.worker = "w0", .what = "ended by signal 9"});
  CHECK_MESSAGE(exit_code_of(*store) == 0, "an engine that was started again is no verdict");
  store->trouble({.worker = "w0", .what = "no execution in 120 s", .stood_still = true});
  CHECK(exit_code_of(*store) == 3);
  store->notice("a.b", "I1");
  store->followed_up("a.b", FindingState::kept, 3);
  CHECK(exit_code_of(*store) == 1);
  store->notice("c.d", "I1");
  store->followed_up("c.d", FindingState::does_not_repeat, 1);
  CHECK(exit_code_of(*store) == 134);
  store->end_session();
  CHECK(exit_code_of(*store) == 0);
}

TEST_CASE("exit_code_of: a death of the target counts, as a finding when each replay dies") {
  const Scratch scratch;
  const auto store = scratch.open();
  store->begin_session();
  store->crashed({.name = "crash-1", .worker = "w0"});
  CHECK(exit_code_of(*store) == 0);
  store->crashed({.name = "crash-1", .worker = "w0", .replays = 3, .followed_up = true});
  CHECK(exit_code_of(*store) == 1);
  store->crashed({.name = "crash-2", .worker = "w0", .replays = 2, .followed_up = true});
  CHECK(exit_code_of(*store) == 134);
}

TEST_CASE("status: text names what is missed and what does not repeat; JSON has the same") {
  const Scratch scratch;
  const auto store = scratch.open();
  store->begin_session();
  store->set_fact("candidate", "series-v1");
  CHECK(status_text(*store, "out").find("canaries: NONE RUN") != std::string::npos);
  store->set_page("page-w0-1", kPage);
  store->set_canary({.candidate = "mutant:x", .build = "1", .found = false, .signature = {},
                     .runs = 9, .cpu_ns = 61'000'000'000, .budget_ns = 60'000'000'000});
  store->notice("a.b", "I1");
  store->followed_up("a.b", FindingState::does_not_repeat, 1);
  const std::string text = status_text(*store, "out");
  CHECK(text.find("mutant:x: MISSED in 9 runs, 61.0 s CPU of 60.0 s") != std::string::npos);
  CHECK(text.find("DOES NOT REPEAT, 1 of 3 replays; seen 3 times") != std::string::npos);
  const auto json = nlohmann::json::parse(status_json(*store, "out"));
  CHECK(json["executions"] == 100);
  CHECK(json["canaries"][0]["found"] == false);
  CHECK(json["findings"][0]["state"] == "DOES NOT REPEAT");
}

TEST_CASE("Store: a folder without a campaign is said") {
  const Scratch scratch;
  CHECK(Store::look(scratch.path + "/none.sqlite").error().starts_with("no campaign in '"));
  CHECK(Store::open(scratch.path + "/a/b/c").error().starts_with("cannot open the campaign '"));
}

}  // namespace
}  // namespace protm::fuzz
