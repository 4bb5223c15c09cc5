// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/scratch_folder.h"

#include <cstdio>
#include <cstdlib>

namespace protm::fuzz {

ScratchFolder::ScratchFolder()
    : path((std::filesystem::temp_directory_path() / "protm-scratch.XXXXXX").string()) {
  if (mkdtemp(path.data()) != nullptr) return;
  std::fprintf(stderr, "protm: error: cannot make '%s'\n", path.c_str());
  std::abort();
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

}  // namespace protm::fuzz
