// SPDX-License-Identifier: GPL-2.0-only
// Covers: every operation of a Program (dma-heap accessors and device, probe and unbind, ioctls,
// streams, protected regions), faults of the machine and of Host calls, answers of the firmware.
// Does not cover: explicit schedules, suspend, two opens at the same instant of time.
// Candidate: PROTM_SUT, else series-v1 with all its defects. With PROTM_FIND only findings whose
// signature has one of its words (with commas between them) count; PROTM_FINDINGS: see reporter.h.
#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include "fuzzers/lib/reporter.h"

namespace {

const protm::exec::Candidate& candidate() {
  static const protm::exec::Candidate sut =
      protm::fuzz::candidate_from_environment("series-v1");
  return sut;
}

protm::fuzz::StackCheck& stack() {
  static protm::fuzz::StackCheck check(candidate());
  return check;
}

protm::fuzz::Reporter& reporter() {
  static protm::fuzz::Reporter result = protm::fuzz::reporter_from_environment(candidate());
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  stack();
  reporter();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto finding = stack().check({data, size});
  reporter().ran({data, size}, finding);
  return 0;
}
