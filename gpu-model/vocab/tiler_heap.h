// SPDX-License-Identifier: GPL-2.0-only
// Memory of tiler heaps that driver, firmware and user space share: heap contexts, chunk headers,
// and the word in which a chunk is named.
// Leaves out: what the tiler writes into a chunk.
// Source: panthor_heap.c (7.3) struct panthor_heap_chunk_header, HEAP_CONTEXT_SIZE.
#pragma once

#include <cstdint>

namespace protm::vocab::tiler_heap {

/// A context, aligned to the L2 line. Drivers zero it and know nothing of its inside.
inline constexpr std::uint32_t kContextBytes = 32;
/// Header of a chunk: a u64 that names the next one, then zeros.
inline constexpr std::uint32_t kHeaderBytes = 64;
inline constexpr std::uint32_t kMaxHeapsPerPool = 128;
inline constexpr std::uint32_t kMinChunkBytes = 128u << 10;
inline constexpr std::uint32_t kMaxChunkBytes = 8u << 20;

/// A chunk in one word: its VA, and its size in pages in the low bits; 0 = no chunk.
[[nodiscard]] constexpr std::uint64_t chunk_word(std::uint64_t va, std::uint64_t bytes) {
  return (va & ~0xfffull) | bytes >> 12;
}
[[nodiscard]] constexpr std::uint64_t chunk_va(std::uint64_t word) { return word & ~0xfffull; }
[[nodiscard]] constexpr std::uint64_t chunk_bytes(std::uint64_t word) {
  return (word & 0xfff) << 12;
}

// Inside of a context. Assumption: nobody but firmware knows; any layout must do.
inline constexpr std::uint32_t kVtStart = 0x00;
inline constexpr std::uint32_t kVtEnd = 0x04;
inline constexpr std::uint32_t kFragEnd = 0x08;
inline constexpr std::uint32_t kChunk = 0x10;  // u64, chunk word in use; 0 = none yet
inline constexpr std::uint32_t kUsed = 0x18;   // u64, bytes of it

}  // namespace protm::vocab::tiler_heap
