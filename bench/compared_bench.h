// SPDX-License-Identifier: GPL-2.0-only
// Benchmarks of one candidate beside the reference: what `./protm bench --sut=NAME` adds.
#pragma once

#include <string>

namespace protm::bench {

/// Registers them for the reference and for `sut`. Errors: `sut` is no candidate: says so on
/// stderr and returns false.
[[nodiscard]] bool register_compared(const std::string& sut);

}  // namespace protm::bench
