// SPDX-License-Identifier: GPL-2.0-only
// One child of a campaign: an engine with its target, or a replay. It has a process group of its
// own, which ends with it, and dies when the campaign is killed.
// Leaves out: what the child does (engine.h), and limits of memory (the engine's own).
// Source: prctl(2) PR_SET_PDEATHSIG, wait4(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace protm::fuzz {

struct ProcessPlan {
  std::vector<std::string> command;   ///< program and arguments
  std::vector<std::pair<std::string, std::string>> environment;   ///< added to ours
  std::string output;   ///< file that gets what it prints; what was there goes
  std::uint32_t limit_s = 0;   ///< host time after which it is killed; 0 = none
};

struct Ended {
  bool by_signal = false;
  bool out_of_time = false;
  int code = 0;              ///< exit code or signal; 127: could not be started
  std::uint64_t cpu_ns = 0;  ///< of it and of children that it waited for
};

/// "could not be started", "ended by signal 9", "ended with exit code 2".
[[nodiscard]] std::string end_text(const Ended& end);

class Process {
 public:
  /// Starts it. Errors are seen as an end with code 127.
  explicit Process(const ProcessPlan& plan);
  ~Process();   ///< kills it
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Nothing while it runs.
  [[nodiscard]] std::optional<Ended> poll();
  /// Asks its whole group to end, and kills what is left after `patience_ms`.
  Ended stop(std::uint32_t patience_ms);
  [[nodiscard]] int id() const { return pid_; }

 private:
  std::optional<Ended> reap(bool wait);

  int pid_ = -1;
  std::uint64_t deadline_ms_ = 0;
  bool out_of_time_ = false;
  std::optional<Ended> ended_;
};

/// Milliseconds of host time since some fixed point.
[[nodiscard]] std::uint64_t now_ms();
void pause_ms(std::uint32_t ms);
/// Of this process; for names of files that nobody else uses.
[[nodiscard]] int process_id();

}  // namespace protm::fuzz
