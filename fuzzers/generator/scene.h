// SPDX-License-Identifier: GPL-2.0-only
// A Program of the full scope while it is made: its clients, who else acts, and the moments at
// which something may befall them. Topics add to it.
// Leaves out: what a topic adds (topic_*.cc), and in which order (full.cc).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fuzzers/generator/client.h"
#include "fuzzers/generator/program_builder.h"
#include "fuzzers/generator/random.h"
#include "fuzzers/generator/swarm.h"
#include "gpu-model/vocab/machine_fault.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

using vocab::kUs;

struct Scene {
  explicit Scene(std::uint64_t seed);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// An actor beside the clients; the first ones are new, then they come again.
  std::uint32_t outsider();
  /// One that does nothing else; an outsider when there is no room for another actor.
  std::uint32_t stranger(const char* name);
  [[nodiscard]] Client& any_client() { return clients[random.below(clients.size())]; }
  /// A step whose result has this kind; kNoStep when there is none.
  [[nodiscard]] std::uint32_t any(contract::Makes makes);
  /// When something happens: an event of a session, of a job or of the machine, and a while.
  [[nodiscard]] contract::Trigger moment();
  /// From nothing to as long as a tick or a session.
  [[nodiscard]] std::uint64_t a_while_ns();
  void sleep(std::uint32_t actor, std::uint64_t ns);
  /// A fault of the machine; left out when there are too many.
  void add_fault(vocab::MachineFault fault);
  void add_fault(contract::HostFault fault);
  /// Whether so many steps fit, besides those that the clients still need.
  [[nodiscard]] bool room(std::uint32_t steps) const { return builder.room() > steps + kReserve; }

  contract::Program program;
  Random random;
  ProgramBuilder builder;
  Swarm swarm;
  std::uint32_t slots = 0;
  std::uint32_t file = contract::kNoStep;  ///< that a cold start opens
  std::vector<Client> clients;

 private:
  static constexpr std::uint32_t kReserve = 8;
  [[nodiscard]] contract::EventSpec event();
  std::vector<std::uint32_t> outsiders_;
};

/// Lists of alternatives that the swarm thins out.
enum class SwarmList : std::uint32_t { moments, session_faults, machine_faults, operations, calls };
[[nodiscard]] constexpr std::uint32_t number_of(SwarmList list) {
  return static_cast<std::uint32_t>(list);
}

}  // namespace protm::fuzz
