// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_SUBMIT hands in its jobs one by one, so what stands before a bad one runs.
// Caught by uapi/uapi-122.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int half_of_a_submit(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const auto& args = *static_cast<const vocab::uapi::GroupSubmit*>(arg);
  int error = 0;
  for (std::uint32_t i = 0; error == 0 && i < args.queue_submits.count; ++i) {
    vocab::uapi::GroupSubmit one = args;
    one.queue_submits.count = 1;
    one.queue_submits.array += std::uint64_t{i} * args.queue_submits.stride;
    error = reference::ioctl_group_submit(driver, &one, file);
  }
  return error;
}

}  // namespace

extern const Mutant kHalfOfASubmit{
    "half-of-a-submit",
    "GROUP_SUBMIT hands in its jobs one by one, so what stands before a bad one runs",
    make<WithIoctl<IoctlId::group_submit, half_of_a_submit>>};

}  // namespace protm::mutants
