// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A buffer that is for one VM leaves as a dma-buf.
// Caught by uapi/uapi-140.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

void plant_no_check(contract::DrmDriverOps& ops) { ops.prime_export = nullptr; }

}  // namespace

extern const Mutant kExclusiveExported{
    "exclusive-exported", "A buffer that is for one VM leaves as a dma-buf",
    make<WithOps<plant_no_check>>};

}  // namespace protm::mutants
