// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "oracle/judge/compare.h"
#include "oracle/judge/gpu_views.h"
#include "sut-adapters/contract/limits.h"

namespace protm::judge {

using namespace contract;

namespace {

Finding found(std::string_view slug, std::uint64_t at_ns, std::string_view event,
              std::string_view field, std::string detail) {
  return Finding{.from = FindingClass::comparison,
                 .rule = std::string(slug),
                 .slug = std::string(slug),
                 .at_ns = at_ns,
                 .event = std::string(event),
                 .field = std::string(field),
                 .detail = std::move(detail),
                 .oracle_record = std::nullopt,
                 .candidate_record = std::nullopt};
}

/// First signal of each job before the runner gives everything back, by job.
std::map<std::uint32_t, std::size_t> fences_of(const Trace& trace) {
  std::map<std::uint32_t, std::size_t> out;
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::fence_signalled) out.try_emplace(r.a, i);
  }
  return out;
}

using Queue = std::pair<std::uint32_t, std::uint64_t>;  // group, queue; or VM, kBindQueue
constexpr std::uint64_t kBindQueue = UINT64_MAX;

std::map<Queue, std::vector<std::uint32_t>> orders_of(
    const Program& program, const std::map<std::uint32_t, std::size_t>& fences) {
  std::vector<std::pair<std::size_t, std::uint32_t>> by_time;
  for (const auto& [job, record] : fences) by_time.emplace_back(record, job);
  std::sort(by_time.begin(), by_time.end());
  std::map<Queue, std::vector<std::uint32_t>> out;
  for (const auto& [record, job] : by_time) {
    const Node* const op = step_op(program, job);
    if (op == nullptr || !has_own_fence(*op)) continue;
    // A VM's binds are a queue of their own.
    const bool bind = step_type(program, job) == NodeType::vm_bind;
    const Queue queue = bind ? Queue{vm_of_bind(program, job), kBindQueue}
                             : Queue{group_of_job(program, job), field_number(*op, "queue")};
    out[queue].push_back(job);
  }
  return out;
}

/// Whether the call that submitted `first` had begun in this run when that of `second` came back.
/// Then a queue may have taken `first` before, whatever another run's actors did: a queue has the
/// order of the calls. Source: drm_sched_entity_push_job().
bool submitted_before(const Trace& trace, std::uint32_t first, std::uint32_t second) {
  for (const Record& r : trace.records) {
    if (r.kind == RecordKind::step_started && r.b == first) return true;
    if (r.kind == RecordKind::step_returned && r.b == second) return false;
  }
  return false;
}

void compare_orders(Comparison& c, const std::map<std::uint32_t, std::size_t>& oracle,
                    const std::map<std::uint32_t, std::size_t>& candidate) {
  const auto wanted = orders_of(c.program, oracle);
  for (const auto& [queue, jobs] : orders_of(c.program, candidate)) {
    const auto want = wanted.find(queue);
    if (want == wanted.end()) continue;
    const std::size_t n = std::min(jobs.size(), want->second.size());
    std::vector<std::uint32_t> left = want->second;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t job = jobs[i];
      const auto own = std::find(left.begin(), left.end(), job);
      const auto ahead = std::find_if(left.begin(), own, [&](std::uint32_t other) {
        return !submitted_before(c.candidate, job, other);
      });
      if (ahead == own) {
        if (own != left.end()) left.erase(own);
        continue;
      }
      const std::size_t record = candidate.at(jobs[i]);
      Finding f = found("fence", c.candidate.records[record].time_ns, "fence_signalled", "order",
                        "the fence of job " + step_words(c.program, jobs[i]) +
                            " signalled out of its queue's order");
      f.candidate_record = record;
      f.oracle_record = oracle.at(*ahead);
      c.findings.push_back(std::move(f));
      break;
    }
  }
}

std::string ending(vocab::ExitCause cause) {
  switch (cause) {
    case vocab::ExitCause::fault: return "fault";
    case vocab::ExitCause::reset: return "reset";
    case vocab::ExitCause::count: return "open";
    default: return "left";
  }
}

std::map<std::uint32_t, std::vector<Window>> by_group(const std::vector<Window>& windows) {
  std::map<std::uint32_t, std::vector<Window>> out;
  for (const Window& w : windows) out[w.group].push_back(w);
  return out;
}

}  // namespace

void compare_fences(Comparison& c) {
  const auto oracle = fences_of(c.oracle);
  const auto candidate = fences_of(c.candidate);
  const auto accepted = results(c.candidate);
  const auto wanted = results(c.oracle);
  const auto ok = [](const auto& all, std::uint32_t step) {
    const auto r = all.find(step);
    return r != all.end() && r->second >= 0;
  };
  for (std::uint32_t job = 0; job < c.program.steps.size(); ++job) {
    if (!has_own_fence(c.program, job)) continue;
    if (!ok(accepted, job) || !ok(wanted, job)) continue;
    const auto o = oracle.find(job);
    const auto k = candidate.find(job);
    const std::string name = step_words(c.program, job);
    if (o != oracle.end() && k != candidate.end()) {
      if (o->second > c.oracle_end || k->second > c.candidate_end) continue;
      c.count("fence");
      const Record& want = c.oracle.records[o->second];
      const Record& got = c.candidate.records[k->second];
      if (want.d == got.d) continue;
      Finding f = found("fence", got.time_ns, "fence_signalled", "error",
                        "the fence of job " + name + " signalled with " +
                            result_words(-static_cast<std::int64_t>(got.d)) + ", the oracle's " +
                            "with " + result_words(-static_cast<std::int64_t>(want.d)));
      f.oracle_record = o->second;
      f.candidate_record = k->second;
      c.findings.push_back(std::move(f));
    } else if (!c.same_stimuli()) {
      continue;
    } else if (o != oracle.end() && c.candidate.end == RunEnd::completed) {
      c.count("fence");
      Finding f = found("fence", quiesce_ns(c.candidate), "fence_signalled", "missing",
                        "the fence of job " + name + " never signalled, the oracle's did");
      f.oracle_record = o->second;
      c.findings.push_back(std::move(f));
    } else if (k != candidate.end() && c.oracle.end == RunEnd::completed) {
      c.count("fence");
      Finding f = found("fence", c.candidate.records[k->second].time_ns, "fence_signalled",
                        "unexpected",
                        "the fence of job " + name + " signalled, the oracle's did not");
      f.candidate_record = k->second;
      c.findings.push_back(std::move(f));
    }
  }
  compare_orders(c, oracle, candidate);
}

void compare_windows(Comparison& c) {
  const auto oracle = by_group(windows_of(c.program, c.oracle));
  const auto candidate = by_group(windows_of(c.program, c.candidate));
  // Where the way in and out takes longer than a tick, the next one is due before the session is
  // over: how many sessions a region takes then is a matter of how the two lie to each other.
  const auto ns = [&](vocab::Latency id) { return c.program.machine.effective_ns(id); };
  const bool entries_count =
      ns(vocab::Latency::protm_active) + ns(vocab::Latency::protm_exit) < kLimits.tick_ns;
  for (const auto& [group, windows] : candidate) {
    c.count("window");
    const auto want = oracle.find(group);
    const std::size_t most =
        want == oracle.end() ? 0 : want->second.size() * kLimits.entries_per_region;
    if (windows.size() > most && (most == 0 || entries_count)) {
      const std::size_t record = windows[most].begin;
      Finding f = found("window", c.candidate.records[record].time_ns, "protm_active",
                        most == 0 ? "unexpected" : "count",
                        most == 0 ? "a group was in protected mode that never is in the oracle's "
                                    "run"
                                  : "a group entered protected mode more than " +
                                        std::to_string(most) + " times");
      f.candidate_record = record;
      c.findings.push_back(std::move(f));
    }
  }
  if (!c.both_completed()) return;
  for (const auto& [group, windows] : oracle) {
    const auto got = candidate.find(group);
    if (got == candidate.end()) {
      c.count("window");
      Finding f = found("window", quiesce_ns(c.candidate), "protm_active", "missing",
                        "a group never got into protected mode, it did in the oracle's run");
      f.oracle_record = windows.front().begin;
      c.findings.push_back(std::move(f));
      continue;
    }
    const std::string want_end = ending(windows.back().cause);
    const std::string got_end = ending(got->second.back().cause);
    if (want_end == got_end) continue;
    const std::size_t record = got->second.back().end;
    Finding f = found("window",
                      record == kNoRecord ? quiesce_ns(c.candidate)
                                          : c.candidate.records[record].time_ns,
                      "protm_exit_raised", got_end,
                      "a group's last stay in protected mode ended by '" + got_end +
                          "', the oracle's by '" + want_end + "'");
    if (record != kNoRecord) f.candidate_record = record;
    if (windows.back().end != kNoRecord) f.oracle_record = windows.back().end;
    c.findings.push_back(std::move(f));
  }
}

namespace {

/// Groups that come within so long come in one tick: their order is that of slots and doorbells.
constexpr std::uint64_t kOneTickNs = vocab::kMs;

/// Time of the first of four ticks without a pause between them; kNever when there are none. A tick
/// asks each slot for its status, and what it changes takes two more requests.
std::uint64_t ticks_repeat_ns(const Program& program, const Trace& trace) {
  constexpr std::size_t kTicks = 4;
  constexpr std::uint64_t kRequests = 3;
  constexpr std::uint64_t kDriverNs = 30 * vocab::kUs;
  const std::uint64_t request_ns = program.machine.effective_ns(vocab::Latency::doorbell) +
                                   program.machine.effective_ns(vocab::Latency::ack);
  const std::uint64_t longest_ns = (kTicks - 1) * (kRequests * request_ns + kDriverNs);
  std::vector<std::uint64_t> scans;
  for (const Record& r : trace.records) {
    if (!is(r, vocab::ObservationKind::status_update_sampled)) continue;
    if (!scans.empty() && r.time_ns - scans.back() < request_ns / 2) continue;
    scans.push_back(r.time_ns);
    if (scans.size() < kTicks) continue;
    const std::uint64_t first = scans[scans.size() - kTicks];
    if (r.time_ns - first <= longest_ns) return first;
  }
  return vocab::kNever;
}

/// A group that came onto a slot.
struct Turn {
  std::uint32_t group = 0;
  std::size_t record = 0;
  std::uint64_t time_ns = 0;
};

std::vector<Turn> turns_before(const Program& program, const Trace& trace,
                               std::uint64_t end_ns) {
  std::vector<Turn> out;
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end && trace.records[i].time_ns < end_ns; ++i) {
    const Record& r = trace.records[i];
    // Who comes beside a removal gets its turn before it or never.
    if (r.kind == RecordKind::step_started && removes_device(step_type(program, r.b))) break;
    if (is(r, EventKind::group_on_slot)) out.push_back({r.a, i, r.time_ns});
  }
  return out;
}

/// First turn of `group` at or behind `from`; the size when there is none.
std::size_t next_turn(const std::vector<Turn>& turns, std::size_t from, std::uint32_t group) {
  while (from < turns.size() && turns[from].group != group) ++from;
  return from;
}

bool one_tick(const std::vector<Turn>& turns, std::size_t a, std::size_t b) {
  return b < turns.size() && turns[b].time_ns - turns[a].time_ns <= kOneTickNs;
}

/// The turn that the oracle should have had where the candidate's first wrong one is: (oracle's,
/// candidate's). Two turns may change places where one tick brings both, in either run.
std::optional<std::pair<std::size_t, std::size_t>> first_wrong_turn(
    const std::vector<Turn>& oracle, const std::vector<Turn>& candidate) {
  std::vector<bool> taken(oracle.size());
  std::size_t front = 0;  // all before it are taken
  const std::size_t n = std::min(oracle.size(), candidate.size());
  for (std::size_t k = 0; k < n; ++k) {
    while (taken[front]) ++front;
    std::size_t mine = next_turn(oracle, front, candidate[k].group);
    while (mine < oracle.size() && taken[mine]) {
      mine = next_turn(oracle, mine + 1, candidate[k].group);
    }
    if (mine == oracle.size()) return std::pair{front, k};
    for (std::size_t i = front; i < mine; ++i) {
      if (taken[i] || one_tick(oracle, i, mine)) continue;
      if (!one_tick(candidate, k, next_turn(candidate, k + 1, oracle[i].group))) {
        return std::pair{i, k};
      }
    }
    taken[mine] = true;
  }
  return std::nullopt;
}

/// The turns of one GPU. Slots are not compared where somebody has protected work.
void compare_slots_of(Comparison& c, SlotOrder order, const Program& program, const Trace& oracles,
                      const Trace& candidates) {
  for (const Step& s : program.steps) {
    if (uses_instruction(s.op, NodeType::i_prot_region)) return;
  }
  const auto turns = [&](const Trace& trace) {
    std::uint64_t end_ns = vocab::kNever;
    if (order == SlotOrder::until_ticks_repeat) end_ns = ticks_repeat_ns(program, trace);
    // What came shortly before belongs to the same tick.
    if (end_ns != vocab::kNever) end_ns -= std::min(end_ns, kOneTickNs);
    return turns_before(program, trace, end_ns);
  };
  const std::vector<Turn> oracle = turns(oracles);
  const std::vector<Turn> candidate = turns(candidates);
  c.count("slots", std::min(oracle.size(), candidate.size()));
  const auto wrong = first_wrong_turn(oracle, candidate);
  if (!wrong) return;
  const Turn& want = oracle[wrong->first];
  const Turn& got = candidate[wrong->second];
  Finding f = found("slots", got.time_ns, "group_on_slot", "group",
                    "group " + step_words(c.program, got.group) +
                        " came onto a slot where the oracle chose " +
                        step_words(c.program, want.group));
  f.oracle_record = want.record;
  f.candidate_record = got.record;
  c.findings.push_back(std::move(f));
}

}  // namespace

void compare_slots(Comparison& c, SlotOrder order) {
  if (order == SlotOrder::ignore) return;
  const GpuViews oracle(c.program, c.oracle);
  const GpuViews candidate(c.program, c.candidate);
  for (std::uint32_t device = 0; device < c.program.devices; ++device) {
    compare_slots_of(c, order, oracle.program(device), oracle.trace(device),
                     candidate.trace(device));
  }
}

}  // namespace protm::judge
