// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: TILER_HEAP_CREATE succeeds with arguments that make no heap.
// Caught by base/base-160.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
extern const Mutant kTilerHeapArguments{"tiler-heap-arguments",
    "TILER_HEAP_CREATE succeeds with arguments that make no heap",
    make<Forgiving<IoctlId::tiler_heap_create, EINVAL>>};

}  // namespace protm::mutants
