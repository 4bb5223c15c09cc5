// SPDX-License-Identifier: GPL-2.0-only
// A folder for one test, with a name that no other process has: the same test of several builds
// runs at the same time. It goes with its object.
// Leaves out: folders that a user names, or that outlive a process. Source: mkdtemp(3).
#pragma once

#include <filesystem>
#include <string>

namespace protm::fuzz {

class ScratchFolder {
 public:
  /// Errors: aborts when there is no place for temporary files.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  /// The path of a file of that name in it.
  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }

  std::string path;
};

}  // namespace protm::fuzz
