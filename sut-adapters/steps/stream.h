// SPDX-License-Identifier: GPL-2.0-only
// From stream instructions of a Program to the words that a CS executes. Sugar instructions use
// scratch registers r72..r77, which neither a job's ring block nor RUN_COMPUTE touches.
// Leaves out where the words lie. Source: facts-fw.md section 7.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gpu-model/vocab/machine_config.h"
#include "sut-adapters/contract/program.h"

namespace protm::steps {

/// What an instruction's `heap` stands for: the VA of the context and the word of the first chunk.
struct TilerHeapWords {
  std::uint64_t context = 0;
  std::uint64_t chunk = 0;
};
using TilerHeapOf = std::function<TilerHeapWords(const contract::Node& node)>;

/// Words of `stream`. Times become job sizes by the machine's time per task, unscaled by the seed.
[[nodiscard]] std::vector<std::uint64_t> assemble(const std::vector<contract::Node>& stream,
                                                  const vocab::MachineConfig& machine,
                                                  const TilerHeapOf& heap_of);

}  // namespace protm::steps
