// SPDX-License-Identifier: GPL-2.0-only
// The candidates of this build: the reference, the mutants of the reference, and what the adapters
// offer. Command line, fuzz targets, benchmarks and tests share this one registry.
// Source: design.md section 7, decisions.md 21.
#pragma once

#include "oracle/differential/profile_names.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/executor/candidate.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::differential {

/// All kinds of candidate, for `--sut=`.
[[nodiscard]] exec::Registry default_registry();
/// The oracle itself, in one of the reference's profiles; "" is the 7.x base.
/// Errors: aborts when the reference has no such profile.
[[nodiscard]] exec::Candidate reference(std::string_view profile = "");
/// The candidate, taken to do what a profile of the reference says; "" is the 7.x base. A design
/// that a profile has another way is no capability of it.
/// Errors: aborts when the reference has no such profile.
[[nodiscard]] exec::Candidate with_profile(exec::Candidate candidate, std::string_view profile);
/// The Program with the firmware's answers of a profile, where its machine names none of its own.
/// Errors: aborts when the reference has no such profile.
[[nodiscard]] contract::Program asked_under(contract::Program program, std::string_view profile);
/// The oracle that is right for `candidate`: its profile, and a kernel that ticks alike.
[[nodiscard]] exec::Candidate oracle_for(const exec::Candidate& candidate);

}  // namespace protm::differential
