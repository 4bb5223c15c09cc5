// SPDX-License-Identifier: GPL-2.0-only
// A finding becomes part of the repository: a case that keeps the defect from coming back, and an
// input that a fuzzer starts from, with a line that says where it came from. Both or nothing, and
// nothing that was there is written over.
// Leaves out: what a case says besides its steps; whoever promotes has put that into the Program.
// Source: style.md 2.10 (a finding is closed by moving it).
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "fuzzers/lib/findings.h"

namespace protm::fuzz {

struct PromoteOptions {
  std::string suites;   ///< folder with a folder for each area
  std::string corpus;   ///< folder with a folder for each target
  std::string target = "stack_fuzzer";
};

struct PromotedTo {
  std::string case_file, corpus_file, provenance_file;
};

/// What a case needs to run, for one that was found: what its steps need, and a driver.
[[nodiscard]] std::uint32_t case_requires(const contract::Program& program);

/// Writes `program` (with id, entries, title and why) as a case and as an input.
/// Errors: a sentence that names the file which is there already or cannot be written.
[[nodiscard]] tl::expected<PromotedTo, std::string> promote(const contract::Program& program,
                                                            const FindingAbout& about,
                                                            const PromoteOptions& options);

}  // namespace protm::fuzz
