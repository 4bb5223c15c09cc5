// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/suite.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <tl/expected.hpp>

#include "conformance/format/case_reader.h"
#include "conformance/format/text_file.h"

namespace protm::runner {
namespace {

namespace fs = std::filesystem;

bool wanted(const contract::Program& p, const Filter& filter) {
  if (!filter.suite.empty() && p.id.substr(0, p.id.find('/')) != filter.suite) return false;
  if (filter.pattern.empty()) return true;
  const std::string slug = p.id.substr(p.id.find('/') + 1);
  if (glob_match(filter.pattern, p.id) || glob_match(filter.pattern, slug)) return true;
  return std::find(p.entries.begin(), p.entries.end(), filter.pattern) != p.entries.end();
}

using Read = tl::expected<contract::Program, std::vector<format::Diagnostic>>;

/// What a file says. YAML is slow to read, and who takes one part of the suites after another would
/// read it again each time: what a text of that name said is remembered.
const Read& case_in(const std::string& file) {
  struct Known {
    std::string text;
    Read read;
  };
  static std::map<std::string, Known> all;
  const auto text = format::read_text_file(file);
  const auto known = all.find(file);
  if (text && known != all.end() && known->second.text == *text) return known->second.read;
  Read read = text ? format::read_case(file, *text) : tl::unexpected(format::unreadable_file(file));
  return all.insert_or_assign(file, Known{text.value_or(""), std::move(read)}).first->second.read;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (glob_match(pattern.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern.front() != '?' && pattern.front() != text.front()) return false;
  return glob_match(pattern.substr(1), text.substr(1));
}

std::vector<std::string> areas(const std::string& root) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Suite load_suite(const std::string& root, const Filter& filter) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
    if (entry.is_regular_file() && entry.path().extension() == ".yaml") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  Suite suite;
  for (const std::string& file : files) {
    const Read& program = case_in(file);
    if (!program) {
      suite.errors.insert(suite.errors.end(), program.error().begin(), program.error().end());
    } else if (wanted(*program, filter)) {
      suite.cases.push_back(SuiteCase{file, *program});
    }
  }
  std::sort(suite.cases.begin(), suite.cases.end(), [](const SuiteCase& a, const SuiteCase& b) {
    return a.program.id < b.program.id;
  });
  return suite;
}

}  // namespace protm::runner
