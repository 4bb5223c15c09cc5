// SPDX-License-Identifier: GPL-2.0-only
// Covers: groups and queues of all priorities, more of them than slots, protected regions,
// time-outs, sleep, machines with few slots, answers that are late or missing.
// Does not cover: raw ioctls, heaps, mappings of users, the life of the device.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>

#include "fuzzers/lib/program_target.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return protm::fuzz::start_target("sched");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return protm::fuzz::run_target({data, size});
}
