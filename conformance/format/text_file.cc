// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/text_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace protm::format {

std::optional<std::string> read_text_file(const std::string& file) {
  std::error_code error;
  // A directory opens like a file and then reads as empty.
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return text;
}

std::vector<Diagnostic> unreadable_file(const std::string& file) {
  Diagnostics errors(file, "");
  errors.error(Place{}, "the file cannot be read", "expected a readable file");
  return errors.take();
}

}  // namespace protm::format
