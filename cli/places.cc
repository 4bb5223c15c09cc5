// SPDX-License-Identifier: GPL-2.0-only
#include "cli/places.h"

#include <cstdlib>
#include <filesystem>

namespace protm::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kSuites = "conformance/suites";

bool is_root(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / kSuites, error);
}

std::string below_root(const char* what) {
  const std::string root = find_root();
  return root.empty() ? what : (fs::path(root) / what).lexically_normal().string();
}

}  // namespace

std::string find_root() {
  if (const char* const named = std::getenv("PROTM_ROOT"); named != nullptr && is_root(named)) {
    return named;
  }
  if (is_root(".")) return ".";
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    if (is_root(folder)) return folder.string();
  }
  return {};
}

std::string suites_folder(const std::string& given) {
  return given.empty() ? below_root(kSuites) : given;
}

std::string expectation_file(const std::string& kernel) {
  return below_root(("conformance/expectations/" + kernel + ".yaml").c_str());
}

std::string catalogue_file() { return below_root("conformance/catalogue.yaml"); }

}  // namespace protm::cli
