// SPDX-License-Identifier: GPL-2.0-only
#include "tools/tree.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace protm::tools {
namespace {

namespace fs = std::filesystem;

std::string shell_quoted(const std::string& word) {
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::vector<std::string> ask_git(const std::string& root, Untracked untracked) {
  std::string command = "git -C " + shell_quoted(root) + " ls-files -z --cached";
  if (untracked == Untracked::include) command += " --others --exclude-standard";
  command += " 2>/dev/null";
  std::vector<std::string> paths;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return paths;
  std::string path;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    if (c != 0) {
      path += static_cast<char>(c);
    } else {
      paths.push_back(std::move(path));
      path.clear();
    }
  }
  return pclose(pipe) == 0 ? paths : std::vector<std::string>{};
}

std::vector<std::string> walk(const std::string& root) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator at(root, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string path = fs::relative(at->path(), root).generic_string();
    if (path == ".git" || path == "build" || path == "findings") {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(error)) {
      paths.push_back(path);
    }
  }
  return paths;
}

bool ends_with_one_of(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [path](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace

std::vector<std::string> list_paths(const std::string& root, Untracked untracked) {
  std::vector<std::string> paths = ask_git(root, untracked);
  if (paths.empty()) paths = walk(root);
  // git still lists a file that was deleted and not committed.
  std::erase_if(paths, [&root](const std::string& path) {
    std::error_code error;
    return !fs::is_regular_file(fs::path(root) / path, error);
  });
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

File load_file(const std::string& root, const std::string& path) {
  std::ifstream stream(fs::path(root) / path, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return make_file(path, content.str());
}

File make_file(std::string path, std::string content) {
  File file;
  file.path = std::move(path);
  file.content = std::move(content);
  // Short strings move their characters with them: keep the buffer on the heap, so that the
  // views stay valid when the File is moved.
  file.content.reserve(std::max<std::size_t>(file.content.size(), 64));
  if (is_code(file.path)) file.text = lex(file.content);
  return file;
}

bool is_code(std::string_view path) { return ends_with_one_of(path, {".cc", ".h", ".c"}); }

bool is_test(std::string_view path) { return path.ends_with("_test.cc"); }

bool is_script(std::string_view path) {
  return ends_with_one_of(path, {".cmake", "CMakeLists.txt", ".sh", ".py"}) || path == "protm" ||
         path == ".ci/run";
}

std::string to_text(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": error: " + finding.what + "; " +
         finding.instead;
}

}  // namespace protm::tools
