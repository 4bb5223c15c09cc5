// SPDX-License-Identifier: GPL-2.0-only
// Char devices: nodes by name, minors, cdevs embedded in the driver's objects, and open files that
// keep the cdev's kobject. The cdev is reached only through its checked pointer, as the kernel
// dereferences it, so an object freed too early shows as an oops.
// Not modelled: opens through an inode kept over cdev_del, module references, dup.
// Source: fs/char_dev.c, fs/file_table.c; facts-host.md 8 (C1-C7).
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>

#include "sut-adapters/host/drm_context.h"

namespace protm::host {

/// An open file: what the driver sees, and the cdev that the file holds.
struct CharFileObj : contract::CharFile {
  contract::Ptr<contract::Cdev> cdev;
  std::uint32_t cdev_id = 0;
  const contract::CharOps* ops = nullptr;
};
using CharFilePtr = contract::Ptr<CharFileObj>;

class ChrdevTable {
 public:
  explicit ChrdevTable(DrmContext& ctx)
      : ctx_(ctx), cdevs_(ctx.memory), minors_(ctx.memory), nodes_(ctx.memory) {}

  int cdev_add(const contract::Ptr<contract::Cdev>& cdev, std::uint32_t minor,
               contract::Callback released);
  void cdev_del(const contract::Ptr<contract::Cdev>& cdev);
  int device_create(const char* name, std::uint32_t minor);
  void device_destroy(std::uint32_t minor);
  /// Errors: -ENOENT no node, -ENXIO no device behind it, -ENOMEM, the driver's.
  contract::Result<CharFilePtr> open(std::string_view name);
  std::int64_t ioctl(const CharFilePtr& file, std::uint32_t cmd, std::uint64_t arg);
  /// The last close: the driver's release, then the cdev (C3).
  void close(const CharFilePtr& file);

 private:
  struct Device {
    contract::Ptr<contract::Cdev> cdev;
    contract::Kref kobject;
    std::uint32_t minor = 0;
    contract::Callback released;
  };
  void kobject_put(std::uint32_t id);

  DrmContext& ctx_;
  std::pmr::map<std::uint32_t, Device> cdevs_;                         ///< by Cdev::id
  std::pmr::map<std::uint32_t, std::uint32_t> minors_;                 ///< minor -> Cdev::id
  std::pmr::map<std::pmr::string, std::uint32_t, std::less<>> nodes_;  ///< name -> minor
  std::uint32_t last_id_ = 0;
};

}  // namespace protm::host
