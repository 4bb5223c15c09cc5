// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Whatever a heap answers, its user sees EIO.
// Caught by kbo/kbo-004.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapErrorReplaced : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  Result<Ptr<contract::DmaBuf>> buffer_alloc(const Ptr<contract::DmaHeapBase>& heap,
                                             std::uint64_t len, std::uint32_t fd_flags,
                                             std::uint64_t heap_flags) override {
    auto buffer = HeapCore::buffer_alloc(heap, len, fd_flags, heap_flags);
    if (!buffer) return tl::unexpected(-EIO);
    return buffer;
  }
};

}  // namespace

extern const Mutant kHeapErrorReplaced{
    "heap-error-replaced",
    "Whatever a heap answers, its user sees EIO",
    make<WithHeaps<HeapErrorReplaced>>};

}  // namespace protm::mutants
