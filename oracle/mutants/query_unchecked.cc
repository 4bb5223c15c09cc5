// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: DEV_QUERY takes any type and any size.
// Caught by uapi/uapi-100.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::dev_query;

}  // namespace

extern const Mutant kQueryUnchecked{
    "query-unchecked", "DEV_QUERY takes any type and any size",
    make<WithIoctl<kId, forgiving<kId, EINVAL>>>};

}  // namespace protm::mutants
