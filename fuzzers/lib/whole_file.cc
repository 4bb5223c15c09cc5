// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/whole_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace protm::fuzz {

namespace fs = std::filesystem;

bool write_whole(const std::string& path, std::string_view bytes) {
  const fs::path last = path;
  const fs::path first =
      last.parent_path() / ("." + std::to_string(getpid()) + "-" + last.filename().string());
  std::ofstream out(first, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out.good()) {
    fs::rename(first, last, error);
    if (!error) return true;
  }
  fs::remove(first, error);
  return false;
}

std::optional<std::string> read_whole(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return std::nullopt;
  return text;
}

}  // namespace protm::fuzz
