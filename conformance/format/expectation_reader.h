// SPDX-License-Identifier: GPL-2.0-only
// conformance/expectations/<kernel>.yaml -> what a kernel is known to do wrong: cases that diverge
// on it, with the signature of the divergence and the source that explains it.
// Leaves out: whether the run shows them (conformance/runner).
// Source: design.md section 8 (expectations).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/format/diagnostic.h"

namespace protm::format {

/// One case that diverges on a kernel, and why that is the kernel's fault.
struct Expectation {
  std::string case_id;    ///< "base/base-018-unbind-file-open"
  std::string signature;  ///< of the first divergence
  /// The same where another build of that kernel has inlined otherwise; may be empty.
  std::string inlined_signature;
  std::string reason;
  std::string source;     ///< "drivers/gpu/drm/panthor/panthor_sched.c:2463 tick_work()"
  std::string place;      ///< "file:line", for messages
};

/// Errors: as for cases; a case id that is not one of `cases`, which may be empty: not checked.
[[nodiscard]] tl::expected<std::vector<Expectation>, std::vector<Diagnostic>> read_expectations(
    const std::string& file, std::string_view text, std::span<const std::string_view> cases);
/// Errors: as above, and a file that cannot be read.
[[nodiscard]] tl::expected<std::vector<Expectation>, std::vector<Diagnostic>>
read_expectation_file(const std::string& file, std::span<const std::string_view> cases);

}  // namespace protm::format
