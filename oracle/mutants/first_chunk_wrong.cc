// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: User space is told of the chunk that was made first, not of the first in the list.
// Caught by base/base-161.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kHeapCreate = IoctlId::tiler_heap_create;

int create_heap(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const int error = original_ioctl(kHeapCreate)(driver, arg, file);
  auto& args = *static_cast<vocab::uapi::TilerHeapCreate*>(arg);
  const std::uint64_t behind = args.initial_chunk_count - 1;
  if (error == 0) args.first_heap_chunk_gpu_va -= behind * args.chunk_size;
  return error;
}

}  // namespace

extern const Mutant kFirstChunkWrong{"first-chunk-wrong",
    "User space is told of the chunk that was made first, not of the first in the list",
    make<WithIoctl<kHeapCreate, create_heap>>};

}  // namespace protm::mutants
