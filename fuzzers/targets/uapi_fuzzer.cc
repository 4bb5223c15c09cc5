// SPDX-License-Identifier: GPL-2.0-only
// Covers: every ioctl of the render node and of the heap device with odd structs, pointers that
// fault, memory that changes under the kernel, raw numbers in place of handles.
// Does not cover: faults of the machine, load and unbind.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("uapi");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
