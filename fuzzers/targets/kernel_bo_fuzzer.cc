// SPDX-License-Identifier: GPL-2.0-only
// Covers: buffers that the driver makes for itself: suspend buffers, protected ones of a heap,
// ring buffers, tiler heaps; failing and short allocations, heaps that are not there.
// Does not cover: buffers of users and their mappings (mmu_fuzzer); faults of the machine.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("kernel_bo");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
