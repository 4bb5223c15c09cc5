// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/explored.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "gpu-model/vocab/split_mix.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/course.h"
#include "sut-adapters/executor/pct.h"
#include "sut-adapters/executor/schedule_player.h"

namespace protm::differential {
namespace {

using contract::ExploreSpec;
using contract::Program;
using contract::Record;
using contract::RecordKind;
using contract::Trace;

/// Random schedules that are tried when nobody says how many.
constexpr std::uint32_t kPctRuns = 100;

bool tells(const Record& r) {
  switch (r.kind) {
    case RecordKind::step_returned:
    case RecordKind::fence_signalled:
    case RecordKind::group_state:
    case RecordKind::vm_state:
    case RecordKind::rest_state:
    case RecordKind::buffer_content:
    case RecordKind::kernel_warn:
    case RecordKind::kernel_oops:
    case RecordKind::lock_misuse:
    case RecordKind::leak:
    case RecordKind::sut_stuck:
    case RecordKind::sut_livelock: return true;
    default: return false;
  }
}

bool only_comparisons(const judge::Verdict& verdict) {
  return std::all_of(verdict.findings.begin(), verdict.findings.end(), [](const auto& f) {
    return f.from == judge::FindingClass::comparison;
  });
}

/// Does runs of one Program on one Session, as one spec says.
class Walk {
 public:
  Walk(const Program& program, const ExploreSpec& spec, const ExploreTally& from)
      : spec_(spec),
        exploration_(tasks_of(program, spec), spec.preemptions, from.progress),
        random_done_(spec.pct_depth != 0 ? from.runs : 0) {}

  /// One run, given to `look` with a policy that shows its course again; false when none is left.
  template <class Look>
  bool step(exec::Session& session, const Program& program, Look look) {
    if (spec_.runs != 0 && done() >= spec_.runs) return false;
    if (spec_.pct_depth != 0) {
      if (done() >= (spec_.runs != 0 ? spec_.runs : kPctRuns)) return false;
      return random_run(session, program, look);
    }
    Trace trace;
    const bool any = exploration_.step([&](contract::SchedulePolicy& policy, bool counts) {
      Trace one = session.run(program, {.policy = &policy});
      if (counts) trace = std::move(one);
    });
    if (any) look(std::move(trace));
    return any;
  }

  [[nodiscard]] std::uint64_t done() const {
    return spec_.pct_depth != 0 ? random_done_ : exploration_.progress().runs;
  }
  [[nodiscard]] const exec::Progress& progress() const { return exploration_.progress(); }
  [[nodiscard]] bool complete() const {
    return spec_.pct_depth == 0 && exploration_.progress().finished;
  }
  /// The last run's course as a schedule.
  std::vector<contract::ScheduleEntry> schedule(exec::Session& session, const Program& program) {
    exec::Pct random = policy(random_done_);
    exec::Choices choices(exploration_.tasks(), exploration_.last());
    exec::Recorder recorder(spec_.pct_depth != 0
                                ? static_cast<contract::SchedulePolicy&>(random)
                                : static_cast<contract::SchedulePolicy&>(choices));
    (void)session.run(program, {.policy = &recorder});
    return recorder.schedule();
  }

 private:
  exec::Pct policy(std::uint64_t nr) {
    return {exploration_.tasks(), spec_.pct_depth, points_,
            vocab::split_mix(spec_.seed * vocab::kSplitMixStep + nr)};
  }
  template <class Look>
  bool random_run(exec::Session& session, const Program& program, Look look) {
    if (points_ == 0) {
      exec::Pct plain(exploration_.tasks(), 1, 1, 1);
      (void)session.run(program, {.policy = &plain});
      points_ = std::max<std::uint64_t>(plain.points(), 1);
    }
    exec::Pct random = policy(++random_done_);
    look(session.run(program, {.policy = &random}));
    return true;
  }

  ExploreSpec spec_;
  exec::Exploration exploration_;
  std::uint64_t random_done_;
  std::uint64_t points_ = 0;
};

}  // namespace

std::uint64_t outcome_of(const Trace& trace) {
  using Row = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t, std::uint64_t,
                         std::string>;
  std::set<Row> rows;
  for (const Record& r : trace.records) {
    if (!tells(r)) continue;
    const bool fence = r.kind == RecordKind::fence_signalled;
    rows.insert({static_cast<std::uint32_t>(r.kind) << 16 | r.sub, r.a, r.b, fence ? 0 : r.c, r.d,
                 r.text < trace.texts.size() ? trace.texts[r.text] : std::string()});
  }
  std::uint64_t hash = 14695981039346656037u;   // FNV-1a over the rows
  const auto add = [&](std::uint64_t v) { hash = (hash ^ v) * 1099511628211u; };
  for (const auto& [kind, a, b, c, d, text] : rows) {
    for (const std::uint64_t v : {std::uint64_t{kind}, std::uint64_t{a}, std::uint64_t{b}, c, d}) {
      add(v);
    }
    for (const char ch : text) add(static_cast<unsigned char>(ch));
  }
  return hash;
}

std::vector<contract::TaskSpec> tasks_of(const Program& program, const ExploreSpec& spec) {
  if (!spec.tasks.empty()) return spec.tasks;
  std::vector<contract::TaskSpec> out;
  for (std::uint32_t i = 0; i < program.actors.size(); ++i) out.push_back({i, {}});
  return out;
}

const std::vector<Trace>& Differential::allowed_traces(const Program& program,
                                                       const ExploreSpec& spec,
                                                       std::uint64_t& runs) {
  if (allowed_known_) return allowed_;
  allowed_known_ = true;
  std::set<std::uint64_t> seen;
  Walk walk(program, spec, {});
  const auto look = [&](Trace trace) {
    if (seen.insert(outcome_of(trace)).second) allowed_.push_back(std::move(trace));
  };
  while (walk.step(*oracle_, program, look)) {
  }
  runs = walk.done();
  return allowed_;
}

Explored Differential::explore(const Program& program, const ExploreOptions& options) {
  Explored out;
  out.tally = options.from;
  ExploreTally& tally = out.tally;
  allowed_.clear();
  allowed_known_ = false;
  const Trace plain = oracle_->run(program);
  Walk walk(program, options.spec, tally);
  const auto look = [&](Trace trace) {
    tally.outcomes.insert(outcome_of(trace));
    judge::Verdict verdict = judged_alone(program, plain, trace);
    bool right = verdict.outcome == judge::Outcome::agreed;
    if (verdict.outcome == judge::Outcome::diverged && only_comparisons(verdict)) {
      const auto& others = allowed_traces(program, options.spec, out.oracle_runs);
      right = std::any_of(others.begin(), others.end(), [&](const Trace& other) {
        return judged_alone(program, other, trace).outcome == judge::Outcome::agreed;
      });
      tally.allowed += right ? 1 : 0;
    }
    if (right) {
      ++tally.agreed;
    } else if (verdict.outcome == judge::Outcome::inconclusive) {
      ++tally.unclear;
    } else {
      out.found.emplace();
      out.found->run = walk.done();
      out.found->verdict = std::move(verdict);
      out.found->trace = std::move(trace);
    }
  };
  while (!out.found && walk.step(*candidate_, program, look)) {
    tally.runs = walk.done();
    tally.progress = walk.progress();
    if (options.after_run && !options.after_run(tally)) break;
  }
  out.complete = walk.complete();
  if (!out.found) return out;
  FoundSchedule& found = *out.found;
  found.schedule = walk.schedule(*candidate_, program);
  for (std::uint32_t i = 0; i < kReplays; ++i) {
    exec::SchedulePlayer player(found.schedule);
    const Trace again = candidate_->run(program, {.policy = &player});
    found.replays += again.hash() == found.trace.hash() ? 1 : 0;
  }
  return out;
}

}  // namespace protm::differential
