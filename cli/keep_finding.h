// SPDX-License-Identifier: GPL-2.0-only
// A divergence nobody knows yet becomes a small case in a folder of its own; used by the commands
// that run Programs somebody did not write.
// Leaves out: the folder itself (fuzzers/lib/findings.h). Source: design.md section 9.
#pragma once

#include <cstdint>
#include <string>

#include "cli/run.h"
#include "oracle/differential/differential.h"

namespace protm::cli {

enum class Kept : std::uint8_t { written, known, does_not_repeat, failed };

/// Makes `program`, which shows `signature`, small with at most `most_runs` runs and adds it to
/// `folder`. Says on the diagnostics what became of it; `origin` names the Program there.
Kept keep_finding(differential::Differential& differential, const contract::Program& program,
                  const std::string& signature, const std::string& origin,
                  const std::string& folder, std::uint32_t most_runs, Console console);

}  // namespace protm::cli
