// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/designs.h"

#include <doctest/doctest.h>

#include "conformance/runner/report.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/capability.h"

namespace protm::runner {
namespace {

constexpr const char* kWaits = "vm-op-waits";

Suite sessions() {
  Suite suite = load_suite("conformance/suites", {.suite = "mmu", .pattern = "MMU-20"});
  REQUIRE(suite.errors.empty());
  REQUIRE(!suite.cases.empty());
  return suite;
}

std::vector<Design> designs() {
  Suite own = load_suite("conformance/designs/vm-op-waits/suites", {});
  REQUIRE(own.errors.empty());
  REQUIRE(!own.cases.empty());
  return {{kWaits, std::move(own)}};
}

/// One that waits for the end of a session and does not say so.
exec::Candidate silent() {
  exec::Candidate c = differential::reference(kWaits);
  c.profile.clear();
  c.capabilities = c.capabilities | contract::Capability::forced_exit;
  return c;
}

TEST_CASE("designs: a driver whose VM operations wait diverges from the base, and is told so") {
  const Suite suite = sessions();
  CHECK(conform(suite, silent(), {}).count(Outcome::diverged) > 0);
  const RunResult result = conform_to_any_design(suite, designs(), silent(), {});
  CHECK(result.profile == kWaits);
  CHECK(result.count(Outcome::diverged) == 0);
  CHECK(result.count(Outcome::agreed) > 0);
  CHECK(result.count(Outcome::skipped) > 0);   // what forced exits are asked for
  REQUIRE(result.designs.size() == 2);
  CHECK(result.designs[0].profile.empty());
  CHECK(result.designs[0].diverged > 0);
  CHECK(report_text(result).find("designs: the base 1 diverged, vm-op-waits 0: as vm-op-waits") !=
        std::string::npos);
  CHECK(report_json(result).find("\"designs\"") != std::string::npos);
}

TEST_CASE("designs: each case of a design fails where the design is another one") {
  for (const Design& design : designs()) {
    const RunResult other = conform(design.own, differential::with_profile(
                                                    differential::reference(), design.profile), {});
    CHECK(other.count(Outcome::diverged) == design.own.cases.size());
    const RunResult right = conform(design.own, differential::reference(design.profile), {});
    CHECK(right.count(Outcome::agreed) == design.own.cases.size());
    CHECK(right.suite_errors.empty());
  }
}

TEST_CASE("designs: what has another defect keeps to the base") {
  const Suite suite = load_suite("conformance/suites", {.suite = {}, .pattern = "SCHED-20"});
  auto posted = differential::default_registry().parse("series-v1:only=SCHED-20");
  REQUIRE(posted.has_value());
  const RunResult result = conform_to_any_design(suite, designs(), *posted, {});
  CHECK(result.profile.empty());
  CHECK(result.count(Outcome::diverged) > 0);
  CHECK(report_text(result).find(": as the base") != std::string::npos);
  // A filter that leaves no case of a design has not tried it.
  CHECK(conform_to_any_design(suite, {{kWaits, {}}}, *posted, {}).designs.empty());
}

TEST_CASE("designs: one that diverges nowhere, or says its profile, is run once") {
  const exec::Candidate base = differential::reference();
  CHECK(conform_to_any_design(sessions(), designs(), base, {}).designs.empty());
  const RunResult said =
      conform_to_any_design(sessions(), designs(), differential::reference(kWaits), {});
  CHECK(said.profile == kWaits);
  CHECK(said.designs.empty());
}

}  // namespace
}  // namespace protm::runner
