// SPDX-License-Identifier: GPL-2.0-only
// Benchmarks of one candidate beside the reference, in one run: what `./protm bench --sut=NAME`
// adds. Leaves out what only the in-process candidates have (restore, judge, decoder).
// Source: design.md section 10.
#pragma once

#include <string>

namespace protm::bench {

/// Registers them for the reference and for `sut`; for the reference alone when `sut` is empty.
/// Errors: `sut` is no candidate: says so on stderr and returns false.
[[nodiscard]] bool register_compared(const std::string& sut);

}  // namespace protm::bench
