// SPDX-License-Identifier: GPL-2.0-only
// Runs one Program on a candidate that is already booted: starts steps when their triggers say so,
// watches budget and standstill, takes the end state. Who moves time is a Pace: this runner itself
// for stepped candidates (now = min(rig, Host timers, next step), in this order on ties), the
// kernel under linux-uml. Source: design.md section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/steps/pace.h"
#include "sut-adapters/steps/step_calls.h"
#include "sut-adapters/steps/step_order.h"
#include "sut-adapters/steps/step_state.h"
#include "sut-adapters/rig/rig.h"

namespace protm::steps {

/// How long the end state may take to come to rest.
inline constexpr std::uint64_t kSettleNs = 30 * vocab::kSec;

/// Lets the candidate and the machine run until nothing needs to happen any more.
/// Returns false when that does not come within `limit_ns` of simulated time.
bool settle(rig::Rig& rig, contract::Sut& sut, Pace& pace, std::uint64_t limit_ns);
/// Lets time pass until a tenth of a tick behind one that begins a slot of `ticks` ticks. Two
/// kernels are compared from the same time of their clocks on: schedulers count in ticks, and
/// timers end with a slot of the timer wheel. So both load when a slot of kWheelSlot ticks begins,
/// and begin the Program kStartSlot ticks later, however long the probe took: the GPU is awake.
void wait_for_tick(rig::Rig& rig, contract::Sut& sut, Pace& pace, std::uint32_t hz,
                   std::uint32_t ticks);
/// The coarsest slot of timers of up to forty seconds at 100 Hz.
/// Source: kernel/time/timer.c, LVL_GRAN of level 2.
inline constexpr std::uint32_t kWheelSlot = 64;
/// 40 ms at 100 Hz; the GPU would be suspended after 50 ms.
inline constexpr std::uint32_t kStartSlot = 4;
/// Runs one call to its end, outside any actor. Result of the call, or nothing when it never ends.
/// Calls of actors that return meanwhile go to `others`; NULL: none is under way.
std::optional<std::int64_t> run_call(rig::Rig& rig, contract::Sut& sut, Pace& pace,
                                     contract::Call call,
                                     std::vector<contract::Returned>* others = nullptr);

class StepRunner {
 public:
  StepRunner(const contract::Program& program, rig::Rig& rig, contract::Sut& sut, Pace& pace,
             contract::Trace& trace, std::uint64_t owner_heap,
             std::span<const StepTurn> order = {});
  /// The candidate's number of the series' query.
  void set_query_protected_info(std::uint32_t number) { calls_.query_protected_info = number; }
  /// Before T = 0: opens the render node and makes the submits' syncobjs.
  void prologue();
  /// The end state is taken so long after everything came to rest: a GPU that is suspended in the
  /// meantime may have to be reset for it.
  void rest_before_end(std::uint64_t ns) { rest_ns_ = ns; }
  /// The run is a livelock once the machine has had more events than this.
  void set_event_budget(std::uint64_t events) { event_budget_ = events; }
  /// From T = 0 to the end state.
  void run();

 private:
  enum class Next : std::uint8_t { go_on, finished, broken };

  void arm();
  bool start_ready();
  /// The step that an actor would start next; kNoStep while one runs or when none is left.
  std::uint32_t head_of(std::uint32_t actor);
  /// When a step's trigger is fulfilled, in time since T = 0; kNever = not yet known.
  std::uint64_t ready_ns(std::uint32_t step);
  void begin_step(std::uint32_t step);
  void issue(std::uint32_t step);
  void end_step(std::uint32_t step);
  bool take_results();
  void take_returned(const std::vector<contract::Returned>& list);
  [[nodiscard]] std::uint64_t next_step_ns();
  /// Steps from the first on that has not ended: a Program may have thousands, most of them done.
  [[nodiscard]] std::span<const StepState> not_ended();
  [[nodiscard]] bool all_ended();
  [[nodiscard]] bool outstanding();
  [[nodiscard]] bool fences_open() const;
  /// When an operation ends by itself at the latest, in time since T = 0; 0 = it does not say.
  [[nodiscard]] std::uint64_t due_ns(const contract::Node& op) const;
  /// Nothing happened for `stuck_ns` although a call without an end of its own, or one whose end
  /// has passed, or a fence, is waited for. Source: decisions.md 11 ("a wait has no wake-up").
  [[nodiscard]] bool stands_still();
  /// While the system sleeps only the actor that suspended it goes on: it stands for the kernel's
  /// own task. Source: kernel/power/process.c freeze_processes().
  [[nodiscard]] bool frozen(std::uint32_t actor) const;
  void thaw();
  /// The runner wakes a system that nobody else wakes.
  void wake_system();
  Next loop();
  Next nothing_to_do();
  void abandon_waiting();
  void stuck(const char* who);
  void end_state();
  enum class DeviceState : std::uint8_t { asleep, left };
  [[nodiscard]] bool device_sleeps(std::uint32_t device, std::size_t rest_begin) const;
  void report_device(std::uint32_t device, DeviceState state);
  /// GPU `device`, from 0, in a rest_state record.
  [[nodiscard]] std::uint32_t rest_number(std::uint32_t device) const {
    return program_.devices == 1 ? 0 : device + 1;
  }
  void query_states();
  void read_buffers();
  void read_buffer(std::uint32_t step);
  void close_everything();
  [[nodiscard]] std::uint64_t now_ns() const {
    return rig_.now() - vocab::SimTime{rig_.start_ns()};
  }

  const contract::Program& program_;
  rig::Rig& rig_;
  contract::Sut& sut_;
  Pace& pace_;
  contract::Trace& trace_;
  std::vector<StepState> states_;
  StepCalls calls_;
  std::vector<std::vector<std::uint32_t>> steps_of_;  ///< per actor, in order
  std::vector<std::uint32_t> cursor_;                 ///< per actor, into steps_of_
  std::uint64_t owner_heap_;  ///< heap that was registered before load; 0 = none
  StepOrder order_;
  std::uint32_t sleeper_ = contract::kNoStep;  ///< actor that suspended the system
  std::uint32_t suspend_step_ = contract::kNoStep;  ///< and the step by which it did
  std::vector<std::uint32_t> held_;            ///< steps of frozen actors, between two calls
  std::size_t first_open_ = 0;                 ///< all steps before it have ended, for good
  std::uint64_t last_step_ns_ = 0;
  std::uint64_t rest_ns_ = 0;
  std::uint64_t event_budget_ = contract::kLimits.event_budget;
  std::uint32_t jobs_ = 0;
};

}  // namespace protm::steps
