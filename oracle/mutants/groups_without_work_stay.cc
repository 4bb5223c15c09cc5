// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A file that closes forgets its groups that never had a job.
// Caught by uapi/uapi-036.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

bool had_work(const Group& group) {
  for (std::uint32_t i = 0; i < group.queue_count; ++i) {
    if (group.queues[i]->seqno != 0) return true;
  }
  return false;
}

void postclose(void* driver, const Ptr<contract::DrmFile>& file) {
  for (Ptr<Group>& group : reference::file_of(file).groups) {
    if (group && !had_work(*group)) group = nullptr;
  }
  reference::panthor_ops({}).postclose(driver, file);
}

struct GroupsWithoutWorkStay : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  [[nodiscard]] const contract::DrmDriverOps& drm_ops() const override {
    static const contract::DrmDriverOps ops = [] {
      contract::DrmDriverOps changed = reference::panthor_ops({});
      changed.postclose = postclose;
      return changed;
    }();
    return ops;
  }
};

}  // namespace

extern const Mutant kGroupsWithoutWorkStay{
    "groups-without-work-stay",
    "A file that closes forgets its groups that never had a job",
    make<GroupsWithoutWorkStay>};

}  // namespace protm::mutants
