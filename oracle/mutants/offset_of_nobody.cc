// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: BO_MMAP_OFFSET of a buffer that is not there succeeds.
// Caught by uapi/uapi-108.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::bo_mmap_offset;

}  // namespace

extern const Mutant kOffsetOfNobody{
    "offset-of-nobody", "BO_MMAP_OFFSET of a buffer that is not there succeeds",
    make<WithIoctl<kId, forgiving<kId, ENOENT>>>};

}  // namespace protm::mutants
