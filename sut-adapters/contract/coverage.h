// SPDX-License-Identifier: GPL-2.0-only
// Which edges of a candidate's own code a run went over, for candidates whose code counts them: the
// real driver of a kernel. What is new decides which Programs a search keeps; it never decides a
// verdict.
// Leaves out: the coverage of in-process candidates, which a fuzzing engine measures.
// Source: design.md section 9, issue 5 of the project (coverage of the real driver).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace protm::contract {

/// One edge: where it lies in the candidate's source.
struct Edge {
  std::string file;      ///< "drivers/gpu/drm/panthor/panthor_sched.c"
  std::uint32_t line = 0;
  std::string function;  ///< around it, also where it was inlined from another one
};

class Coverage {
 public:
  virtual ~Coverage() = default;
  /// All edges, in an order that is the same for each run of this candidate.
  [[nodiscard]] virtual std::span<const Edge> edges() const = 0;
  /// How often the last run went over each of them; 255 = so often or more. Boot included.
  [[nodiscard]] virtual std::span<const std::uint8_t> hits() const = 0;
};

}  // namespace protm::contract
