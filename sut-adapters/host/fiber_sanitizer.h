// SPDX-License-Identifier: GPL-2.0-only
// Calls into AddressSanitizer that Host makes: switches of the call stack and poison of freed
// objects. Weak references, so that one source serves builds with and without the sanitizer.
// Leaves out: the thread and memory sanitizers. Source: sanitizer/common_interface_defs.h.
#pragma once

#include <cstddef>

extern "C" {
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack_save, const void* bottom,
                                                  std::size_t size);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack_save, const void** bottom_old,
                                                   std::size_t* size_old);
[[gnu::weak]] void __asan_poison_memory_region(const volatile void* addr, std::size_t size);
[[gnu::weak]] void __asan_unpoison_memory_region(const volatile void* addr, std::size_t size);
}

namespace protm::host {

/// Tells the sanitizer that the stack at `bottom` is about to run.
inline void sanitizer_leave(void** save, const void* bottom, std::size_t size) {
  if (__sanitizer_start_switch_fiber != nullptr) __sanitizer_start_switch_fiber(save, bottom, size);
}
/// Tells it that the switch happened; hands out the stack that was left.
inline void sanitizer_arrive(void* save, const void** bottom_old, std::size_t* size_old) {
  if (__sanitizer_finish_switch_fiber != nullptr) {
    __sanitizer_finish_switch_fiber(save, bottom_old, size_old);
  }
}
/// From now on an access to [address, address + size) is reported.
inline void sanitizer_poison(const void* address, std::size_t size) {
  if (__asan_poison_memory_region != nullptr) __asan_poison_memory_region(address, size);
}
inline void sanitizer_unpoison(const void* address, std::size_t size) {
  if (__asan_unpoison_memory_region != nullptr) __asan_unpoison_memory_region(address, size);
}

}  // namespace protm::host
