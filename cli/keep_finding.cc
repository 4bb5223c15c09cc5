// SPDX-License-Identifier: GPL-2.0-only
#include "cli/keep_finding.h"

#include <ostream>

#include "cli/commands.h"
#include "fuzzers/lib/findings.h"

namespace protm::cli {

Kept keep_finding(differential::Differential& differential, const contract::Program& program,
                  const std::string& signature, const std::string& origin,
                  const std::string& folder, std::uint32_t most_runs, Console console) {
  const fuzz::FindingFolder findings(folder);
  if (findings.knows(signature)) return Kept::known;
  const fuzz::FollowedUp seen = fuzz::follow_up(differential, program, origin, most_runs);
  if (!seen.finding) {
    console.err << origin << ": does not show it each time: a fault of the harness\n";
    return Kept::does_not_repeat;
  }
  const auto added = findings.add(*seen.finding);
  if (!added) {
    bad_input(console, added.error());
    return Kept::failed;
  }
  console.err << "new finding: " << findings.folder_of(seen.finding->signature) << ": "
              << program.steps.size() << " steps made " << seen.finding->program.steps.size()
              << "\n";
  return Kept::written;
}

}  // namespace protm::cli
