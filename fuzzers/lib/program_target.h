// SPDX-License-Identifier: GPL-2.0-only
// What the targets over Programs share: one candidate, one subject, one reporter for the process.
// A target is then two functions of two lines; the mutator of its engine asks for its subject here.
// Leaves out: targets whose input is no Program. Source: style.md 2.10.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fuzzers/mutator/subject.h"

namespace protm::fuzz {

/// The body of LLVMFuzzerInitialize: makes the candidate of PROTM_SUT, else `candidate`, and runs
/// an empty Program on it. Returns 0.
/// Errors: ends the process with code 2 when the environment is wrong.
int start_target(std::string_view subject, const char* candidate = "series-v1");

/// The body of LLVMFuzzerTestOneInput: any bytes, returns 0. Does not return when there is a
/// finding and nobody collects findings.
int run_target(std::span<const std::uint8_t> bytes);

/// The subject of this process; "stack" before start_target() and for targets without one.
[[nodiscard]] const Subject& target_subject();

}  // namespace protm::fuzz
