// SPDX-License-Identifier: GPL-2.0-only
// Covers: dma-heap: registration, look-up, references and allocations in the kernel, the device
// and its ioctl, names, failing allocations, several users of a heap that goes.
// Does not cover: buffers as the driver or PRIME use them; faults of the machine.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("heap");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
