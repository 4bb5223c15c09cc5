// SPDX-License-Identifier: GPL-2.0-only
// Covers: load, boot, reset and sleep with firmware images that are cut short or have odd
// PROT sections, with and without a protected heap; faults of a booting machine.
// Does not cover: damage in the middle of an image, for which a Program has no bytes.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("firmware_image");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
