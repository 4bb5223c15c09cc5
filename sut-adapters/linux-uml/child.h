// SPDX-License-Identifier: GPL-2.0-only
// One UML process, started and watched in host time. It has a process group of its own, no terminal
// and no file on disk; whatever way it ends, its group is killed and reaped.
// Leaves out what the kernel in it does (run_file.h). Source: reference of user_mode_linux(1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace protm::uml {

struct ChildPlan {
  std::string program;
  std::vector<std::string> arguments;  ///< without argv[0]
  int inherited = -1;                  ///< descriptor that the child gets as kInherited
  std::uint32_t limit_s = 60;
};

/// Number of the inherited descriptor in the child.
inline constexpr int kInherited = 3;

enum class ChildEnd : std::uint8_t { exited, killed_by_signal, out_of_time, not_started };

struct ChildResult {
  ChildEnd end = ChildEnd::not_started;
  int code = 0;         ///< exit code, signal number, or errno
  std::string console;  ///< last part of what it printed
};

[[nodiscard]] ChildResult run_child(const ChildPlan& plan);

}  // namespace protm::uml
