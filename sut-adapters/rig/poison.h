// SPDX-License-Identifier: GPL-2.0-only
// Manual ASan poisoning of World memory; nothing in builds without ASan.
// The World is one mapping, so ASan cannot know by itself what in it is free.
// Leaves out red zones: blocks lie side by side.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace protm::rig {

/// Makes access to the bytes an ASan report.
inline void poison([[maybe_unused]] const void* p, [[maybe_unused]] std::size_t bytes) {
#if defined(ASAN_POISON_MEMORY_REGION)
  ASAN_POISON_MEMORY_REGION(p, bytes);
#endif
}
inline void unpoison([[maybe_unused]] const void* p, [[maybe_unused]] std::size_t bytes) {
#if defined(ASAN_UNPOISON_MEMORY_REGION)
  ASAN_UNPOISON_MEMORY_REGION(p, bytes);
#endif
}

}  // namespace protm::rig
