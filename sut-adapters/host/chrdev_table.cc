// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/chrdev_table.h"

#include <cerrno>

namespace protm::host {

using contract::Callback;
using contract::Cdev;
using contract::Ptr;

int ChrdevTable::cdev_add(const Ptr<Cdev>& cdev, std::uint32_t minor, Callback released) {
  const std::int64_t failed = ctx_.kernel.fault("cdev_add", "dma_heap");
  if (failed < 0) return static_cast<int>(failed);
  if (minors_.contains(minor)) return -EBUSY;
  cdev->id = ++last_id_;
  Device& device = cdevs_[cdev->id];
  device.cdev = cdev;
  device.minor = minor;
  device.released = released;
  ctx_.kernel.kref_init(device.kobject);
  minors_.emplace(minor, cdev->id);
  return 0;
}

void ChrdevTable::cdev_del(const Ptr<Cdev>& cdev) {
  const auto it = cdevs_.find(cdev->id);
  if (it == cdevs_.end()) contract::oops(contract::OopsKind::bad_call, "cdev");
  minors_.erase(it->second.minor);
  kobject_put(cdev->id);
}

void ChrdevTable::kobject_put(std::uint32_t id) {
  Device& device = cdevs_.at(id);
  // The count lies in the cdev, so each put touches it.
  static_cast<void>(*device.cdev);
  if (!ctx_.kernel.kref_put(device.kobject, "cdev")) return;
  const Callback released = device.released;
  cdevs_.erase(id);
  call(released);
}

int ChrdevTable::device_create(const char* name, std::uint32_t minor) {
  const std::int64_t failed = ctx_.kernel.fault("device_create", name);
  if (failed < 0) return static_cast<int>(failed);
  const auto [it, fresh] = nodes_.try_emplace(std::pmr::string(name, ctx_.memory), minor);
  return fresh ? 0 : -EEXIST;
}

void ChrdevTable::device_destroy(std::uint32_t minor) {
  for (auto it = nodes_.begin(); it != nodes_.end(); ++it) {
    if (it->second != minor) continue;
    nodes_.erase(it);
    return;
  }
}

contract::Result<CharFilePtr> ChrdevTable::open(std::string_view name) {
  const auto node = nodes_.find(name);
  if (node == nodes_.end()) return tl::unexpected(-ENOENT);
  const auto minor = minors_.find(node->second);
  if (minor == minors_.end()) return tl::unexpected(-ENXIO);
  const std::uint32_t id = minor->second;
  Device& device = cdevs_.at(id);
  const contract::CharOps* const ops = device.cdev->ops;
  if (!ctx_.kernel.kref_get_unless_zero(device.kobject, "cdev")) return tl::unexpected(-ENXIO);

  const CharFilePtr file = ctx_.kernel.make<CharFileObj>("char_file");
  int error = file == nullptr ? -ENOMEM : 0;
  if (error == 0) {
    file->minor = node->second;
    file->cdev = device.cdev;
    file->cdev_id = id;
    file->ops = ops;
    if (ops->open != nullptr) error = ops->open(ctx_.module, file);
  }
  if (error == 0) return file;
  ctx_.kernel.free(file);
  kobject_put(id);
  return tl::unexpected(error);
}

std::int64_t ChrdevTable::ioctl(const CharFilePtr& file, std::uint32_t cmd, std::uint64_t arg) {
  if (file->ops->ioctl == nullptr) return -ENOTTY;
  return file->ops->ioctl(ctx_.module, file, cmd, arg);
}

void ChrdevTable::close(const CharFilePtr& file) {
  const std::uint32_t id = file->cdev_id;
  if (file->ops->release != nullptr) file->ops->release(ctx_.module, file);
  kobject_put(id);
  ctx_.kernel.free(file);
}

}  // namespace protm::host
