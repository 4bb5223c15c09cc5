// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include <string>

#include "oracle/differential/profile_names.h"

using namespace protm;
using differential::profile_by_name;
using reference::Profile;
using reference::ProfileOf;

TEST_CASE("profiles: a part beside another one keeps all that it does otherwise") {
  // Each member that a part changes has to be known to the joining, or it gets lost there.
  for (const Profile& part : differential::profiles()) {
    if (part.name.empty() || part.of == ProfileOf::firmware) continue;
    const std::string name = differential::joined_profile(part.name, "fw-asks-once");
    CAPTURE(name);
    const Profile* const joined = profile_by_name(name);
    REQUIRE(joined != nullptr);
    Profile want = part;
    want.name = joined->name;
    want.pend_again_on_resume = false;
    CHECK(*joined == want);
    CHECK(std::string(joined->name) == name);
  }
}

TEST_CASE("profiles: names that mean nothing") {
  CHECK(profile_by_name("") == &differential::profiles().front());
  CHECK(profile_by_name("no-such") == nullptr);
  CHECK(profile_by_name("vm-op-waits+") == nullptr);
  CHECK(profile_by_name("+vm-op-waits") == nullptr);
  CHECK(profile_by_name("vm-op-waits+no-such") == nullptr);
  CHECK(profile_by_name("vm-op-waits+vm-op-waits") == nullptr);
  CHECK(profile_by_name("linux-7.x+linux-6.12") == nullptr);
  CHECK(profile_by_name("linux-6.12+vm-op-waits") != nullptr);
  CHECK(profile_by_name("linux-6.12+vm-op-waits") == profile_by_name("linux-6.12+vm-op-waits"));
}

TEST_CASE("profiles: the release of a name") {
  CHECK(differential::release_of("").empty());
  CHECK(differential::release_of("vm-op-waits").empty());
  CHECK(differential::release_of("vm-op-waits+linux-6.12") == "linux-6.12");
  CHECK(profile_by_name("vm-op-waits+linux-6.12")->of == ProfileOf::release);
  CHECK(profile_by_name("vm-op-waits+fw-asks-once")->of == ProfileOf::design);
}
