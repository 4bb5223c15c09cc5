// SPDX-License-Identifier: GPL-2.0-only
// A run of a suite on a candidate that does not say which design it follows where the review leaves
// several open (catalogue, status `open`): it has to be consistent with one of them, and the report
// says with which. A design is a profile of the reference with cases of its own.
// Leaves out: combinations of designs; today there is one besides the base.
// Source: cases.md MMU-20.
#pragma once

#include <string>
#include <vector>

#include "conformance/runner/conform.h"

namespace protm::runner {

/// A design, and the cases that hold under it only.
struct Design {
  std::string profile;
  Suite own;
};

/// The suite, with the cases of the design.
[[nodiscard]] Suite with_cases_of(const Design& design, Suite suite);

/// conform() under the base. Where cases diverge and a design's own cases agree, all of them, the
/// candidate is taken to follow that design, and the result is of suite and design under it.
/// A candidate that has a profile is run under that one.
[[nodiscard]] RunResult conform_to_any_design(const Suite& suite,
                                              const std::vector<Design>& designs,
                                              const exec::Candidate& candidate,
                                              const ConformOptions& options);

}  // namespace protm::runner
