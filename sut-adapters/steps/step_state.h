// SPDX-License-Identifier: GPL-2.0-only
// What the step runner knows of each step while a Program runs: its phase, what it made, and where
// its arguments lie in user memory. Lives outside the World: it is the outside world's knowledge.
// Leaves out everything that a trace shows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gpu-model/vocab/sim_time.h"

namespace protm::steps {

enum class StepPhase : std::uint8_t { waiting, running, done, abandoned };

/// Sizes that structs and arrays of calls must fit into.
inline constexpr std::uint64_t kReplyRegionBytes = 256;
inline constexpr std::uint64_t kArrayItemRegionBytes = 64;
/// Room for the syncs of one job, or of one operation of a VM_BIND: eight of 16 bytes.
inline constexpr std::uint64_t kSyncsBytes = 128;
inline constexpr std::size_t kMostSyncs = 8;

/// A region of user memory, and the address that the kernel is told: the same, NULL, or a bad one.
struct UserRegionAt {
  std::uint64_t at = 0;
  std::uint64_t pointer = 0;
  std::uint64_t bytes = 0;
};

struct StepState {
  StepPhase phase = StepPhase::waiting;
  std::uint32_t call = 0;  ///< number of the call within the step
  std::int64_t result = 0;
  std::uint64_t made = 0;    ///< VM id, BO handle, group handle, fd, heap handle ...
  bool alive = false;        ///< `made` names something that no later step has ended
  std::uint64_t ends = 0;    ///< `made` of the step that this one gives back, when it was called
  UserRegionAt args;         ///< the ioctl's struct
  UserRegionAt array;        ///< the array behind it
  UserRegionAt buffer;       ///< syncs of a job, or a reply
  std::uint32_t submit = 0;  ///< of an open: whose syncobj it is making
  std::uint64_t mmap_offset = 0;
  std::uint64_t heap_context = 0;          ///< of a tiler heap: VA
  std::uint64_t heap_chunk = 0;            ///< of a tiler heap: word of the first chunk
  std::uint64_t syncobj = 0;               ///< of a submit or an asynchronous bind
  std::uint64_t file = 0;                  ///< fd that the step used
  std::uint64_t output = 0;                ///< of a CPU load
  std::uint32_t watch = UINT32_MAX;        ///< number in the matcher of `after:`
  std::uint64_t ready_ns = vocab::kNever;  ///< since when an `at:` step may start
  std::uint64_t due_ns = 0;                ///< a sleep's or wait's own end, since T = 0; 0 = none
  std::vector<std::uint64_t> words;        ///< assembled streams, one job's behind the other's
  std::vector<std::uint32_t> streams;      ///< first word of each job's, and the end of the last
  std::string path;                        ///< of an open
  std::string text;                        ///< of a file of the kernel that was read
};

}  // namespace protm::steps
