// SPDX-License-Identifier: GPL-2.0-only
// In-process candidates: a driver on Host as something that a Session can boot. Leaves out what
// drivers there are: whoever fills the registry names them; all share the capabilities that Host
// gives. Source: design.md sections 4 and 7.
#pragma once

#include <memory>
#include <memory_resource>
#include <string>

#include "sut-adapters/contract/driver.h"
#include "sut-adapters/executor/candidate.h"

namespace protm::exec {

/// Makes a driver in `memory`.
using DriverFactory = contract::Driver* (*)(contract::Kernel& kernel, contract::Drm& drm,
                                            std::pmr::memory_resource* memory, const void* options);

/// A candidate that runs `make` on Host. `options` go to `make`; they live as long as any copy.
[[nodiscard]] Candidate in_process(std::string name, std::string version, DriverFactory make,
                                   std::shared_ptr<const void> options = nullptr);
/// The driver options of such a candidate; nullptr for any other.
[[nodiscard]] const void* driver_options(const Candidate& candidate);

}  // namespace protm::exec
