// SPDX-License-Identifier: GPL-2.0-only
// The machine's own future: events as data, ordered by (time, sequence).
// Events hold no pointers, so that a restored snapshot continues as it would have.
// Leaves out: what an event does (machine.cc dispatches).
// Source: design.md sections 2 and 3.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <type_traits>
#include <vector>

#include "gpu-model/vocab/sim_time.h"

namespace protm::gpu {

enum class EventKind : std::uint32_t {
  reset_done,
  flush_done,
  power_done,      // a domain, b 1 on or 0 off
  pwr_delegation,  // a PWR domain, b 1 to the MCU or 0 back
  as_done,     // a AS
  boot_done,   // generation = MCU generation, as for all below
  mcu_disabled,
  doorbell_scan,
  user_doorbell,  // a page
  glb_ack,        // a bits, b values
  mcu_halted,
  csg_ack,      // a slot, b bits, c CSG_REQ as sampled
  cs_requests,  // a slot, b mask of CS
  cs_step,      // a slot, b CS, c slot generation
  run_done,     // a slot, b CS, c slot generation
  glb_idle,     // c serial of the idle period
  progress_timer,  // a slot, c slot generation
  cores_off,
  protm_ack,    // c serial of the entry, as below
  protm_active,
  protm_exit,
  protm_give_in,
  exit_twice,
  protm_fault,
  protm_as_fault,
  fault_line_low,
  spurious_irq,  // a line
};

/// One thing that will happen.
struct Event {
  std::uint64_t at = 0;
  std::uint64_t seq = 0;
  EventKind kind = EventKind::reset_done;
  std::uint32_t generation = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint64_t c = 0;
};
static_assert(std::has_unique_object_representations_v<Event>);

/// Events in the order in which they happen.
class EventQueue {
 public:
  explicit EventQueue(std::pmr::memory_resource* memory) : events_(memory) {}

  /// Adds an event; among events of one time the first added happens first.
  void add(Event event);
  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] std::uint64_t next_ns() const {
    return events_.empty() ? vocab::kNever : events_.front().at;
  }
  /// Removes and returns the next event; the queue must not be empty.
  Event pop();
  /// Removes all events of a kind.
  void cancel(EventKind kind);
  /// The events that wait, in no particular order.
  [[nodiscard]] const std::pmr::vector<Event>& pending() const { return events_; }

 private:
  std::pmr::vector<Event> events_;  // a heap, least (at, seq) in front
  std::uint64_t next_seq_ = 0;
};

}  // namespace protm::gpu
