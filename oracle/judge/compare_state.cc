// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "oracle/judge/compare.h"

namespace protm::judge {

using namespace contract;

namespace {

/// What a rest_state record may say that means the same for every right driver. Others inform.
constexpr std::array<std::string_view, 6> kComparedRest{
    "vms", "groups", "heaps", "live_heap_buffers", "heap_refs", "reset_pending"};
/// Of the device, when it sleeps: a line that is not masked calls a handler that finds no clock.
/// And when its driver is gone. Which address spaces still translate hangs on who was
/// thrown out of one last, and without a running MCU nobody uses them.
constexpr std::array<std::string_view, 5> kComparedDevice{
    "asleep_unmasked_irq_lines", "asleep_l2_ready", "unmasked_irq_lines", "mcu_status", "l2_ready"};

/// The last reset did not get that GPU out of protected mode: its driver has given it up.
bool lost_inside(const Trace& trace, std::uint32_t device) {
  bool lost = false;
  for (const Record& r : trace.records) {
    if (r.device != device) continue;
    lost = lost || is(r, vocab::ObservationKind::rule_reset_leaves_protm);
    if (is(r, vocab::ObservationKind::reset_completed)) lost = false;
  }
  return lost;
}

using Key = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>;
using Values = std::map<Key, std::pair<std::size_t, std::uint64_t>>;  // key -> record, value

/// Collects the records of one kind under a key with one value each.
template <class KeyOf, class ValueOf>
Values collect(const Trace& trace, RecordKind kind, KeyOf key_of, ValueOf value_of) {
  Values out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == kind) out[key_of(r)] = {i, value_of(r)};
  }
  return out;
}

struct What {
  std::string_view slug;
  std::string_view event;
  std::string_view field;
  std::string_view words;   // "the content of the buffer of step"
};

void compare_values(Comparison& c, const What& what, const Values& oracle,
                    const Values& candidate) {
  for (const auto& [key, want] : oracle) {
    const auto got = candidate.find(key);
    if (got == candidate.end() && !c.both_completed()) continue;
    c.count(what.slug);
    if (got != candidate.end() && got->second.second == want.second) continue;
    const bool missing = got == candidate.end();
    const std::size_t record = missing ? quiesce_index(c.candidate) : got->second.first;
    c.findings.push_back(
        Finding{.from = FindingClass::comparison,
                .rule = std::string(what.slug),
                .slug = std::string(what.slug),
                .at_ns = missing ? quiesce_ns(c.candidate) : c.candidate.records[record].time_ns,
                .event = std::string(what.event),
                .field = std::string(missing ? std::string_view("missing") : what.field),
                .detail = std::string(what.words) + " " +
                          step_words(c.program, std::get<0>(key)) +
                          (missing ? " is there in the oracle's run only"
                                   : " differs from the oracle's"),
                .oracle_record = want.first,
                .candidate_record = missing ? std::nullopt : std::optional(record)});
  }
  for (const auto& [key, got] : candidate) {
    if (oracle.contains(key) || !c.both_completed()) continue;
    c.count(what.slug);
    c.findings.push_back(
        Finding{.from = FindingClass::comparison,
                .rule = std::string(what.slug),
                .slug = std::string(what.slug),
                .at_ns = c.candidate.records[got.first].time_ns,
                .event = std::string(what.event),
                .field = "unexpected",
                .detail = std::string(what.words) + " " +
                          step_words(c.program, std::get<0>(key)) +
                          " is there in the candidate's run only",
                .oracle_record = std::nullopt,
                .candidate_record = got.first});
  }
}

Key by_step(const Record& r) { return {r.a, 0, 0}; }

/// The values of one rest_state text of one GPU, or of the system, in order.
std::vector<std::size_t> rest_records(const Trace& trace, std::string_view text,
                                      std::uint32_t gpu) {
  std::vector<std::size_t> out;
  for (std::size_t i = quiesce_index(trace); i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    const bool own = r.kind == RecordKind::rest_state && r.a == gpu;
    if (own && trace.text(r.text) == text) out.push_back(i);
  }
  return out;
}

std::size_t resets_in_last_second(const Trace& trace, std::size_t index) {
  const std::uint64_t now_ns = trace.records[index].time_ns;
  const std::uint32_t gpu = trace.records[index].a;
  const auto end = trace.records.begin() + static_cast<std::ptrdiff_t>(index);
  return static_cast<std::size_t>(
      std::count_if(trace.records.begin(), end, [&](const Record& r) {
        return is(r, vocab::ObservationKind::reset_started) &&
               (gpu == 0 || r.device + 1u == gpu) && r.time_ns + vocab::kSec > now_ns;
      }));
}

/// Whether it says nothing that a reset is pending at rest in one run: at the limit of a Program
/// one may be left to do, and of resets that follow each other without an end one is under way.
bool reset_may_wait(const Comparison& c, std::size_t oracle, std::size_t candidate) {
  const std::uint64_t end_ns = std::max(c.oracle.records[oracle].time_ns,
                                        c.candidate.records[candidate].time_ns);
  return end_ns >= kMaxTimeNs || (resets_in_last_second(c.oracle, oracle) > 1 &&
                                  resets_in_last_second(c.candidate, candidate) > 1);
}

void compare_rest_text(Comparison& c, std::string_view text, std::uint32_t gpu) {
  const auto oracle = rest_records(c.oracle, text, gpu);
  const auto candidate = rest_records(c.candidate, text, gpu);
  const std::size_t n = std::min(oracle.size(), candidate.size());
  for (std::size_t i = 0; i < n; ++i) {
    const Record& want = c.oracle.records[oracle[i]];
    const Record& got = c.candidate.records[candidate[i]];
    if (text == "reset_pending" && reset_may_wait(c, oracle[i], candidate[i])) continue;
    c.count("rest-state");
    if (want.c == got.c) continue;
    c.findings.push_back(Finding{.from = FindingClass::comparison,
                                 .rule = "rest-state",
                                 .slug = "rest-state",
                                 .at_ns = got.time_ns,
                                 .event = "rest_state",
                                 .field = std::string(text),
                                 .detail = "at rest " + std::string(text) + " = " +
                                           std::to_string(got.c) + ", the oracle's " +
                                           std::to_string(want.c),
                                 .oracle_record = oracle[i],
                                 .candidate_record = candidate[i]});
    return;
  }
}

}  // namespace

void compare_memory(Comparison& c) {
  const auto contents = [](const Trace& trace) {
    Values out;
    for (std::size_t i = 0; i < trace.records.size(); ++i) {
      const Record& r = trace.records[i];
      if (r.kind == RecordKind::buffer_content && r.sub == 0) {
        out[Key{r.a, r.b, 0}] = {i, r.d};
      }
    }
    return out;
  };
  compare_values(c, {"memory", "buffer_content", "bytes", "the content of the buffer of step"},
                 contents(c.oracle), contents(c.candidate));
}

void compare_rest(Comparison& c) {
  const auto bits = [](const Record& r) { return std::uint64_t{r.b} | r.c << 32; };
  const auto word = [](const Record& r) { return std::uint64_t{r.b}; };
  const auto range = [](const Record& r) { return Key{r.a, r.c, r.d}; };
  const auto get = [](const Trace& trace, RecordKind kind, auto key, auto value) {
    return collect(trace, kind, key, value);
  };
  compare_values(c, {"rest-state", "group_state", "state", "the state of the group of step"},
                 get(c.oracle, RecordKind::group_state, by_step, bits),
                 get(c.candidate, RecordKind::group_state, by_step, bits));
  compare_values(c, {"rest-state", "vm_state", "state", "the state of the VM of step"},
                 get(c.oracle, RecordKind::vm_state, by_step, word),
                 get(c.candidate, RecordKind::vm_state, by_step, word));
  compare_values(c, {"rest-state", "mapping", "mapped", "a mapping in the VM of step"},
                 get(c.oracle, RecordKind::mapping, range, word),
                 get(c.candidate, RecordKind::mapping, range, word));
  for (const std::string_view text : kComparedRest) compare_rest_text(c, text, 0);
  for (std::uint32_t device = 0; device < c.program.devices; ++device) {
    const std::uint32_t gpu = c.program.devices == 1 ? 0 : device + 1;
    if (gpu != 0) compare_rest_text(c, "reset_pending", gpu);
    // What a driver still writes to a GPU that it has given up is nobody's business.
    if (lost_inside(c.oracle, device) && lost_inside(c.candidate, device)) continue;
    for (const std::string_view text : kComparedDevice) compare_rest_text(c, text, gpu);
  }
}

void compare_heap(Comparison& c) {
  using Size = std::pair<std::uint32_t, std::uint64_t>;  // heap, bytes
  const auto taken = [](const Trace& trace) {
    std::map<Size, std::vector<std::size_t>> out;
    const std::size_t end = quiesce_index(trace);
    for (std::size_t i = 0; i < end; ++i) {
      const Record& r = trace.records[i];
      if (r.kind == RecordKind::heap_alloc && r.sub == 0) out[{r.a, r.c}].push_back(i);
    }
    return out;
  };
  const auto oracle = taken(c.oracle);
  const auto candidate = taken(c.candidate);
  const auto report = [&](std::uint64_t at_ns, std::string_view field,
                          std::optional<std::size_t> o, std::optional<std::size_t> k) {
    c.findings.push_back(Finding{.from = FindingClass::comparison,
                                 .rule = "heap-alloc",
                                 .slug = "heap-alloc",
                                 .at_ns = at_ns,
                                 .event = "heap_alloc",
                                 .field = std::string(field),
                                 .detail = field == "missing"
                                               ? "a buffer that the oracle takes from the heap "
                                                 "was not taken"
                                               : "a buffer was taken from the heap that the "
                                                 "oracle does not take",
                                 .oracle_record = o,
                                 .candidate_record = k});
  };
  for (const auto& [size, records] : candidate) {
    c.count("heap-alloc", records.size());
    const auto want = oracle.find(size);
    const std::size_t n = want == oracle.end() ? 0 : want->second.size();
    if (records.size() > n) {
      report(c.candidate.records[records[n]].time_ns, "unexpected", std::nullopt, records[n]);
    }
  }
  if (!c.both_completed()) return;
  for (const auto& [size, records] : oracle) {
    const auto got = candidate.find(size);
    const std::size_t n = got == candidate.end() ? 0 : got->second.size();
    if (records.size() > n) report(quiesce_ns(c.candidate), "missing", records[n], std::nullopt);
  }
}

}  // namespace protm::judge
