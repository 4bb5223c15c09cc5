// SPDX-License-Identifier: GPL-2.0-only
// From a step to the calls that the kernel sees, one after the other: uAPI structs are written into
// user memory, references become handles. Most steps are one call. Leaves out when steps start and
// how time passes (step_runner.h). Source: decisions.md 23.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/steps/step_state.h"
#include "sut-adapters/rig/rig.h"

namespace protm::steps {

class StepCalls {
 public:
  StepCalls(const contract::Program& program, rig::Rig& rig, std::vector<StepState>& states);

  /// Reserves user memory for all steps: the same addresses whatever the order of starts.
  void reserve();
  /// The call number `state.call` of `step`; nothing when the step has no more calls.
  std::optional<contract::Call> next(std::uint32_t step);
  /// Takes the result of the last call over into the state. Returns false when the step ends here.
  bool took(std::uint32_t step, std::int64_t result);
  /// Writes the records of what the kernel gave back (user_write) and settles references.
  void finish(std::uint32_t step);

  /// fd of the render node for steps that name no file; 0 = none open.
  std::uint64_t default_file = 0;
  /// The candidate's number of the series' query: whatever was free in its tree.
  std::uint32_t query_protected_info = vocab::uapi::kDevQueryProtectedInfo;

  // Calls that the runner makes on its own behalf (prologue, end state).
  contract::Call plain(contract::SysCall call, std::uint64_t a = 0, std::uint64_t b = 0,
                       std::uint64_t c = 0) const;
  /// ioctl with `bytes` as argument, in a scratch region; `read_back` fetches it afterwards.
  template <class T>
  contract::Call ioctl(std::uint64_t fd, std::uint32_t cmd, const T& args) {
    write(scratch_, args);
    return plain(contract::SysCall::ioctl, fd, cmd, scratch_);
  }
  template <class T>
  T read_back() const {
    return read<T>(scratch_);
  }

 private:
  using Node = contract::Node;
  template <class T>
  void write(std::uint64_t to, const T& value) {
    rig_.user().poke(to, std::as_bytes(std::span(&value, 1)));
  }
  template <class T>
  T read(std::uint64_t from) const {
    T value{};
    rig_.user().peek(from, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  [[nodiscard]] std::uint64_t ref(const Node& node, std::string_view name) const;
  [[nodiscard]] const StepState* target(const Node& node, std::string_view name) const;
  StepState* target(const Node& node, std::string_view name);
  /// Name of the reference that a step of this type gives back; empty for all others.
  [[nodiscard]] static std::string_view gives_back(contract::NodeType type);
  [[nodiscard]] std::uint64_t file_of(const Node& node) const;
  template <class T>
  contract::Call step_ioctl(std::uint32_t step, std::uint32_t cmd, const T& args) {
    StepState& s = states_[step];
    write(s.args.at, args);
    s.file = file_of(program_.steps[step].op);
    return plain(contract::SysCall::ioctl, s.file, cmd, s.args.pointer);
  }
  void output(std::uint32_t step, std::uint32_t field, std::uint64_t value, std::uint16_t sub = 0);

  std::optional<contract::Call> heap_call(std::uint32_t step);
  std::optional<contract::Call> drm_call(std::uint32_t step);
  std::optional<contract::Call> vm_call(std::uint32_t step);
  std::optional<contract::Call> bo_call(std::uint32_t step);
  std::optional<contract::Call> group_call(std::uint32_t step);
  contract::Call bo_sync(std::uint32_t step);
  contract::Call dev_query(std::uint32_t step);
  contract::Call vm_bind(std::uint32_t step);
  [[nodiscard]] vocab::uapi::VmBindOp bind_op(const Node& op) const;
  /// Writes the syncs of a job or of one operation of a VM_BIND; `own` is the syncobj that the step
  /// signals, after all others.
  vocab::uapi::ObjArray write_syncs(const Node& op, std::uint64_t at,
                                    std::optional<std::uint64_t> own);
  contract::Call tiler_heap_call(std::uint32_t step);
  contract::Call group_create(std::uint32_t step);
  std::optional<contract::Call> stream_area(std::uint32_t step);
  std::optional<contract::Call> group_submit(std::uint32_t step);
  contract::Call submit_ioctl(std::uint32_t step, std::uint64_t stream_va);
  /// What the kernel reads about the nth job of a submit, from 0.
  vocab::uapi::QueueSubmit queue_submit(const Node& job, std::uint32_t step, std::size_t nth,
                                        std::uint64_t stream_va);
  /// PRIME, syncobjs and mappings: what DRM core and the kernel's mm do.
  std::optional<contract::Call> core_call(std::uint32_t step);
  contract::Call prime_call(std::uint32_t step);
  contract::Call syncobj_call(std::uint32_t step);
  contract::Call syncobj_array_call(std::uint32_t step);
  contract::Call sync_fd_call(std::uint32_t step);
  std::optional<contract::Call> mmap_call(std::uint32_t step);
  contract::Call fdinfo_call(std::uint32_t step);
  void finish_fdinfo(std::uint32_t step);
  contract::Call heap_ioctl(std::uint32_t step);
  contract::Call raw_ioctl(std::uint32_t step);
  void change_memory(std::uint32_t step);
  std::optional<contract::Call> open_call(std::uint32_t step);
  void finish_maker(std::uint32_t step);
  void finish_reader(std::uint32_t step);
  void finish_query(std::uint32_t step);
  void finish_timestamp(std::uint32_t step);
  void finish_raw(std::uint32_t step);
  void finish_core(std::uint32_t step);
  /// Number of the stream_area step of a VM; kNoStep when there is none that worked.
  [[nodiscard]] std::uint32_t area_of_vm(std::uint32_t vm_step) const;

  const contract::Program& program_;
  rig::Rig& rig_;
  std::vector<StepState>& states_;
  std::uint64_t scratch_ = 0;
};

}  // namespace protm::steps
