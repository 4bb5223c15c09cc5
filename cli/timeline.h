// SPDX-License-Identifier: GPL-2.0-only
// A Trace as lanes with marks: what each task, queue, CSG slot, CS, AS, interrupt line, the
// firmware and protected mode did over time. Perfetto and the picture draw the same timeline, so
// they cannot tell different stories.
// Leaves out: register accesses (the text trace has them), where a mark is drawn.
// Source: trace.h, observation.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "oracle/judge/verdict.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::cli {

/// In the order in which lanes stand.
enum class LaneKind : std::uint8_t {
  verdict,   ///< what the judge found
  task,      ///< an actor with its steps
  kernel,    ///< log lines, WARNs, heap allocations
  queue,     ///< a queue with its jobs and their fences
  slot,      ///< a CSG slot with the group on it
  cs,        ///< a CS with protected regions and runs
  protm,     ///< sessions and windows
  firmware,
  as,        ///< an AS with its commands
  irq,
  fault,     ///< faults of the Program
  rule,      ///< hits of hardware rules
};

/// What a mark is, for its colour.
enum class Look : std::uint8_t {
  plain, step, bind, submit, job, group, region, run, pend, session, window, command, irq, fence,
  bad, quiet, count
};

struct Lane {
  LaneKind kind{};
  std::string name;
};

struct Mark {
  std::size_t lane = 0;          ///< index in Timeline::lanes
  Look look = Look::plain;
  bool is_instant = false;
  std::uint32_t depth = 0;       ///< of a slice: number of slices that it lies in
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  std::uint64_t begin_turn = 0;  ///< begins, ends and instants in the order of the Trace
  std::uint64_t end_turn = 0;
  std::string label;             ///< short; empty = not worth a word in a picture
  std::string text;              ///< what a tooltip or Perfetto says
};

struct Timeline {
  std::vector<Lane> lanes;
  std::vector<Mark> marks;       ///< in the order of their begins; slices of a lane nest
  std::uint64_t end_ns = 0;
};

/// All of a Trace. Every slice ends, at the latest at the Trace's end.
[[nodiscard]] Timeline timeline(const contract::Trace& trace, const contract::Program& program,
                                const std::vector<judge::Finding>& findings = {});

}  // namespace protm::cli
