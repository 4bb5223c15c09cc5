// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/judge.h"

#include <algorithm>

#include "oracle/judge/chance.h"
#include "oracle/judge/compare.h"
#include "oracle/judge/facts.h"
#include "oracle/judge/gpu_views.h"
#include "oracle/judge/poison.h"
#include "oracle/judge/sut_findings.h"
#include "sut-adapters/contract/limits.h"

namespace protm::judge {

using namespace contract;

namespace {

bool has(const Trace& trace, RecordKind kind) {
  return std::any_of(trace.records.begin(), trace.records.end(),
                     [&](const Record& r) { return r.kind == kind; });
}

Finding from_violation(const Rule& rule, const Trace& trace, const Violation& v) {
  const std::string event =
      v.record < trace.records.size() ? std::string(record_name(trace.records[v.record])) : "end";
  return Finding{.from = FindingClass::rule,
                 .rule = std::string(rule.id),
                 .slug = std::string(rule.slug),
                 .at_ns = v.time_ns,
                 .event = event,
                 .field = std::string(v.field),
                 .detail = v.detail,
                 .oracle_record = std::nullopt,
                 .candidate_record = v.record < trace.records.size()
                                         ? std::optional(v.record)
                                         : std::nullopt};
}

/// A rule of each GPU on each by itself, behind whose own poison nothing counts; one of the system
/// on all of it, up to the first poison.
RuleResult evaluate(const Rule& rule, const Program& program, const Trace& trace,
                    const GpuViews& views) {
  const auto ask = [&rule](const Program& p, const Trace& t) {
    RuleResult result = rule.evaluate(p, t);
    if (!result.violation) return result;
    const auto poison = first_poison(p, t);
    if (poison && result.violation->time_ns > poison->at_ns) result.violation.reset();
    return result;
  };
  if (rule.scope == RuleScope::whole_system) return ask(program, trace);
  RuleResult out;
  for (std::uint32_t device = 0; device < views.size(); ++device) {
    const RuleResult one = ask(views.program(device), views.trace(device));
    out.armed += one.armed;
    if (!out.violation) out.violation = one.violation;
  }
  return out;
}

/// What one trace shows by itself: rules, then the kernel below. Drops what lies behind a poison.
std::vector<Finding> own_findings(const Program& program, const Trace& trace,
                                  const Trace* expected, const JudgeOptions& options,
                                  Verdict* verdict) {
  std::vector<Finding> out;
  const GpuViews views(program, trace);
  for (const Rule& rule : options.rules) {
    if (rule.eyes == HostEyes::needed && options.eyes != HostEyes::needed) {
      if (verdict != nullptr) verdict->not_checkable.emplace_back(rule.id);
      continue;
    }
    const RuleResult result = evaluate(rule, program, trace, views);
    if (verdict != nullptr) add_count(verdict->checked, rule.id, result.armed);
    if (result.violation) out.push_back(from_violation(rule, trace, *result.violation));
  }
  const auto poison = first_poison(program, trace);
  for (Finding& f : sut_findings(trace, expected)) {
    if (!poison || f.at_ns <= poison->at_ns) out.push_back(std::move(f));
  }
  return out;
}

enum class Faults : std::uint8_t { same, uneven };

/// A job that failed before a fault hit unevenly, and that is done in the other run whatever hit
/// that one: one more fault makes nobody succeed.
bool failed_before(const Finding& f, const Record& mine, std::size_t record, std::size_t end,
                   const Record& others) {
  return f.rule == "fence" && f.field == "error" && record <= end && mine.d != 0 && others.d == 0;
}

/// Drops what lies behind a machine fault that did not hit the same in both runs. `uneven` when
/// that was something.
Faults drop_behind_faults(const Program& program, const Trace& oracle, const Trace& candidate,
                          std::vector<Finding>& findings) {
  const std::size_t in_oracle = faults_end(program, oracle, candidate);
  const std::size_t in_candidate = faults_end(program, candidate, oracle);
  if (in_oracle == oracle.records.size() && in_candidate == candidate.records.size()) {
    return Faults::same;
  }
  const auto dropped = std::erase_if(findings, [&](const Finding& f) {
    const std::size_t of_oracle = f.oracle_record.value_or(SIZE_MAX);
    const std::size_t of_candidate = f.candidate_record.value_or(SIZE_MAX);
    if (of_oracle <= in_oracle && of_candidate <= in_candidate) return false;
    if (!f.oracle_record || !f.candidate_record) return true;
    const Record& want = oracle.records[of_oracle];
    const Record& got = candidate.records[of_candidate];
    return !failed_before(f, got, of_candidate, in_candidate, want) &&
           !failed_before(f, want, of_oracle, in_oracle, got);
  });
  return dropped == 0 ? Faults::same : Faults::uneven;
}

std::vector<Finding> comparisons(const Program& program, const Trace& oracle,
                                 const Trace& candidate, const JudgeOptions& options,
                                 Verdict& verdict, Faults& faults) {
  std::vector<Finding> out;
  Comparison c{.program = program,
               .oracle = oracle,
               .candidate = candidate,
               .findings = out,
               .checked = verdict.checked,
               .oracle_end = stimuli_end(oracle, candidate),
               .candidate_end = stimuli_end(candidate, oracle)};
  compare_results(c);
  compare_fences(c);
  if (c.same_stimuli()) {
    compare_windows(c);
    compare_memory(c);
    compare_rest(c);
    compare_heap(c);
    compare_slots(c, options.slots);
  }
  faults = drop_behind_faults(program, oracle, candidate, out);
  verdict.by_chance = drop_chance(c);
  const auto oracle_poison = first_poison(program, oracle);
  const auto candidate_poison = first_poison(program, candidate);
  std::erase_if(out, [&](const Finding& f) {
    if (candidate_poison && f.at_ns > candidate_poison->at_ns) return true;
    return oracle_poison && (!f.oracle_record || *f.oracle_record >= oracle_poison->record);
  });
  return out;
}

std::vector<Finding> fact_findings(const Program& program, const Trace& candidate) {
  std::vector<Finding> out;
  const auto poison = first_poison(program, candidate);
  for (const FactFailure& failure : failing_facts(program, candidate)) {
    if (poison && failure.at_ns > poison->at_ns) continue;
    // A run that stopped shows why by itself; what it no longer shows is no second divergence.
    if (!failure.record && candidate.end != RunEnd::completed) continue;
    out.push_back(Finding{.from = FindingClass::comparison,
                          .rule = "then",
                          .slug = "then",
                          .at_ns = failure.at_ns,
                          .event = failure.record
                                       ? std::string(record_name(
                                             candidate.records[*failure.record]))
                                       : "end",
                          .field = failure.field,
                          .detail = failure.detail,
                          .oracle_record = std::nullopt,
                          .candidate_record = failure.record});
  }
  return out;
}

/// Why the oracle's own run is no measure, and where it shows that.
struct OracleFault {
  std::string why;
  std::uint64_t at_ns = 0;
  std::optional<std::size_t> record = std::nullopt;
};
std::optional<OracleFault> oracle_fault(const Program& program, const Trace& oracle,
                                        const JudgeOptions& options) {
  const auto own = own_findings(program, oracle, nullptr, options, nullptr);
  if (!own.empty()) {
    const Finding& f = *std::min_element(own.begin(), own.end(), [](const auto& a, const auto& b) {
      return a.at_ns < b.at_ns;
    });
    return OracleFault{"the oracle breaks " + f.rule + ": " + f.detail, f.at_ns,
                       f.candidate_record};
  }
  if (first_poison(program, oracle)) return std::nullopt;
  const auto facts = failing_facts(program, oracle);
  if (!facts.empty()) {
    return OracleFault{"the oracle lacks a fact of the case: " + facts.front().detail};
  }
  if (const auto event = not_reached(program, oracle)) {
    return OracleFault{"the oracle does not reach '" +
                       event_words(program, program.reaches[*event]) + "'"};
  }
  return std::nullopt;
}

void give_up(Verdict& verdict, Outcome outcome, std::string why) {
  verdict.outcome = outcome;
  verdict.detail = std::move(why);
}

void report_first(Verdict& verdict, std::string_view adapter) {
  std::stable_sort(verdict.findings.begin(), verdict.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.from < b.from;
                   });
  const Finding& first = verdict.findings.front();
  verdict.outcome = Outcome::diverged;
  verdict.rule = first.rule;
  verdict.signature = signature(adapter, first);
  verdict.at_ns = first.at_ns;
  verdict.detail = first.detail;
  verdict.oracle_record = first.oracle_record;
  verdict.candidate_record = first.candidate_record;
}

/// The candidate used up a budget of which the oracle needs a small part only.
bool livelocked(const Trace& oracle, const Trace& candidate) {
  for (const Record& r : candidate.records) {
    if (r.kind != RecordKind::sut_livelock) continue;
    return oracle.machine_events < r.c / kLimits.livelock_share;
  }
  return false;
}

/// Nothing diverged: says whether that means anything.
void judge_silence(Verdict& verdict, const Program& program, const Trace& oracle,
                   const Trace& candidate, Faults faults) {
  const auto poisoned = first_poison(program, candidate);
  const auto poison = poisoned ? poisoned : first_poison(program, oracle);
  if (poison) {
    verdict.at_ns = poison->at_ns;
    give_up(verdict, Outcome::poisoned, std::string(poison->row->sentence));
  } else if (has(candidate, RecordKind::sut_livelock)) {
    give_up(verdict, Outcome::inconclusive,
            "the event budget is exhausted, and the oracle needs much of it too");
  } else if (const auto event = not_reached(program, candidate)) {
    verdict.reached = false;
    give_up(verdict, Outcome::inconclusive,
            "'" + event_words(program, program.reaches[*event]) + "' was not reached");
  } else if (stimuli_end(oracle, candidate) != oracle.records.size() ||
             stimuli_end(candidate, oracle) != candidate.records.size()) {
    verdict.reached = false;
    give_up(verdict, Outcome::inconclusive,
            "a step that waits for an event started in one of the two runs only");
  } else if (faults == Faults::uneven) {
    give_up(verdict, Outcome::inconclusive,
            "the runs differ behind a fault of the machine that hit something else or nobody");
  }
}

}  // namespace

Verdict judge(const Program& program, const Trace& oracle, const Trace& candidate,
              const JudgeOptions& options) {
  Verdict verdict;
  if (oracle.end == RunEnd::not_started) {
    give_up(verdict, Outcome::oracle_wrong, "the oracle did not start: " + oracle.why);
    return verdict;
  }
  if (candidate.end == RunEnd::not_started) {
    give_up(verdict, Outcome::inconclusive, "the candidate did not start: " + candidate.why);
    return verdict;
  }
  if (candidate.end == RunEnd::host_limit) {
    give_up(verdict, Outcome::inconclusive, "the candidate was given up: " + candidate.why);
    return verdict;
  }
  if (has(oracle, RecordKind::sut_livelock)) {
    give_up(verdict, Outcome::inconclusive, "the oracle exhausts the event budget");
    return verdict;
  }
  verdict.findings = own_findings(program, candidate, &oracle, options, &verdict);
  Faults faults = Faults::same;
  for (Finding& f : comparisons(program, oracle, candidate, options, verdict, faults)) {
    verdict.findings.push_back(std::move(f));
  }
  for (Finding& f : fact_findings(program, candidate)) verdict.findings.push_back(std::move(f));
  add_count(verdict.checked, "then", program.then.size());
  if (livelocked(oracle, candidate)) {
    verdict.findings.push_back(Finding{.from = FindingClass::sut,
                                       .rule = "sut/livelock",
                                       .slug = "sut/livelock",
                                       .at_ns = end_ns(candidate),
                                       .event = "sut_livelock",
                                       .field = "events",
                                       .detail = "the event budget is exhausted; the oracle "
                                                 "needs less than an eighth of it",
                                       .oracle_record = std::nullopt,
                                       .candidate_record = std::nullopt});
  }
  verdict.reached = !not_reached(program, candidate).has_value();
  if (auto fault = oracle_fault(program, oracle, options)) {
    verdict.at_ns = fault->at_ns;
    verdict.oracle_record = fault->record;
    give_up(verdict, Outcome::oracle_wrong, std::move(fault->why));
  } else if (!verdict.findings.empty()) {
    report_first(verdict, options.adapter);
  } else {
    judge_silence(verdict, program, oracle, candidate, faults);
  }
  return verdict;
}

}  // namespace protm::judge
