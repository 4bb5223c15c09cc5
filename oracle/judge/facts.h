// SPDX-License-Identifier: GPL-2.0-only
// `then` and `reaches`: what the author of a case says about every right trace, held against one.
// Leaves out: what a failure means for the verdict (judge.cc).
// Source: decisions.md 8 and 25.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

/// One fact that a Trace does not have.
struct FactFailure {
  std::size_t fact = 0;                  ///< index in Program::then
  std::uint64_t at_ns = 0;
  std::optional<std::size_t> record;     ///< that shows it; none when something is missing
  std::string field;                     ///< kind of the fact
  std::string detail;
};

/// All facts that `trace` does not have, in the order of the Program. A fact about something that
/// the trace does not record fails: silence is never a pass.
[[nodiscard]] std::vector<FactFailure> failing_facts(const contract::Program& program,
                                                     const contract::Trace& trace);
/// Index of the first `reaches` that was not reached; nothing when all were.
[[nodiscard]] std::optional<std::size_t> not_reached(const contract::Program& program,
                                                     const contract::Trace& trace);
/// Words of an event as in a case file, without its count.
[[nodiscard]] std::string event_words(const contract::Program& program,
                                      const contract::EventSpec& event);

}  // namespace protm::judge
