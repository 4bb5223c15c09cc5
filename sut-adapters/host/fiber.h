// SPDX-License-Identifier: GPL-2.0-only
// A fiber: a call stack that can be left and entered again. Tasks and interrupt handlers of Host
// run on fibers. Stacks come from one pool of the process, outside the World, with a guard page.
// Not modelled: unwinding; a dropped fiber's frames vanish, so no destructor may matter there.
// Source: design.md section 4 (fibers); boost fcontext.
#pragma once

#include <cstddef>

namespace protm::host {

inline constexpr std::size_t kFiberStackBytes = std::size_t{256} * 1024;

/// One call stack. Data only, so that it may lie in the World while it has no stack.
class Fiber {
 public:
  using Entry = void (*)(void* arg);

  /// Takes a stack of `owner` from the pool; the first `resume` calls `entry(arg)`.
  void start(Entry entry, void* arg, const void* owner);
  /// Runs it until it suspends or ends. May be called from another fiber.
  void resume();
  /// Inside the fiber: back to whoever resumed it.
  void suspend();
  /// Gives the stack back; what was on it is forgotten, never unwound.
  void drop();

  [[nodiscard]] bool has_stack() const { return stack_ != nullptr; }
  [[nodiscard]] bool finished() const { return finished_; }
  /// Lowest address of its stack, which has kFiberStackBytes.
  [[nodiscard]] const std::byte* stack_low() const { return stack_; }

  /// Gives back all stacks of `owner`: after a restore of the World no fiber of it is left.
  static void drop_all_of(const void* owner);

 private:
  friend struct FiberEntry;
  std::byte* stack_ = nullptr;      ///< lowest usable address
  void* context_ = nullptr;         ///< where it goes on
  void* caller_ = nullptr;          ///< where suspend goes
  Entry entry_ = nullptr;
  void* arg_ = nullptr;
  void* fake_ = nullptr;            ///< sanitizer's fake stack of this fiber
  const void* caller_stack_ = nullptr;
  std::size_t caller_bytes_ = 0;
  bool finished_ = false;
};

}  // namespace protm::host
