// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_SYNC of a buffer that is not there succeeds.
// Caught by uapi/uapi-111.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::bo_sync;

}  // namespace

extern const Mutant kSyncOfNobody{
    "sync-of-nobody", "BO_SYNC of a buffer that is not there succeeds",
    make<WithIoctl<kId, forgiving<kId, ENOENT>>>};

}  // namespace protm::mutants
