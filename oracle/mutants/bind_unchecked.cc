// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_BIND takes an operation that it should refuse for done.
// Caught by uapi/uapi-104, uapi/uapi-105.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kId = vocab::uapi::IoctlId::vm_bind;

}  // namespace

extern const Mutant kBindUnchecked{
    "bind-unchecked", "VM_BIND takes an operation that it should refuse for done",
    make<WithIoctl<kId, forgiving<kId, EINVAL>>>};

}  // namespace protm::mutants
