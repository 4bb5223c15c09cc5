// SPDX-License-Identifier: GPL-2.0-only
// Readings of a Trace that several rules and the judge share: protected windows, which group sat in
// which slot, what a record is called. Pure; looks at nothing but Program and Trace.
// Leaves out: anything about right and wrong. Source: design.md section 6, decisions.md 7 and 9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "gpu-model/vocab/observation.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::contract {

inline constexpr std::size_t kNoRecord = SIZE_MAX;
/// `sub` of a kernel_log record: the runner resumes a system that no step woke.
inline constexpr std::uint16_t kRunnerWakes = 1;

[[nodiscard]] constexpr bool is(const Record& r, vocab::ObservationKind kind) {
  return r.kind == RecordKind::machine && r.sub == static_cast<std::uint16_t>(kind);
}
[[nodiscard]] constexpr bool is(const Record& r, EventKind kind) {
  return r.kind == RecordKind::event && r.sub == static_cast<std::uint16_t>(kind);
}

/// Name of what a record is, in words without numbers: the observation, event or record kind.
[[nodiscard]] std::string_view record_name(const Record& record);
/// True when the record is an occurrence that `spec` names; the count is not looked at. What the
/// machine or Host records anyway has no `event` record of its own.
[[nodiscard]] bool matches(const Record& record, const EventSpec& spec);
/// Time of the last record, 0 for an empty Trace.
[[nodiscard]] std::uint64_t end_ns(const Trace& trace);

/// Index of the first record of the end state (group, VM and buffer contents, rest_state); the size
/// of the Trace when there is none. What comes behind is the runner giving everything back.
[[nodiscard]] std::size_t quiesce_index(const Trace& trace);
/// Time at which that index was reached.
[[nodiscard]] std::uint64_t quiesce_ns(const Trace& trace);
/// Index of the record in which `step` starts; the number of records when it never does.
[[nodiscard]] std::size_t start_index(const Trace& trace, std::uint32_t step);
/// Since when a GPU has been down at that index behind resumes that failed; kNever when all are up.
/// A resume has failed when a step says so, or when a boot fails behind a power-off that was no
/// reset's, and until firmware boots. Source: panthor_device.c panthor_device_resume().
[[nodiscard]] std::uint64_t down_since_ns(const Program& program, const Trace& trace);

/// The operation of a step; nothing when the number is not one of the Program.
[[nodiscard]] const Node* step_op(const Program& program, std::uint32_t step);
/// Number of the GPU that a step speaks to, from 0: its own, or that of the file it names.
[[nodiscard]] std::uint32_t device_of_step(const Program& program, std::uint32_t step);
/// Type of the operation of a step; `count` when there is no such step.
[[nodiscard]] NodeType step_type(const Program& program, std::uint32_t step);
/// Whether a step of that type takes the driver off its device: unbind, unplug or unload.
[[nodiscard]] bool removes_device(NodeType type);
/// Number or reference in the field of that name, else the field's default.
[[nodiscard]] std::uint64_t field_number(const Node& node, std::string_view field);
/// The step that a field refers to; kNoStep when it is not there or holds a number of its own.
[[nodiscard]] std::uint32_t field_step(const Node& node, std::string_view field);
/// Whether a buffer_put names what heap_alloc made, or a buffer_close a descriptor: the number of
/// the other kind names something else, or nothing. True for every other operation.
[[nodiscard]] bool names_its_kind_of_buffer(const Program& program, const Node& node);
/// Whether the operation signals a syncobj of its own: a submit, and a VM_BIND with the flag async
/// and at least one operation.
[[nodiscard]] bool has_own_fence(const Node& node);
/// The same for a step; false when there is no such step.
[[nodiscard]] bool has_own_fence(const Program& program, std::uint32_t step);
/// Whether a field of the node, at any depth, refers to one of those steps.
[[nodiscard]] bool refers_to(const Node& node, const std::set<std::uint32_t>& steps);
/// What the vm_binds that map the buffer of step `bo` name as their VM.
[[nodiscard]] std::set<std::uint64_t> vms_that_map(const Program& program, std::uint32_t bo);
/// Step number of the VM that a vm_bind names; kNoStep when it names none.
[[nodiscard]] std::uint32_t vm_of_bind(const Program& program, std::uint32_t bind);
/// Step number of the group that a group_submit names; kNoStep when it names none.
[[nodiscard]] std::uint32_t group_of_job(const Program& program, std::uint32_t job);
/// Whether a stream of the Program has an instruction of that type, at any depth.
[[nodiscard]] bool uses_instruction(const Node& node, NodeType type);
/// Steps whose result is a success, by step number.
[[nodiscard]] std::map<std::uint32_t, std::int64_t> results(const Trace& trace);

/// Steps of one type that make something with a handle of its own, by file and by the handle that
/// each was told: a handle that is free is given again.
using StepsByHandle = std::map<std::pair<std::uint64_t, std::uint64_t>, std::set<std::uint32_t>>;
[[nodiscard]] StepsByHandle steps_by_handle(const Program& program, const Trace& trace,
                                            NodeType type);

/// Which group (its step number) was last seen in which CSG slot, from the `event` records.
class SlotMap {
 public:
  explicit SlotMap(const Program& program) : program_(program) {}
  void take(const Record& record);
  /// kNoStep when no group was seen in the slot.
  [[nodiscard]] std::uint32_t group_at(std::uint32_t slot) const;

 private:
  const Program& program_;
  std::map<std::uint32_t, std::uint32_t> groups_;
};

/// One stay in protected mode.
struct Window {
  std::size_t begin = kNoRecord;  ///< record of protm_active
  std::size_t end = kNoRecord;    ///< record that ended it; kNoRecord: still open
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t group = kNoStep;  ///< step of the group
  vocab::ExitCause cause = vocab::ExitCause::count;
};
/// All stays, in order. A reset ends one.
[[nodiscard]] std::vector<Window> protected_windows(const Program& program, const Trace& trace);
/// The window that record `index` falls into; nothing when it falls into none.
[[nodiscard]] std::optional<Window> window_at(const std::vector<Window>& windows,
                                              std::size_t index);

}  // namespace protm::contract
