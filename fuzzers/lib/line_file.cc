// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/line_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  const std::string text = read_whole(path).value_or("");
  std::size_t at = 0;
  for (std::size_t end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

bool append_line(const std::string& path, std::string_view line) {
  const auto known = read_whole(path);
  const bool torn = known && !known->empty() && known->back() != '\n';
  std::string text = torn ? "\n" : "";
  text.append(line).append("\n");
  const int out = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (out < 0) return false;
  const bool written = write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool safe = fsync(out) == 0;
  close(out);
  return written && safe;
}

}  // namespace protm::fuzz
