// SPDX-License-Identifier: GPL-2.0-only
// Whether somebody needed the GPU out of protected mode when a PING or a STATUS_UPDATE threw it
// out. Shared by FW-25 and SCHED-48. Leans to "needed": a right driver must never be accused, so
// anything in the trace that could have been the reason counts. Source: facts on the firmware, 9.3
// items 5-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "oracle/rules/job_line.h"
#include "sut-adapters/contract/rule.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

/// What may need normal mode at one moment: steps in flight, unfinished jobs of groups that are not
/// inside. And whether the driver hears of what the firmware does. Whoever walks a trace gives it
/// each record, because a trace may have thousands of exits.
class Needs {
 public:
  explicit Needs(const contract::Program& program)
      : program_(program), slots_(program), job_line_(program) {}
  void take(const contract::Record& record);
  [[nodiscard]] bool any() const;
  [[nodiscard]] const JobLine& job_line() const { return job_line_; }

 private:
  /// Whether one of `jobs` is of a group that is not inside.
  [[nodiscard]] bool outside(const std::set<std::uint32_t>& jobs) const;

  const contract::Program& program_;
  contract::SlotMap slots_;
  JobLine job_line_;
  std::set<std::uint32_t> steps_;  ///< started, not returned
  std::set<std::uint32_t> jobs_;   ///< accepted, not finished
  /// Calls of several jobs: the fence is that of one, the others end till their group is idle.
  std::set<std::uint32_t> others_;
  std::uint32_t inside_ = contract::kNoStep;
};

/// True when record `index`, sampled in protected mode, has a reason to force the exit; `needs` has
/// taken the records before it:
/// - before it, in the same window: a user doorbell (work that only normal mode can take up), a
///   page fault, a protected fault, a CS fault or fatal, a refused exit;
/// - when it was sampled: a step in flight that may change mappings or groups, or unbind; an
///   unfinished job of another group;
/// - after it, up to 1 ms and some doorbells with their acks behind the exit (or up to the
///   reset, when no exit comes), and as long as a driver waits that does not hear of the exit, or
///   whose slot does not answer: an AS command, a CSG state or priority request, a flush, a reset,
///   MCU halt or disable.
[[nodiscard]] bool forced_exit_was_needed(const contract::Program& program,
                                          const contract::Trace& trace, std::size_t index,
                                          const Needs& needs);

/// What a rule about one kind of request says: no request that `inside` recognises as sampled in a
/// protected window may force the exit without a reason. Armed by each window.
[[nodiscard]] contract::RuleResult unneeded_exits(const contract::Program& program,
                                                  const contract::Trace& trace,
                                                  bool (*inside)(const contract::Record&),
                                                  std::string_view field,
                                                  std::string_view detail);

}  // namespace protm::rules
