// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_CREATE refuses no field.
// Caught by uapi/uapi-114.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::group_create;

}  // namespace

extern const Mutant kGroupCreateUnchecked{
    "group-create-unchecked", "GROUP_CREATE refuses no field",
    make<WithIoctl<kId, forgiving<kId, EINVAL>>>};

}  // namespace protm::mutants
