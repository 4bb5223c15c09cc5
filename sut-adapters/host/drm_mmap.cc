// SPDX-License-Identifier: GPL-2.0-only
// Mappings of the render node that stay: BOs and the driver's user page.
// Source: mm/mmap.c, drm_gem.c drm_gem_mmap(), panthor_drv.c panthor_mmap(); facts-host.md 6.
#include <cerrno>
#include <span>

#include "sut-adapters/host/drm_files.h"

namespace protm::host {

using contract::MapRequest;
using contract::Result;

namespace {
constexpr std::uint64_t kWord = sizeof(std::uint64_t);
}  // namespace

Result<GemPtr> DrmFiles::map_object(const DrmFilePtr& file, const MapRequest& request) {
  if (kernel_.drm_instance_unplugged(file->instance)) return tl::unexpected(-ENODEV);
  const contract::DrmDriverOps& ops = *file->node->ops;
  void* const driver = file->node->driver;
  if (ops.is_user_page != nullptr && ops.is_user_page(driver, file, request.offset)) {
    const int error = ops.mmap_user_page(driver, file, request);
    if (error != 0) return tl::unexpected(error);
    return GemPtr();
  }
  const Result<GemPtr> gem = parts_.gems.mmap(file->handles, request.offset, request.size);
  if (!gem) return gem;
  // What is private may be written to later, and then has pages of its own.
  if (request.shared) return gem;
  parts_.gems.put(*gem);
  return tl::unexpected(-EINVAL);
}

std::int64_t DrmFiles::mmap(int fd, const MapRequest& request) {
  if (request.offset % vocab::kPageSize != 0) return -EINVAL;
  const std::uint32_t id = enter(fd);
  if (id == 0) return -EBADF;
  MapRequest whole = request;
  whole.size = (request.size + vocab::kPageMask) & ~vocab::kPageMask;
  const OpenFile& file = files_.at(id);
  const DrmFilePtr drm = file.drm;
  Result<GemPtr> gem = tl::unexpected(file.kind == FileKind::drm ? -EINVAL : -ENODEV);
  if (whole.size != 0 && file.kind == FileKind::drm) gem = map_object(drm, whole);
  if (!gem) {
    leave(id);
    return gem.error();
  }
  if (*gem != nullptr) parts_.gems.mmap_begins(*gem);
  mappings_.emplace(++last_mapping_, Mapping{.file = id, .drm = drm, .gem = *gem,
                                             .size = whole.size, .write = whole.write});
  return static_cast<std::int64_t>(last_mapping_);
}

std::int64_t DrmFiles::munmap(std::uint64_t mapping) {
  const auto it = mappings_.find(mapping);
  if (it == mappings_.end()) return -EINVAL;
  const Mapping gone = it->second;
  mappings_.erase(it);
  if (gone.gem != nullptr) {
    parts_.gems.mmap_ends(gone.gem);
    parts_.gems.put(gone.gem);
  }
  leave(gone.file);
  return 0;
}

std::int64_t DrmFiles::map_load(std::uint64_t mapping, std::uint64_t offset,
                                std::uint64_t& value) {
  if (offset % kWord != 0) return -EINVAL;
  const auto it = mappings_.find(mapping);
  if (it == mappings_.end()) return -EFAULT;
  const Mapping& m = it->second;
  if (offset > m.size - kWord) return -EFAULT;
  if (m.gem == nullptr) {
    // A file of an earlier life of the device has no driver any more; of this one it decides.
    const DrmNode& node = *m.drm->node;
    if (m.drm->instance != node.device->drm_instance()) return -EFAULT;
    const auto word = node.ops->read_user_page(node.driver, m.drm);
    if (!word) return -EFAULT;
    value = offset == 0 ? *word : 0;
    return 0;
  }
  const auto pages = parts_.gems.pages(m.gem);
  if (!pages) return -EFAULT;
  parts_.gems.read(contract::KMap{*pages, m.gem->size}, offset,
                   std::as_writable_bytes(std::span(&value, 1)));
  return 0;
}

std::int64_t DrmFiles::map_store(std::uint64_t mapping, std::uint64_t offset,
                                 std::uint64_t value) {
  if (offset % kWord != 0) return -EINVAL;
  const auto it = mappings_.find(mapping);
  if (it == mappings_.end() || !it->second.write) return -EFAULT;
  const Mapping& m = it->second;
  if (m.gem == nullptr || offset > m.size - kWord) return -EFAULT;
  const auto pages = parts_.gems.pages(m.gem);
  if (!pages) return -EFAULT;
  parts_.gems.write(contract::KMap{*pages, m.gem->size}, offset,
                    std::as_bytes(std::span(&value, 1)));
  return 0;
}

// --- memory pressure -----------------------------------------------------------------------------

// Assumption: who comes first is asked first, and the next for what is left.
// Source: mm/shrinker.c shrink_slab(), which asks all that are registered.
std::int64_t DrmFiles::reclaim(std::uint64_t pages) {
  bool asked = false;
  std::uint64_t freed = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    DrmNode& node = *nodes_[i];
    if (!node.published) continue;
    if (asked && freed >= pages) break;
    if (node.ops->shrink == nullptr) return -EOPNOTSUPP;
    asked = true;
    ++node.reclaims;
    freed += node.ops->shrink(node.driver, pages - freed);
    --node.reclaims;
    kernel_.wake_up_all(node.reclaims_end);
  }
  return asked ? static_cast<std::int64_t>(freed) : -ENOENT;
}

void DrmFiles::withdraw(DrmNode& node) {
  node.published = false;
  if (node.reclaims == 0) return;
  kernel_.wait_event(node.reclaims_end, [&node] { return node.reclaims == 0; });
}

}  // namespace protm::host
