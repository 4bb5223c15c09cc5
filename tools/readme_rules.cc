// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <array>
#include <set>

#include "tools/layers.h"
#include "tools/tidy_rules.h"

namespace protm::tools {
namespace {

constexpr int kMaxReadmeLines = 80;
constexpr std::array<std::string_view, 13> kEndings{".h",    ".cc",   ".c",     ".md", ".yaml",
                                                    ".txt",  ".json", ".cmake", ".sh", ".py",
                                                    ".diff", ".bin",  ".csv"};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// A word in backquotes that names a file or folder, rather than a command or a placeholder.
bool names_a_file(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
           c == '/';
  });
  if (!plain || word.front() == '/') return false;
  if (word.back() == '/' && word.size() > 1) return true;
  return std::any_of(kEndings.begin(), kEndings.end(), [&word](std::string_view ending) {
    return word.ends_with(ending) && word.size() > ending.size();
  });
}

// Paths of the tree, with every folder, a trailing slash on each.
std::set<std::string> paths_and_folders(std::span<const File> files) {
  std::set<std::string> known;
  for (const File& file : files) {
    known.insert(file.path);
    for (std::size_t at = file.path.find('/'); at != std::string::npos;
         at = file.path.find('/', at + 1)) {
      known.insert(file.path.substr(0, at + 1));
    }
  }
  return known;
}

void check_names(const File& readme, const std::set<std::string>& known,
                 std::vector<Finding>& findings) {
  int line = 1;
  bool fenced = false;
  std::size_t begin = 0;
  while (begin < readme.content.size()) {
    const std::size_t end = std::min(readme.content.find('\n', begin), readme.content.size());
    const std::string text = readme.content.substr(begin, end - begin);
    begin = end + 1;
    if (text.starts_with("```")) fenced = !fenced;
    std::size_t open = fenced ? std::string::npos : text.find('`');
    while (open != std::string::npos) {
      const std::size_t close = text.find('`', open + 1);
      if (close == std::string::npos) break;
      const std::string word = text.substr(open + 1, close - open - 1);
      if (names_a_file(word) && !known.contains(word) &&
          !known.contains(folder_of(readme.path) + word)) {
        findings.push_back({readme.path, line, "readme", "'" + word + "' does not exist",
                            "name a file of this folder, or a path from the root"});
      }
      open = text.find('`', close + 1);
    }
    ++line;
  }
  if (line - 1 > kMaxReadmeLines) {
    findings.push_back({readme.path, line - 1, "readme",
                        std::to_string(line - 1) + " lines in a README",
                        "keep it to a page and move the rest to docs/"});
  }
}

}  // namespace

std::vector<Finding> check_readmes(std::span<const File> files) {
  const std::set<std::string> known = paths_and_folders(files);
  std::vector<Finding> findings;
  std::set<std::string> folders;
  for (const File& file : files) {
    if (file.path == "README.md" || file.path.ends_with("/README.md")) {
      check_names(file, known, findings);
    }
    if (file.path.ends_with("CMakeLists.txt")) folders.insert(folder_of(file.path));
    const Box* box = box_of(file.path);
    if (box != nullptr) folders.insert(std::string(box->folder) + "/");
  }
  for (const std::string& folder : folders) {
    if (!known.contains(folder + "README.md")) {
      findings.push_back({folder + "README.md", 1, "readme", "this box has no README.md",
                          "say in a page what it is, what to read first, what it must not use"});
    }
  }
  return findings;
}

}  // namespace protm::tools
