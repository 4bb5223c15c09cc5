// SPDX-License-Identifier: GPL-2.0-only
// The user's view of LATEST_FLUSH_ID.
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "sut-adapters/series-v1/panthor_drv.h"

namespace protm::v1 {

using contract::DrmFile;
using contract::Ptr;

namespace {

PanthorFile* file_priv(const Ptr<DrmFile>& file) {
  return &*contract::ptr_cast<PanthorFile>(file->private_data);
}

// What the dummy page holds: 0 would ask for a flush each time, and an idle GPU needs none.
constexpr std::uint32_t kDummyLatestFlush = 1;

}  // namespace

bool panthor_is_user_mmio_mapping(void* /*driver*/, const Ptr<DrmFile>& file,
                                  std::uint64_t offset) {
  return file_priv(file)->user_mmio_offset <= offset;
}

int panthor_device_mmap_io(void* /*driver*/, const Ptr<DrmFile>& file,
                           const contract::MapRequest& vma) {
  if (!vma.shared) return -EINVAL;
  // The flush id is the only register page that there is.
  if (vma.offset - file_priv(file)->user_mmio_offset != 0) return -EINVAL;
  if (vma.size != vocab::kPageSize) return -EINVAL;
  return vma.write || vma.exec ? -EINVAL : 0;
}

contract::Result<std::uint32_t> panthor_mmio_vm_fault(void* /*driver*/,
                                                      const Ptr<DrmFile>& file) {
  PanthorDevice* const ptdev = file_priv(file)->ptdev;
  if (!ptdev->kernel.dev_enter()) return tl::make_unexpected(-ENODEV);   // VM_FAULT_SIGBUS
  std::uint32_t word = kDummyLatestFlush;
  if (ptdev->pm.state == PmState::active) word = ptdev->kernel.read32(vocab::kLatestFlushId.offset);
  ptdev->kernel.dev_exit();
  return word;
}

}  // namespace protm::v1
