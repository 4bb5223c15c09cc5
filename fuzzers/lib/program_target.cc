// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/program_target.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include "conformance/format/binary.h"
#include "fuzzers/lib/coverage.h"
#include "fuzzers/lib/reporter.h"
#include "fuzzers/lib/stack_check.h"

namespace protm::fuzz {
namespace {

/// The one target of this process. Engines take functions without an argument of ours.
struct Target {
  const Subject* subject;
  exec::Candidate candidate;
  StackCheck check;
  Reporter reporter;
};

const Subject* subject_of_process = nullptr;

std::unique_ptr<Target>& target() {
  static std::unique_ptr<Target> only;
  return only;
}

}  // namespace

const Subject& target_subject() {
  return subject_of_process != nullptr ? *subject_of_process : subject_table().front();
}

int start_target(std::string_view name, const char* fallback) {
  // Below the adapters all memory comes from a World; what does not is a mistake, and ends here.
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  const Subject* const subject = subject_by_name(name);
  if (subject == nullptr) {
    std::fprintf(stderr, "error: no subject '%s'\n", std::string(name).c_str());
    std::exit(2);
  }
  subject_of_process = subject;
  const exec::Candidate candidate = candidate_from_environment(fallback);
  target() = std::unique_ptr<Target>(new Target{
      subject, candidate, StackCheck(candidate, *subject), reporter_from_environment(candidate)});
  // Tables that are made when they are first asked for are no coverage of the first input.
  (void)target()->check.check({});
  return 0;
}

int run_target(std::span<const std::uint8_t> bytes) {
  Target& t = *target();
  const auto finding = t.check.check(bytes);
  const NotCounted telling;
  // What the subject leaves out was not run: the bytes of what was are the input to keep.
  std::vector<std::uint8_t> kept;
  if (finding && t.check.restricted()) kept = format::encode(finding->program);
  t.reporter.ran(kept.empty() ? bytes : kept, finding);
  return 0;
}

}  // namespace protm::fuzz
