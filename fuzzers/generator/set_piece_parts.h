// SPDX-License-Identifier: GPL-2.0-only
// What set pieces are made of: one client, moments inside a session, lines of a schedule; and the
// pieces that have a file of their own: pieces_start.cc about the device, pieces_turns.cc about
// slots and ticks, pieces_faults.cc about what goes wrong at and in sessions, pieces_memory.cc
// about mappings, pieces_odd.cc about values that topics hardly ever draw.
// Leaves out: which piece a seed is (set_piece.h).
#pragma once

#include <cstdint>
#include <string>

#include "fuzzers/generator/scene.h"
#include "sut-adapters/contract/schedule.h"

namespace protm::fuzz {

/// A client with its VM, on a file that all share, and an actor of its own.
Client& only_client(Scene& scene);
/// Some time after a session began, in steps of 50 us.
[[nodiscard]] contract::Trigger inside(std::uint64_t least_ns, std::uint64_t most_ns,
                                       Random& random);
/// A number of microseconds within bounds, small ones as likely as large ones.
[[nodiscard]] std::uint64_t draw_short(std::uint64_t least_ns, std::uint64_t most_ns,
                                       Random& random);
/// A line of the schedule.
void until(Scene& scene, contract::ScheduleEntry::Verb verb, contract::TaskSpec task,
           contract::PointKind point, std::string object, std::uint32_t count);
[[nodiscard]] contract::TaskSpec role(const char* word);
/// A job whose first part runs for `before_ns` and whose second is a protected region.
std::uint32_t submit_region(Scene& scene, Client& client, std::size_t group, std::uint32_t queue,
                            std::uint64_t before_ns, const RunTime& region,
                            const contract::Trigger& when = {});

// pieces_start.cc
void odd_start(Scene& scene);
void device_meets_session(Scene& scene);
// pieces_turns.cc
void long_sessions(Scene& scene);
void asks_and_loses_slot(Scene& scene);
void queues_ask(Scene& scene);
void doorbells_inside(Scene& scene);
// pieces_faults.cc
void binds_of_two(Scene& scene);
void entry_fails(Scene& scene);
void entry_meets_reset(Scene& scene);
void faults_in_a_row(Scene& scene);
void silent_at_grant(Scene& scene);
void slow_exits(Scene& scene);
// pieces_memory.cc
void cut_blocks(Scene& scene);
void memory_pressure(Scene& scene);
void user_page(Scene& scene);
void labels(Scene& scene);
// pieces_odd.cc
void odd_heap_calls(Scene& scene);
void odd_tilers(Scene& scene);
void short_sessions(Scene& scene);
void no_progress(Scene& scene);

}  // namespace protm::fuzz
