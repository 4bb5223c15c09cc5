// SPDX-License-Identifier: GPL-2.0-only
// Goal: 64 groups of eight VMs, with and without protected work, for a simulated minute: each group
// with work and none above it gets its turn within R ticks (rule L2), each request is entered (L3),
// each fence signals (L1), and the World holds no more after a minute than after a quarter of it.
// And a hundred groups, as many as a Program holds, that come and go around a protected one.
// What was seen is printed: the longest time off a slot, entries, ticks.
// Leaves out: more than 8 slots, for which the firmware's shared section has no room.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <map>
#include <string>

#include "conformance/format/case_reader.h"
#include "gpu-model/vocab/machine_config.h"
#include "oracle/differential/candidates.h"
#include "oracle/rules/rule_table.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/executor/session.h"

using namespace protm;
using namespace protm::contract;

namespace {

constexpr std::uint32_t kGroups = 64;
constexpr std::uint32_t kVms = 8;  // or as many as have an address space
constexpr std::size_t kGrowth = 40 << 10;
/// Where each access is checked or the code is not fast, a quarter of the time has to do.
constexpr std::uint64_t kLongNs = PROTM_ENDURANCE_SECONDS * vocab::kSec;
/// So long in each build: what it shows must not wait for the slower ones.
constexpr std::uint64_t kShortNs = 8 * vocab::kSec;
constexpr std::uint64_t kEventBudget = 100'000'000;

struct Load {
  std::string_view config = "arch10-fw1";
  std::uint32_t slots = 8;
  std::uint32_t priorities = 1;         ///< groups take turns in having one of so many
  std::uint32_t protected_percent = 25;
  std::uint64_t long_ns = kLongNs;
};

std::string join(const char* form, std::uint64_t a, std::uint64_t b) {
  std::string out(200, '\0');
  out.resize(static_cast<std::size_t>(std::snprintf(out.data(), out.size(), form,
                                                    static_cast<unsigned long long>(a),
                                                    static_cast<unsigned long long>(b))));
  return out;
}

/// Without a space for each VM nobody is owed a turn.
std::uint32_t vms_of(std::string_view config) {
  const int spaces = std::popcount(vocab::config_by_name(config)->as_present) - 1;
  return std::min(kVms, static_cast<std::uint32_t>(spaces));
}

/// Two jobs for each group, so long that all of them together fill `minute_ns` on the slots.
std::string case_text(const Load& load, std::uint64_t minute_ns) {
  static constexpr const char* kPriority[] = {"medium", "low", "high", "realtime"};
  const std::uint64_t job_us = minute_ns / vocab::kUs * load.slots / kGroups / 2;
  std::string out = "schema: 1\nrequires: [panthor, protm, vm_bind, realtime]\nmachine: {config: " +
                    std::string(load.config) + join(", csg_slots: %llu}\n", load.slots, 0) +
                    "caps: {all: [sys_nice]}\nactors:\n  all:\n";
  const std::uint32_t vms = vms_of(load.config);
  for (std::uint32_t v = 0; v < vms; ++v) {
    out += join("    - {id: v%llu, vm_create: {}}\n", v, 0);
    out += join("    - {stream_area: {vm: $v%llu, size: 256KiB}}\n", v, 0);
  }
  for (std::uint32_t g = 0; g < kGroups; ++g) {
    const bool inside = g * 100 / kGroups < load.protected_percent;
    out += join("    - {id: g%llu, group_create: {vm: $v%llu, priority: ", g, g % vms) +
           kPriority[g % load.priorities] + (inside ? ", flags: [protm]" : "") +
           ", queues: [{ringbuf: 4KiB}]}}\n";
  }
  for (std::uint32_t round = 0; round < 2; ++round) {
    for (std::uint32_t g = 0; g < kGroups; ++g) {
      const bool inside = g * 100 / kGroups < load.protected_percent;
      out += join("    - {group_submit: {group: $g%llu, stream: [{run_compute: %lluus}", g, job_us);
      // Short, as a frame is: most of a minute is for all.
      out += inside ? ", {prot_region: [{run_compute: 2ms}]}, {run_compute: 1ms}]}}\n" : "]}}\n";
    }
  }
  return out;
}

/// What a run showed.
struct Seen {
  std::uint64_t worst_off_ns = 0;   ///< longest time that a group was taken off its slot for
  std::uint64_t entries = 0, ticks = 0, rotations = 0, signalled = 0;
};

Seen look(const Trace& trace) {
  Seen seen;
  std::map<std::uint32_t, std::uint64_t> off;
  std::uint64_t last_update_ns = UINT64_MAX;
  for (const Record& r : trace.records) {
    if (is(r, EventKind::group_off_slot)) off[r.a] = r.time_ns;
    if (is(r, EventKind::group_on_slot)) {
      ++seen.rotations;
      if (const auto since = off.find(r.a); since != off.end()) {
        seen.worst_off_ns = std::max(seen.worst_off_ns, r.time_ns - since->second);
      }
    }
    if (is(r, vocab::ObservationKind::protm_active)) ++seen.entries;
    if (is(r, vocab::ObservationKind::status_update_sampled) && r.time_ns != last_update_ns) {
      ++seen.ticks;
      last_update_ns = r.time_ns;
    }
    if (r.kind == RecordKind::fence_signalled && r.d == 0) ++seen.signalled;
  }
  return seen;
}

/// A video group whose jobs enter one after the other, and a crowd of groups, every third of them
/// protected, that are made and destroyed meanwhile.
std::string crowd_text(std::uint32_t groups, std::uint32_t jobs) {
  std::string out =
      "schema: 1\nrequires: [panthor, protm, vm_bind]\nactors:\n  video:\n"
      "    - {id: v, vm_create: {}}\n    - {stream_area: {vm: $v, size: 64KiB}}\n"
      "    - {id: p, group_create: {vm: $v, flags: [protm], queues: [{ringbuf: 4KiB}]}}\n";
  for (std::uint32_t j = 0; j < jobs; ++j) {
    out += join("    - {id: j%llu, group_submit: {group: $p, stream: [{prot_region: "
                "[{run_compute: 5ms}]}]}}\n    - {wait: {job: $j%llu, timeout: 8s}}\n", j, j);
  }
  out += "  crowd:\n    - {id: u, vm_create: {}}\n";
  for (std::uint32_t g = 0; g < groups; ++g) {
    out += join("    - {id: c%llu, group_create: {vm: $u, queues: [{ringbuf: 4KiB}]", g, 0) +
           (g % 3 == 0 ? ", flags: [protm]" : "") + "}}\n" +
           join("    - {group_destroy: $c%llu}\n", g, 0);
  }
  return out;
}

Trace run(exec::Session& session, const std::string& text, Program& program) {
  auto read = format::read_case("endurance", text);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().front().message));
  program = std::move(*read);
  return session.run(program, {.event_budget = kEventBudget});
}

/// Times that each rule was armed; none may be broken.
std::map<std::string_view, std::uint64_t> kept_rules(const Program& program, const Trace& trace) {
  std::map<std::string_view, std::uint64_t> armed;
  for (const Rule& rule : rules::rule_table()) {
    const RuleResult result = rule.evaluate(program, trace);
    const std::string why = result.violation ? result.violation->detail : "";
    CHECK_MESSAGE(!result.violation, (std::string(rule.id) + ": " + why));
    armed[rule.id] = result.armed;
  }
  return armed;
}

void endure(const Load& load) {
  CAPTURE(load.config);
  CAPTURE(load.slots);
  exec::Session session(differential::reference());
  Program program;
  (void)run(session, case_text(load, load.long_ns / 4), program);
  const std::size_t warm = session.world().live_bytes();
  const Trace trace = run(session, case_text(load, load.long_ns), program);
  CHECK(trace.end == RunEnd::completed);
  // Containers keep what they once grew to, a few times 10 KiB in all. A byte more for each tick
  // would show.
  CHECK(session.world().live_bytes() < warm + kGrowth);
  auto armed = kept_rules(program, trace);
  CHECK(armed["L1"] == 2 * kGroups);
  CHECK(armed["L2"] > kGroups);
  if (load.protected_percent != 0) CHECK(armed["L3"] > 0);
  const Seen seen = look(trace);
  CHECK(seen.signalled == 2 * kGroups);
  MESSAGE(load.config << ", " << load.slots << " slots, " << load.priorities << " priorities, "
                      << load.protected_percent << " % protected: " << end_ns(trace) / vocab::kMs
                      << " ms, " << seen.ticks << " ticks, " << seen.rotations << " rotations, "
                      << seen.entries << " entries, off a slot for "
                      << seen.worst_off_ns / kLimits.tick_ns << " ticks at most, "
                      << session.world().live_bytes() << " bytes live");
}

}  // namespace

TEST_CASE("endurance: 64 groups of one priority take turns for a minute, on each machine") {
  for (const std::string_view config : vocab::config_names()) {
    endure({.config = config, .slots = 8});
  }
  endure({.slots = 3});
  endure({.long_ns = kShortNs});
}

TEST_CASE("endurance: all groups protected, none protected, and four priorities") {
  endure({.protected_percent = 100});
  endure({.protected_percent = 0});
  endure({.slots = 3, .priorities = 4});
}

TEST_CASE("endurance: a hundred groups come and go around protected work") {
  constexpr std::uint32_t kJobs = 20;
  exec::Session session(differential::reference());
  Program program;
  (void)run(session, crowd_text(25, kJobs), program);
  const std::size_t warm = session.world().live_bytes();
  const Trace trace = run(session, crowd_text(100, kJobs), program);
  CHECK(trace.end == RunEnd::completed);
  // What goes waits for the session, so a few groups more are there at a time: 30 KiB each.
  CHECK(session.world().live_bytes() < warm + 4 * kGrowth);
  auto armed = kept_rules(program, trace);
  CHECK(armed["L1"] == kJobs);
  CHECK(armed["L3"] > 0);
  CHECK(armed["I6"] > 0);
  const Seen seen = look(trace);
  CHECK(seen.signalled == kJobs);
  CHECK(seen.entries >= kJobs);
}
