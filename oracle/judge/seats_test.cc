// SPDX-License-Identifier: GPL-2.0-only
// Goal: the seats are those of the records read so far; only at() looks ahead, and only where
// nobody sits.
#include "oracle/judge/seats.h"

#include <doctest/doctest.h>

#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::judge;

namespace {

constexpr auto kRef = Value::Kind::ref;

struct World {
  Program program;
  std::uint32_t vm = add_step(program, make_node(NodeType::vm_create));
  std::uint32_t mine = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
  std::uint32_t other = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
  std::uint32_t job = add_job(program, mine);
};

}  // namespace

TEST_CASE("Seats: a group sits down, is at a job, and leaves") {
  const World w;
  TraceBuilder b;
  b.event(EventKind::group_on_slot, w.mine, 2)
      .event(EventKind::job_started, w.job, 2)
      .event(EventKind::job_ended, w.job, 2)
      .event(EventKind::group_off_slot, w.mine, 2);
  const Trace& trace = b.trace();
  Seats seats(w.program, trace);
  CHECK_FALSE(seats.now(2));
  const std::vector<std::optional<Seat>> expected{Seat{.group = w.mine},
                                                  Seat{.group = w.mine, .job = w.job},
                                                  Seat{.group = w.mine}, std::nullopt};
  REQUIRE(trace.records.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    seats.take(trace.records[i]);
    CHECK(seats.now(2) == expected[i]);
    CHECK(seats.sits(w.mine) == expected[i].has_value());
    CHECK_FALSE(seats.sits(w.other));
  }
}

TEST_CASE("Seats: a job that starts shows its group where no START was seen") {
  const World w;
  TraceBuilder b;
  b.event(EventKind::job_started, w.job, 0);
  Seats seats(w.program, b.trace());
  seats.take(b.trace().records[0]);
  CHECK(seats.now(0) == Seat{.group = w.mine, .job = w.job});
}

TEST_CASE("Seats: an empty slot is that of whom it takes next, a taken one of who is in it") {
  const World w;
  TraceBuilder b;
  b.event(EventKind::group_on_slot, w.mine, 0).event(EventKind::group_on_slot, w.other, 1);
  Seats seats(w.program, b.trace());
  CHECK(seats.at(1, 0) == Seat{.group = w.other});
  CHECK(seats.at(1, 2) == Seat{});
  CHECK(seats.at(7, 0) == Seat{});
  seats.take(b.trace().records[0]);
  CHECK(seats.at(0, 1) == Seat{.group = w.mine});
  TraceBuilder booted;
  booted.saw(vocab::ObservationKind::mcu_boot).event(EventKind::group_on_slot, w.other, 1);
  CHECK(Seats(w.program, booted.trace()).at(1, 0) == Seat{});
  CHECK(Seats(w.program, booted.trace()).at(1, 1) == Seat{.group = w.other});
}
