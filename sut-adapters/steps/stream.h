// SPDX-License-Identifier: GPL-2.0-only
// From stream instructions of a Program to the words that a CS executes. Sugar instructions use
// scratch registers r72..r77, which neither a job's ring block nor RUN_COMPUTE touches.
// Leaves out where the words lie. Source: facts-fw.md section 7.
#pragma once

#include <cstdint>
#include <vector>

#include "gpu-model/vocab/machine_config.h"
#include "sut-adapters/contract/program.h"

namespace protm::steps {

/// Words of `stream`. Times become job sizes by the machine's time per task, unscaled by the seed.
[[nodiscard]] std::vector<std::uint64_t> assemble(const std::vector<contract::Node>& stream,
                                                  const vocab::MachineConfig& machine);

}  // namespace protm::steps
