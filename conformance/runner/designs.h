// SPDX-License-Identifier: GPL-2.0-only
// A run of a suite on a candidate that does not say which way it goes where the review leaves
// several open (catalogue, status `open`): it has to be consistent with one position in each
// question, and the report says with which, or which two cases contradict each other. Of the
// firmware's answers a right driver relies on none. A position other than the posted one is a
// profile of the reference with cases of its own.
// Leaves out: what no run can tell apart. Source: oracle/differential/questions.h.
#pragma once

#include <string>
#include <vector>

#include "conformance/runner/conform.h"

namespace protm::runner {

/// A position that is not the posted one, and the cases that hold under it only.
struct Design {
  std::string profile;
  Suite own;
};

/// The suite as it is run under `profile`: with the cases of the designs in it, and with the
/// firmware's answers of it.
[[nodiscard]] Suite suite_under(const std::string& profile, const std::vector<Design>& designs,
                                Suite suite);

/// conform() as posted. Where cases that hold under the posted position only diverge, those of the
/// other position are tried; where all of these agree, the candidate is taken to follow it, and the
/// result is of the suite under all positions that were found so. A candidate that says what it
/// follows is run under that.
[[nodiscard]] RunResult conform_to_any_design(const Suite& suite,
                                              const std::vector<Design>& designs,
                                              const exec::Candidate& candidate,
                                              const ConformOptions& options);
/// conform() under the positions of `profile`, which the user knows.
[[nodiscard]] RunResult conform_to_design(const Suite& suite, const std::vector<Design>& designs,
                                          const exec::Candidate& candidate,
                                          const std::string& profile,
                                          const ConformOptions& options);

}  // namespace protm::runner
