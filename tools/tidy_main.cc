// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <iostream>
#include <map>

#include "tools/layers.h"
#include "tools/tidy_rules.h"
#include "tools/tokens.h"
#include "tools/tree.h"

namespace protm::tools {
namespace {

constexpr std::size_t kMinSharedTokens = 40;

constexpr std::string_view kUsage =
    "usage: protm_tidy tidy|layers|tokens|counts [--untracked] [ROOT]\n"
    "  tidy    style, determinism and READMEs\n"
    "  layers  every include against the table of boxes\n"
    "  tokens  code that series-v1 shares with the reference\n"
    "  counts  how many findings of each rule each folder has; always exits 0\n"
    "  --untracked  also files that git does not know yet\n";

struct Options {
  std::string mode;
  std::string root = ".";
  Untracked untracked = Untracked::leave_out;
};

std::vector<File> load_tree(const Options& options) {
  std::vector<File> files;
  for (const std::string& path : list_paths(options.root, options.untracked)) {
    const bool text = is_code(path) || is_script(path) || path.ends_with("README.md");
    files.push_back(text ? load_file(options.root, path) : make_file(path, ""));
  }
  return files;
}

void append(std::vector<Finding>& to, const std::vector<Finding>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<Finding> check(const std::string& mode, const std::vector<File>& files) {
  std::vector<Finding> findings;
  if (mode == "layers" || mode == "counts") append(findings, check_layers(files));
  if (mode == "tidy" || mode == "counts") {
    for (const File& file : files) append(findings, check_file(file));
    append(findings, check_readmes(files));
  }
  if (mode == "tokens" || mode == "counts") {
    append(findings, check_shared_tokens(files, "sut-adapters/series-v1", "oracle/reference",
                                         kMinSharedTokens));
  }
  return findings;
}

int print_counts(const std::vector<Finding>& findings) {
  std::map<std::string, int> counts;
  for (const Finding& finding : findings) {
    const Box* box = box_of(finding.path);
    const std::string folder = box != nullptr ? std::string(box->folder) : "(elsewhere)";
    ++counts[folder + " " + finding.rule];
  }
  for (const auto& [key, count] : counts) std::cout << count << " " << key << "\n";
  return 0;
}

int run(const Options& options) {
  const std::vector<File> files = load_tree(options);
  const auto code = std::count_if(files.begin(), files.end(),
                                  [](const File& file) { return is_code(file.path); });
  if (code == 0) {
    std::cerr << options.root << ": error: no source file; expected the repository's root\n";
    return 2;
  }
  const std::vector<Finding> findings = check(options.mode, files);
  if (options.mode == "counts") return print_counts(findings);
  for (const Finding& finding : findings) std::cout << to_text(finding) << "\n";
  std::cout << options.mode << ": " << findings.size() << " findings in " << code
            << " source files\n";
  return findings.empty() ? 0 : 1;
}

bool parse(const std::vector<std::string>& words, Options& options) {
  std::vector<std::string> plain;
  for (const std::string& word : words) {
    if (word == "--untracked") {
      options.untracked = Untracked::include;
    } else if (word.starts_with("-")) {
      return false;
    } else {
      plain.push_back(word);
    }
  }
  if (plain.empty() || plain.size() > 2) return false;
  options.mode = plain[0];
  if (plain.size() == 2) options.root = plain[1];
  return options.mode == "tidy" || options.mode == "layers" || options.mode == "tokens" ||
         options.mode == "counts";
}

}  // namespace
}  // namespace protm::tools

int main(int argc, char** argv) {
  protm::tools::Options options;
  if (!protm::tools::parse(std::vector<std::string>(argv + 1, argv + argc), options)) {
    std::cerr << protm::tools::kUsage;
    return 2;
  }
  return protm::tools::run(options);
}
