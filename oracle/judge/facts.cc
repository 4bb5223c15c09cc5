// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/facts.h"

#include <map>
#include <set>
#include <utility>

#include "oracle/judge/compare.h"
#include "sut-adapters/contract/event_words.h"

namespace protm::judge {

using namespace contract;

namespace {

using Records = std::vector<Record>;

template <class Test>
std::size_t last_record(const Records& records, Test test) {
  for (std::size_t i = records.size(); i-- > 0;) {
    if (test(records[i])) return i;
  }
  return kNoRecord;
}

FactFailure missing(const Trace& trace, std::string field, std::string detail) {
  return FactFailure{0, quiesce_ns(trace), std::nullopt, std::move(field), std::move(detail)};
}

/// Compares one record's value with the fact's; `record` may be kNoRecord.
template <class ValueOf>
std::optional<FactFailure> hold(const Fact& fact, const Trace& trace, std::size_t record,
                                ValueOf value_of, const std::string& field,
                                const std::string& what) {
  if (record == kNoRecord) return missing(trace, field, what + " is not in the trace");
  const Record& r = trace.records[record];
  const std::uint64_t value = value_of(r);
  if (value == fact.value) return std::nullopt;
  return FactFailure{0, r.time_ns, record, field,
                     what + " is " + result_words(static_cast<std::int64_t>(value)) + ", not " +
                         result_words(static_cast<std::int64_t>(fact.value))};
}

std::optional<FactFailure> check_fence(const Program& program, const Fact& fact,
                                       const Trace& trace) {
  const std::string what = "the error of the fence of job " + step_words(program, fact.step);
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::fence_signalled || r.a != fact.step) continue;
    return hold(fact, trace, i, [](const Record& f) { return f.d; }, "fence", what);
  }
  return missing(trace, "fence",
                 "the fence of job " + step_words(program, fact.step) + " did not signal");
}

std::optional<FactFailure> check_events(const Program& program, const Fact& fact,
                                        const Trace& trace) {
  const std::uint64_t most = fact.kind == FactKind::never ? 0 : fact.value;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    if (!matches(trace.records[i], fact.event) || ++seen <= most) continue;
    return FactFailure{0, trace.records[i].time_ns, i,
                       fact.kind == FactKind::never ? "never" : "at most",
                       "'" + event_words(program, fact.event) + "' happened more than " +
                           std::to_string(most) + " times"};
  }
  return std::nullopt;
}

/// Jobs of one group: how many the Program submits and how many have ended so far.
struct Share {
  std::pair<std::uint32_t, std::uint64_t> among;  ///< those of one GPU and one priority compete
  std::uint32_t jobs = 0;
  std::uint32_t ended = 0;
};

std::map<std::uint32_t, Share> shares_of(const Program& program) {
  std::map<std::uint32_t, Share> out;
  for (std::uint32_t step = 0; step < program.steps.size(); ++step) {
    const Node* const group = step_op(program, group_of_job(program, step));
    if (group == nullptr) continue;
    Share& share = out[group_of_job(program, step)];
    share.among = {device_of_step(program, step), field_number(*group, "priority")};
    ++share.jobs;
  }
  return out;
}

/// Until the first group of a priority has done all of its jobs, all of them compete.
std::optional<FactFailure> check_lead(const Program& program, const Fact& fact,
                                      const Trace& trace) {
  std::map<std::uint32_t, Share> shares = shares_of(program);
  std::set<decltype(Share::among)> over;  // with a group that is through
  bool compared = false;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    const auto own = shares.find(group_of_job(program, r.a));
    if (!is(r, EventKind::job_ended) || own == shares.end()) continue;
    const Share mine = [&] {
      ++own->second.ended;
      return own->second;
    }();
    if (over.contains(mine.among)) continue;
    for (const auto& [group, other] : shares) {
      if (group == own->first || other.among != mine.among) continue;
      compared = true;
      if (mine.ended <= other.ended + fact.value) continue;
      return FactFailure{0, r.time_ns, i, "lead",
                         "group " + step_words(program, own->first) + " has done " +
                             std::to_string(mine.ended) + " jobs when group " +
                             step_words(program, group) + " has done " +
                             std::to_string(other.ended)};
    }
    if (mine.ended == mine.jobs) over.insert(mine.among);
  }
  if (compared) return std::nullopt;
  return missing(trace, "lead", "no two groups of one priority have done a job");
}

std::optional<FactFailure> check(const Program& program, const Fact& fact, const Trace& trace) {
  const Records& records = trace.records;
  const std::string step = step_words(program, fact.step);
  switch (fact.kind) {
    case FactKind::result:
      return hold(fact, trace, last_record(records, [&](const Record& r) {
                    return r.kind == RecordKind::step_returned && r.b == fact.step;
                  }), [](const Record& r) { return r.c; }, "result", "the result of step " + step);
    case FactKind::output:
      return hold(fact, trace, last_record(records, [&](const Record& r) {
                    return r.kind == RecordKind::user_write && r.b == fact.step &&
                           r.c == fact.index;
                  }), [](const Record& r) { return r.d; }, "output", "an output of step " + step);
    case FactKind::memory:
      return hold(fact, trace, last_record(records, [&](const Record& r) {
                    return r.kind == RecordKind::buffer_content && r.sub == 1 &&
                           r.a == fact.step && r.c == fact.offset;
                  }), [](const Record& r) { return r.d; }, "memory",
                  "the word at " + std::to_string(fact.offset) + " of the buffer of step " + step);
    case FactKind::group_state:
      return hold(fact, trace, last_record(records, [&](const Record& r) {
                    return r.kind == RecordKind::group_state && r.a == fact.step;
                  }), [](const Record& r) { return std::uint64_t{r.b}; }, "group state",
                  "the state of the group of step " + step);
    case FactKind::fence: return check_fence(program, fact, trace);
    case FactKind::lead: return check_lead(program, fact, trace);
    case FactKind::never:
    case FactKind::at_most: return check_events(program, fact, trace);
  }
  return std::nullopt;
}

}  // namespace

std::string event_words(const Program& program, const EventSpec& event) {
  return contract::words_of_event(event.kind, event.arg, program.steps);
}

std::vector<FactFailure> failing_facts(const Program& program, const Trace& trace) {
  std::vector<FactFailure> out;
  for (std::size_t i = 0; i < program.then.size(); ++i) {
    auto failure = check(program, program.then[i], trace);
    if (!failure) continue;
    failure->fact = i;
    out.push_back(std::move(*failure));
  }
  return out;
}

std::optional<std::size_t> not_reached(const Program& program, const Trace& trace) {
  for (std::size_t i = 0; i < program.reaches.size(); ++i) {
    const EventSpec& event = program.reaches[i];
    std::uint32_t seen = 0;
    for (const Record& r : trace.records) seen += matches(r, event) ? 1 : 0;
    if (seen < event.count) return i;
  }
  return std::nullopt;
}

}  // namespace protm::judge
