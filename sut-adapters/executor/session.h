// SPDX-License-Identifier: GPL-2.0-only
// Session: one candidate with one World. It boots the machine and the candidate once per distinct
// start (machine, firmware, heap, parameters) and restores the snapshot for further Programs.
// Whole-program candidates are started anew each time. Source: design.md sections 2 and 4.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/executor/candidate.h"
#include "sut-adapters/rig/rig.h"
#include "sut-adapters/rig/world.h"
#include "sut-adapters/steps/step_order.h"

namespace protm::exec {

/// Whether a booted World may be taken from the last run's snapshot.
enum class Start : std::uint8_t { snapshot, fresh };

/// How a run gets its World.
enum class Begin : std::uint8_t { restored, booted };
/// Told before and after a World is brought to the start of a run: who counts what code does can
/// leave out what hangs on earlier runs.
struct StartWatch {
  void (*before)(Begin) = nullptr;
  void (*after)(Begin) = nullptr;
};

struct RunOptions {
  rig::TraceLevel level = rig::TraceLevel::normal;
  Start start = Start::snapshot;
  /// Replaces the Program's latency seed when not 0, and makes timers as late as a timer wheel may:
  /// the allowed-set reruns.
  std::uint64_t latency_seed = 0;
  /// Steps of different actors start in this order where they can; empty: as triggers say.
  std::span<const steps::StepTurn> order{};
  /// Decides who runs from T = 0 to the end state; instead of the Program's schedule.
  contract::SchedulePolicy* policy = nullptr;
  /// Callers and the work that they woke take turns in the other way than the candidate's.
  bool other_turns = false;
  StartWatch watch{};
  /// Machine events after which the run is a livelock; not for whole-program candidates.
  std::uint64_t event_budget = contract::kLimits.event_budget;
};

class Session {
 public:
  explicit Session(Candidate candidate, std::uint64_t world_base = rig::kWorldBaseA);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Brings the World to the start of `program`: from the snapshot where `start` and the last boot
  /// allow it, else by booting. `run` does this by itself. Returns the digest of the World's bytes.
  std::uint64_t prepare(const contract::Program& program, Start start,
                        std::uint64_t latency_seed = 0);
  /// Runs `program` from its start to its end state.
  [[nodiscard]] contract::Trace run(const contract::Program& program,
                                    const RunOptions& options = {});
  [[nodiscard]] const Candidate& candidate() const { return candidate_; }
  [[nodiscard]] rig::World& world() { return *world_; }

 private:
  [[nodiscard]] contract::Trace run_in_process(const contract::Program& program,
                                               const RunOptions& options);
  /// What besides the Program decides how a World is booted.
  struct Way {
    std::uint64_t latency_seed = 0;
    bool calls_first = false;
  };
  void boot(const contract::Program& program, const vocab::MachineConfig& machine, Way way);
  void start_over(const contract::Program& program, Start start, Way way,
                  const StartWatch& watch = {});

  Candidate candidate_;
  std::unique_ptr<rig::World> world_;
  std::string booted_key_;  ///< what the snapshot was booted with; empty = none
  contract::FirmwareSpec firmware_spec_;  ///< of firmware_, when that is not empty
  std::vector<std::byte> firmware_;       ///< machine and drivers point to these bytes
  std::string heap_param_;
  rig::Rig* rig_ = nullptr;       ///< inside the World
  contract::Sut* sut_ = nullptr;  ///< inside the World
  std::uint64_t owner_heap_ = 0;  ///< handle of the heap registered before load
};

}  // namespace protm::exec
