// SPDX-License-Identifier: GPL-2.0-only
// Covers: every operation of a Program (dma-heap accessors and device, probe and unbind, ioctls,
// streams, protected regions), faults of the machine and of Host calls, answers of the firmware.
// Does not cover: exploration of schedules, which would make hundreds of runs of each input.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("stack");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
