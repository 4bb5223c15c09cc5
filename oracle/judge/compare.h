// SPDX-License-Identifier: GPL-2.0-only
// The comparisons of oracle and candidate, one function each. Every function appends its findings
// and its count; none knows about outcomes. Times of the two traces are never compared.
// Leaves out: explored schedules, and the allowed set (differential). Source: design.md section 6.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "oracle/judge/judge.h"
#include "oracle/judge/verdict.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

/// What a comparison looks at, and where it writes.
struct Comparison {
  const contract::Program& program;
  const contract::Trace& oracle;
  const contract::Trace& candidate;
  std::vector<Finding>& findings;
  std::vector<Count>& checked;
  /// Where the two runs begin to differ in what the outside did to them (stimuli_end).
  std::size_t oracle_end = 0;
  std::size_t candidate_end = 0;

  [[nodiscard]] bool same_stimuli() const {
    return oracle_end == oracle.records.size() && candidate_end == candidate.records.size();
  }
  /// Both runs came to their end state, so a missing record means something.
  [[nodiscard]] bool both_completed() const;
  /// Counts `n` comparisons under `slug`.
  void count(std::string_view slug, std::uint64_t n = 1);
};

/// Return value and written bytes of each operation, in the order of the steps: `result/<op>`.
void compare_results(Comparison& c);
/// Signalled, error, order within the queue: `fence`.
void compare_fences(Comparison& c);
/// Content of buffers at quiesce: `memory`.
void compare_memory(Comparison& c);
/// Which groups were in protected mode, how often within bounds, how the last stay ended: `window`.
void compare_windows(Comparison& c);
/// Group and VM states, mappings, live objects at quiesce: `rest-state`.
void compare_rest(Comparison& c);
/// Buffers that the driver took from the heaps: `heap-alloc`. Source: catalogue KBO-19, KBO-25.
void compare_heap(Comparison& c);
/// Order in which groups came onto slots, for Programs without protected work: `slots` (I12).
void compare_slots(Comparison& c, SlotOrder order);

/// Index of the first start of a step in `trace` that `other` never started; the size of `trace`
/// when there is none. What comes behind it answers to something the other run was never asked.
[[nodiscard]] std::size_t stimuli_end(const contract::Trace& trace, const contract::Trace& other);
/// The same for machine faults, up to the end state: one is applied to the n-th occasion of its
/// kind (an exit, an ack). How many of those a driver needs, and for whom, is its own affair, so it
/// may hit another group, job or AS command there, or nobody. Runs that agree in spite of it agree.
[[nodiscard]] std::size_t faults_end(const contract::Program& program,
                                     const contract::Trace& trace, const contract::Trace& other);
/// Whether a step's result may depend on how far the GPU got. Source: design.md section 6.
[[nodiscard]] bool depends_on_progress(contract::NodeType type);
/// Whether an `after:`, or a `wait` of the same actor with no submit behind it, pins such a result.
[[nodiscard]] bool is_pinned(const contract::Program& program, std::uint32_t step);
/// The step's id in quotes, or its number.
[[nodiscard]] std::string step_words(const contract::Program& program, std::uint32_t step);
/// "EINVAL" for negative results, the number else.
[[nodiscard]] std::string result_words(std::int64_t result);

}  // namespace protm::judge
