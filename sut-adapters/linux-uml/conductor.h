// SPDX-License-Identifier: GPL-2.0-only
// One run inside the UML process: reads the Program from the run file, owns the rig, boots the
// candidate, runs the steps, takes the end state and commits the Trace. The step runner's code runs
// in turns with the kernel (coroutine.h). Leaves out the C interface (rig_entry.cc).
// Source: design.md sections 2 and 7.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sut-adapters/linux-uml/coroutine.h"
#include "sut-adapters/linux-uml/glue/protm_glue.h"
#include "sut-adapters/linux-uml/kernel_log.h"
#include "sut-adapters/linux-uml/run_file.h"
#include "sut-adapters/linux-uml/uml_sut.h"
#include "sut-adapters/rig/rig.h"

namespace protm::uml {

class Conductor {
 public:
  Conductor(RunFile file, contract::Program program);

  /// The kernel's memory is known: the machine is switched on.
  void attach(const protm_rig_config& config, protm_rig_state* state);
  std::uint32_t read(std::uint32_t offset, std::uint64_t now_ns);
  void write(std::uint32_t offset, std::uint32_t value, std::uint64_t now_ns);
  void advance(std::uint64_t now_ns);
  bool exchange(protm_order& order, std::uint64_t now_ns);
  void fence(std::uint32_t step, std::int32_t error, std::uint64_t seqno, std::uint64_t now_ns);
  std::int64_t heap(const protm_heap_news& news, std::uint64_t now_ns);
  /// The kernel has read bytes of user memory, which may change behind its back now.
  void user_read(std::uint64_t from, std::uint64_t bytes, std::uint64_t now_ns);
  void log(std::string_view text, std::uint64_t now_ns);

 private:
  class Visit;
  void body();
  void boot();
  void write_firmware();
  void spawn_actors();
  void look_for_leaks();
  void report(const LogFinding& found);
  /// Lets the step runner look when there is something to see for it.
  void resume_if_due();
  void resume();
  void publish();

  RunFile file_;
  contract::Program program_;
  rig::Rig rig_;
  std::vector<std::byte> firmware_;
  std::optional<UmlSut> sut_;
  Coroutine runner_;
  LogLines log_;
  LogReader log_reader_;
  std::vector<LogFinding> at_boot_;  ///< what the driver's load and probe gave rise to
  contract::Trace trace_;
  protm_rig_config config_{};
  protm_rig_state* state_ = nullptr;
  bool begun_ = false;
  std::uint64_t owner_heap_ = 0;  ///< handle of the heap registered before load; 0 = none
  std::uint64_t seen_fulfilled_ = 0;
  std::uint64_t seen_events_ = 0;
};

}  // namespace protm::uml
