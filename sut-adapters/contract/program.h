// SPDX-License-Identifier: GPL-2.0-only
// A Program: one case as data. What the outside world does (steps of actors), on which machine,
// with which faults; what must be reached and what every right trace shows. Steps are trees of
// Nodes that one table describes (op_table.h), so YAML, the binary form, the mutator and the step
// runner need no code per operation. Source: design.md section 5, decisions.md 22-25.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/machine_fault.h"
#include "sut-adapters/contract/event.h"
#include "sut-adapters/contract/schedule.h"

namespace protm::contract {

/// Bounds by construction. Source: design.md section 5.
inline constexpr std::uint32_t kMaxSteps = 256;
/// Of a Program that is made of random bytes: more would only make each run longer.
inline constexpr std::uint32_t kMaxRandomSteps = 64;
inline constexpr std::uint32_t kMaxActors = 8;
inline constexpr std::uint32_t kMaxFaults = 32;
inline constexpr std::uint32_t kMaxListItems = 64;
inline constexpr std::uint64_t kMaxTimeNs = 60'000'000'000;
inline constexpr std::uint32_t kNoStep = UINT32_MAX;

struct Node;

/// One field's value. Which member counts is said by the field's type in op_table.h.
struct Value {
  enum class Kind : std::uint8_t {
    absent,  ///< not given: the operation's default
    number,  ///< integer, size, time in ns, VA, flags, word number
    ref,     ///< `number` = step number whose primary result is meant
    raw,     ///< `number` is passed as it is instead of a reference ("escape")
    text,
    list,
  };
  Kind kind = Kind::absent;
  std::uint64_t number = 0;
  std::string text;
  std::vector<Node> list;
  friend bool operator==(const Value&, const Value&) = default;
};

/// An operation, a stream instruction, a VM_BIND op ...: `type` indexes node_table().
struct Node {
  std::uint16_t type = 0;
  std::vector<Value> fields;  ///< as many as the type has, in its order
  friend bool operator==(const Node&, const Node&) = default;
};

/// When a step starts: at `at_ns`, or `delay_ns` after an event; never before its predecessor
/// in the same actor returned.
struct Trigger {
  std::uint64_t at_ns = 0;  ///< only without an event; 0 = as soon as possible
  EventSpec after;
  std::uint64_t delay_ns = 0;
  friend bool operator==(const Trigger&, const Trigger&) = default;
};

struct Step {
  std::string id;  ///< name in YAML; empty = none
  std::uint32_t actor = 0;
  std::uint32_t device = 0;  ///< GPU of open, probe, unbind, suspend, resume, unplug; from 0
  Trigger when;
  Node op;
  friend bool operator==(const Step&, const Step&) = default;
};

struct Actor {
  std::string name;
  bool sys_nice = false;
  bool sys_admin = false;
  friend bool operator==(const Actor&, const Actor&) = default;
};

/// A failing Host call: `call` and `role` are words of the drivers' roles, `nth` counts per role.
struct HostFault {
  std::string call;  ///< "alloc", "heap_alloc", "page_alloc", "prime_map", "fd", ...
  std::string role;
  std::uint32_t nth = 1;
  std::int64_t value = -12;  ///< negative errno, or bytes for short_by
  friend bool operator==(const HostFault&, const HostFault&) = default;
};

/// A fault of the Program: of the machine, or of a Host call.
struct Fault {
  bool host = false;
  vocab::MachineFault machine{};
  HostFault call;
};

enum class FactKind : std::uint8_t {
  result,       ///< step's result is `value` (>= 0 or -errno)
  fence,        ///< job of `step`: value 0 = signalled without error, else positive errno
  output,       ///< field `index` of the step's output is `value`
  memory,       ///< at quiesce: 64-bit word at `offset` of the BO of `step` is `value`
  never,        ///< no record of event kind `event`
  at_most,      ///< at most `value` records of event kind `event`
  group_state,  ///< at quiesce: state bits of the group of `step`
  lead,         ///< no group is more than `value` ended jobs ahead of one of its priority
};

/// What every right trace of any driver has. A failing oracle means: fix the oracle.
struct Fact {
  FactKind kind{};
  std::uint32_t step = kNoStep;
  std::uint32_t index = 0;
  std::uint64_t offset = 0;
  std::uint64_t value = 0;
  EventSpec event;
  friend bool operator==(const Fact&, const Fact&) = default;
};

/// How the run starts. `probed`: module loaded with the parameters and probed to quiescence before
/// T = 0 (decisions.md 23). `cold`: nothing is loaded; the steps do it.
enum class Boot : std::uint8_t { probed, cold };

/// The firmware image: which sections the builder puts in, and where its words are other ones.
struct FirmwareSpec {
  std::uint8_t prot_sections = 1;  ///< number of PROT sections
  std::uint8_t prot_flavour = 0;   ///< 0 plain, 1 ZERO, 2 with data
  std::uint8_t patched = 0;        ///< number of words of `patch`
  std::uint8_t said = 0;           ///< number of words of `says`
  std::uint32_t truncate_to = 0;   ///< 0 = whole; else the file is cut to so many bytes
  /// Words of the file, which grows to hold them, before it is cut.
  std::array<vocab::fw_image::OddWord, vocab::fw_image::kOddWords> patch{};
  /// What the firmware writes at a boot behind everything else, by offset in the shared section.
  std::array<vocab::fw_image::OddWord, vocab::fw_image::kOddWords> says{};
  friend bool operator==(const FirmwareSpec&, const FirmwareSpec&) = default;
};

struct Program {
  std::string id;  ///< "sched/sched-020-..."; empty for fuzz input
  std::string title;
  std::string why;
  std::vector<std::string> entries;  ///< catalogue entries
  std::uint32_t requires_mask = 0;   ///< Capability bits
  vocab::MachineConfig machine = *vocab::config_by_name("arch10-fw1");
  std::uint32_t devices = 1;  ///< GPUs, alike, with one driver
  FirmwareSpec firmware;
  Boot boot = Boot::probed;
  std::string heap_param;      ///< module parameter protected_heap_name; see heap_param_set
  bool heap_param_set = true;  ///< false: parameter not given
  bool heap_present = true;    ///< a protected heap of that name is registered before load
  bool heap_protected = true;  ///< its memory is really protected
  std::vector<Actor> actors;
  std::vector<Step> steps;  ///< in the order of their numbers; an actor runs its own in order
  std::vector<Fault> faults;
  std::vector<ScheduleEntry> schedule;  ///< empty = the candidate's own order
  ExploreSpec explore;
  std::vector<EventSpec> reaches;
  std::vector<Fact> then;
};

}  // namespace protm::contract
