// SPDX-License-Identifier: GPL-2.0-only
// Covers: which task goes on at which lock, reference, register access or wake-up, in a few fixed
// Programs (fuzzers/mutator/scenarios.h): the input says nothing but the schedule.
// Does not cover: anything else; what a finding needs beside its schedule is always there.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("schedule");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
