// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_SUBMIT takes what it should refuse for done.
// Caught by uapi/uapi-118.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::group_submit;

}  // namespace

extern const Mutant kSubmitUnchecked{
    "submit-unchecked", "GROUP_SUBMIT takes what it should refuse for done",
    make<WithIoctl<kId, forgiving<kId, EINVAL>>>};

}  // namespace protm::mutants
