// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/coverage.h"

#include <algorithm>
#include <cstdint>
#include <vector>

// Weak: present in a build for AFL++ (its runtime), in one for libFuzzer (the linker names the ends
// of the section), in neither.
extern "C" {
[[gnu::weak]] void __afl_coverage_off();
[[gnu::weak]] void __afl_coverage_on();
/// What the macro __AFL_COVERAGE() of AFL++ defines: without it on and off do nothing.
extern int __afl_selective_coverage;
int __afl_selective_coverage = 1;
[[gnu::weak]] extern std::uint8_t __start___sancov_cntrs[];
[[gnu::weak]] extern std::uint8_t __stop___sancov_cntrs[];
}

namespace protm::fuzz {
namespace {

using exec::Begin;

/// libFuzzer's counts as they were before a boot. A restore is a comparison of pages: its few edges
/// are not worth a copy of all counts.
std::vector<std::uint8_t>& counts() {
  static std::vector<std::uint8_t> kept;
  return kept;
}

bool has_counters() { return __start___sancov_cntrs != nullptr; }

void before(Begin begin) {
  if (__afl_coverage_off != nullptr) __afl_coverage_off();
  if (begin == Begin::booted && has_counters()) {
    counts().assign(__start___sancov_cntrs, __stop___sancov_cntrs);
  }
}

void after(Begin begin) {
  if (begin == Begin::booted && has_counters()) {
    std::copy(counts().begin(), counts().end(), __start___sancov_cntrs);
  }
  // Last: which way this function took is no coverage either.
  if (__afl_coverage_on != nullptr) __afl_coverage_on();
}

}  // namespace

NotCounted::NotCounted() { before(Begin::booted); }

NotCounted::~NotCounted() { after(Begin::booted); }

exec::StartWatch starts_not_counted() { return {.before = before, .after = after}; }

}  // namespace protm::fuzz
