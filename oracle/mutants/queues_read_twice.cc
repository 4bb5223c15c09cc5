// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_CREATE reads the queues once to check them and once more to make them.
// Caught by uapi/uapi-033.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int queues_read_twice(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const auto& args = *static_cast<const vocab::uapi::GroupCreate*>(arg);
  const auto queues =
      reference::get_array<vocab::uapi::QueueCreate>(reference::file_of(file).d->k, args.queues);
  if (!queues) return queues.error();
  for (const vocab::uapi::QueueCreate& queue : *queues) {
    if ((queue.ringbuf_size & vocab::kPageMask) != 0) return -EINVAL;
  }
  return reference::ioctl_group_create(driver, arg, file);
}

}  // namespace

extern const Mutant kQueuesReadTwice{
    "queues-read-twice",
    "GROUP_CREATE reads the queues once to check them and once more to make them",
    make<WithIoctl<IoctlId::group_create, queues_read_twice>>};

}  // namespace protm::mutants
