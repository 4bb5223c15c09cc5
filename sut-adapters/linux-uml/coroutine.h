// SPDX-License-Identifier: GPL-2.0-only
// One piece of code on a stack of its own that runs in turns with whoever resumes it: the step
// runner inside a kernel that must not be kept waiting. x86-64 only, as UML with 64 bits is.
// Leaves out exceptions across a switch and more than one coroutine per object.
// Source: System V ABI, AMD64 supplement (callee-saved registers).
#pragma once

#include <cstddef>

namespace protm::uml {

class Coroutine {
 public:
#if defined(__x86_64__)
  static constexpr bool kSupported = true;
#else
  static constexpr bool kSupported = false;  ///< a switch aborts
#endif

  /// Errors: aborts without memory for the stack.
  Coroutine(void (*body)(void*), void* argument);
  Coroutine(const Coroutine&) = delete;
  Coroutine& operator=(const Coroutine&) = delete;
  ~Coroutine();

  /// Runs the body until it yields or ends.
  void resume();
  /// From inside the body: back to whoever resumed.
  void yield();
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  [[noreturn]] static void entry(Coroutine* self);

  void (*body_)(void*);
  void* argument_;
  std::byte* stack_ = nullptr;
  void* inside_ = nullptr;   ///< stack pointer of the body while it waits
  void* outside_ = nullptr;  ///< of the resumer while the body runs
  bool ended_ = false;
};

}  // namespace protm::uml
