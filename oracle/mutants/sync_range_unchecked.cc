// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_SYNC takes any range.
// Caught by uapi/uapi-041.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::bo_sync;

}  // namespace

extern const Mutant kSyncRangeUnchecked{
    "sync-range-unchecked", "BO_SYNC takes any range",
    make<WithIoctl<kId, forgiving<kId, EINVAL>>>};

}  // namespace protm::mutants
