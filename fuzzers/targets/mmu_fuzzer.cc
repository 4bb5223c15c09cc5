// SPDX-License-Identifier: GPL-2.0-only
// Covers: VM_BIND in all forms, buffers, mappings of users, PRIME, what jobs read and write
// through them, AS faults, answers of the hardware that are late or missing.
// Does not cover: dma-heaps, tiler heaps, the life of the device.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("mmu");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
