// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "gpu-model/vocab/errno.h"
#include "oracle/judge/compare.h"
#include "oracle/judge/numbers.h"

namespace protm::judge {

using namespace contract;

namespace {

/// Operations whose result or output shows how far the GPU got.
constexpr std::array kProgressDependent{
    NodeType::group_get_state, NodeType::vm_get_state,          NodeType::cpu_read,
    NodeType::map_read,        NodeType::syncobj_wait,          NodeType::syncobj_query,
    NodeType::syncobj_transfer, NodeType::syncobj_timeline_wait, NodeType::syncobj_export};

struct StepSeen {
  std::optional<std::size_t> returned;
  std::vector<std::size_t> writes;
};

std::map<std::uint32_t, StepSeen> steps_of(const Trace& trace) {
  std::map<std::uint32_t, StepSeen> out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_returned) out[r.b].returned = i;
    if (r.kind == RecordKind::user_write && r.sub != kOnlyForFacts) out[r.b].writes.push_back(i);
  }
  return out;
}

bool timed_out(const Record& r) { return static_cast<std::int64_t>(r.c) == -ETIME; }

void different(Comparison& c, std::uint32_t step, std::size_t o, std::size_t k,
               std::string_view field, std::string detail) {
  const std::string_view op = node_info(step_type(c.program, step)).name;
  const Record& r = c.candidate.records[k];
  c.findings.push_back(Finding{.from = FindingClass::comparison,
                               .rule = "result/" + std::string(op),
                               .slug = "result/" + std::string(op),
                               .at_ns = r.time_ns,
                               .event = std::string(record_name(r)),
                               .field = std::string(field),
                               .detail = std::move(detail),
                               .oracle_record = o,
                               .candidate_record = k});
}

void compare_writes(Comparison& c, std::uint32_t step, const StepSeen& o, const StepSeen& k) {
  const std::size_t n = std::min(o.writes.size(), k.writes.size());
  for (std::size_t i = 0; i < n; ++i) {
    const Record& want = c.oracle.records[o.writes[i]];
    const Record& got = c.candidate.records[k.writes[i]];
    if (want.c == got.c && want.d == got.d) continue;
    const auto number = number_output(step_type(c.program, step));
    if (want.c == got.c && number == want.c &&
        !same_turn(c.program, c.oracle, *o.returned, c.candidate, *k.returned)) {
      continue;
    }
    different(c, step, o.writes[i], k.writes[i], "output",
              "step " + step_words(c.program, step) + " wrote other bytes to output field " +
                  std::to_string(got.c) + " than the oracle");
    return;
  }
  if (o.writes.size() != k.writes.size()) {
    different(c, step, *o.returned, *k.returned, "outputs",
              "step " + step_words(c.program, step) + " wrote " +
                  std::to_string(k.writes.size()) + " outputs, the oracle " +
                  std::to_string(o.writes.size()));
  }
}

}  // namespace

bool Comparison::both_completed() const {
  return oracle.end == RunEnd::completed && candidate.end == RunEnd::completed;
}

void Comparison::count(std::string_view slug, std::uint64_t n) {
  add_count(checked, slug, n);
}

bool depends_on_progress(NodeType type) {
  return std::find(kProgressDependent.begin(), kProgressDependent.end(), type) !=
         kProgressDependent.end();
}

bool is_pinned(const Program& program, std::uint32_t step) {
  if (step >= program.steps.size()) return false;
  const Step& s = program.steps[step];
  if (s.when.after.kind != EventKind::none) return true;
  bool waited = false;
  for (std::uint32_t i = 0; i < step; ++i) {
    if (program.steps[i].actor != s.actor) continue;
    const NodeType type = step_type(program, i);
    if (type == NodeType::wait) waited = true;
    if (has_own_fence(program.steps[i].op)) waited = false;
  }
  return waited;
}

std::string step_words(const Program& program, std::uint32_t step) {
  if (step < program.steps.size() && !program.steps[step].id.empty()) {
    return "'" + program.steps[step].id + "'";
  }
  return std::to_string(step);
}

std::string result_words(std::int64_t result) {
  if (result >= 0) return std::to_string(result);
  const std::string_view name = vocab::errno_name(static_cast<int>(-result));
  return name.empty() ? std::to_string(result) : std::string(name);
}

std::size_t stimuli_end(const Trace& trace, const Trace& other) {
  std::set<std::uint32_t> started;
  for (const Record& r : other.records) {
    if (r.kind == RecordKind::step_started) started.insert(r.b);
  }
  const auto first = std::find_if(trace.records.begin(), trace.records.end(), [&](const Record& r) {
    return r.kind == RecordKind::step_started && !started.contains(r.b);
  });
  return static_cast<std::size_t>(first - trace.records.begin());
}

void compare_results(Comparison& c) {
  const auto oracle = steps_of(c.oracle);
  for (const auto& [step, seen] : steps_of(c.candidate)) {
    const auto found = oracle.find(step);
    // A call that does not return is judged as oops, stuck or livelock.
    if (found == oracle.end() || !found->second.returned || !seen.returned) continue;
    const StepSeen& wanted = found->second;
    if (*wanted.returned > c.oracle_end || *seen.returned > c.candidate_end) continue;
    const NodeType type = step_type(c.program, step);
    if (type == NodeType::count) continue;
    const bool pinned = is_pinned(c.program, step);
    if (depends_on_progress(type) && !pinned) continue;
    const Record& want = c.oracle.records[*wanted.returned];
    const Record& got = c.candidate.records[*seen.returned];
    const bool timeout = timed_out(want) || timed_out(got);
    if (type == NodeType::wait && timeout && c.program.steps[step].when.after.kind ==
                                                 EventKind::none) {
      continue;  // how long the job took, not what came of it
    }
    c.count("result");
    const auto want_result = static_cast<std::int64_t>(want.c);
    const auto got_result = static_cast<std::int64_t>(got.c);
    const bool by_turn = number_result(type) && want_result >= 0 && got_result >= 0 &&
                         !same_turn(c.program, c.oracle, *wanted.returned, c.candidate,
                                    *seen.returned);
    if (want_result != got_result && !by_turn) {
      different(c, step, *wanted.returned, *seen.returned,
                got_result < 0 ? result_words(got_result) : std::string("success"),
                std::string(node_info(type).name) + " of step " + step_words(c.program, step) +
                    " returned " + result_words(got_result) + ", the oracle " +
                    result_words(want_result));
    } else {
      compare_writes(c, step, wanted, seen);
    }
  }
}

}  // namespace protm::judge
