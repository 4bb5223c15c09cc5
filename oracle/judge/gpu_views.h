// SPDX-License-Identifier: GPL-2.0-only
// One run as each GPU of the system has it: what its machine did, and the steps that speak to it.
// Both have slots and address spaces of the same numbers, so who reads those looks at one GPU at a
// time. A view has the records of its run at the same indices: what is left out is a kernel_log
// there, a sleep among the steps. Heaps, closes, fences and the end state are everybody's.
// Source: contract/trace.h (Record::device), contract/trace_reading.h (device_of_step).
#pragma once

#include <cstdint>
#include <vector>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

class GpuViews {
 public:
  /// Both stay with the caller, and are the only view where there is one GPU.
  GpuViews(const contract::Program& program, const contract::Trace& trace);

  [[nodiscard]] std::uint32_t size() const { return program_.devices; }
  [[nodiscard]] const contract::Program& program(std::uint32_t device) const {
    return views_.empty() ? program_ : views_[device].program;
  }
  [[nodiscard]] const contract::Trace& trace(std::uint32_t device) const {
    return views_.empty() ? trace_ : views_[device].trace;
  }

 private:
  struct View {
    contract::Program program;
    contract::Trace trace;
  };
  const contract::Program& program_;
  const contract::Trace& trace_;
  std::vector<View> views_;   ///< empty: one GPU
};

/// The stays in protected mode of all GPUs, those of the first GPU first.
[[nodiscard]] std::vector<contract::Window> windows_of(const contract::Program& program,
                                                       const contract::Trace& trace);

}  // namespace protm::judge
