// SPDX-License-Identifier: GPL-2.0-only
#include "tools/tidy_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "tools/determinism_rules.h"
#include "tools/hex_rule.h"
#include "tools/layers.h"

namespace protm::tools {
namespace {

constexpr int kMaxColumns = 100;
constexpr int kMaxFunctionLines = 70;
// The style says "about 600"; a tenth more is about.
constexpr int kMaxFileLines = 660;
constexpr int kMinOpeningLines = 3;
constexpr int kMaxOpeningLines = 8;

class Checker {
 public:
  explicit Checker(const File& file) : file_(file) {}

  std::vector<Finding> run() {
    name();
    lines();
    spdx();
    if (is_code(file_.path)) {
      functions();
      macros();
      todos();
      if (file_.path.ends_with(".h")) opening();
    }
    return std::move(findings_);
  }

 private:
  void say(int line, std::string rule, std::string what, std::string instead) {
    findings_.push_back({file_.path, line, std::move(rule), std::move(what), std::move(instead)});
  }

  void name() {
    constexpr std::array<std::string_view, 8> kBanned{"util",    "utils",    "helper", "helpers",
                                                      "manager", "managers", "common", "misc"};
    const std::size_t slash = file_.path.rfind('/');
    std::string word;
    const std::string stem = file_.path.substr(slash == std::string::npos ? 0 : slash + 1) + ".";
    for (const char c : stem) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        word += c;
        continue;
      }
      if (std::find(kBanned.begin(), kBanned.end(), word) != kBanned.end()) {
        say(1, "file-name", "'" + word + "' in a file's name says nothing",
            "name the file after the hardware block, kernel object or rule in it");
      }
      word.clear();
    }
  }

  void lines() {
    int number = 1;
    int columns = 0;
    for (const char c : file_.content) {
      if (c == '\n') {
        if (columns > kMaxColumns) {
          say(number, "columns", std::to_string(columns) + " columns",
              "break the line at " + std::to_string(kMaxColumns));
        }
        ++number;
        columns = 0;
      } else if (c == '\t') {
        say(number, "columns", "a tab", "use spaces");
      } else if ((static_cast<unsigned char>(c) >> 6) != 2) {
        ++columns;  // bytes that continue a UTF-8 character take no column
      }
    }
    if (is_code(file_.path) && number - 1 > kMaxFileLines) {
      say(number - 1, "file-length", std::to_string(number - 1) + " lines in one file",
          "split it by subject at about 600");
    }
  }

  void spdx() {
    const std::string license = file_.path.ends_with("protm_sut.h") ? "MIT" : "GPL-2.0-only";
    std::string_view content = file_.content;
    if (content.starts_with("#!")) content.remove_prefix(content.find('\n') + 1);
    const std::string_view first = content.substr(0, content.find('\n'));
    if (first.find("SPDX-License-Identifier: " + license) == std::string_view::npos) {
      say(1, "spdx", "the first line names no license",
          "write `SPDX-License-Identifier: " + license + "` there, as a comment");
    }
  }

  void functions() {
    for (const FunctionBody& body : find_functions(file_.text)) {
      const int length = body.last_line - body.first_line + 1;
      if (length > kMaxFunctionLines) {
        say(body.first_line, "function-length",
            "a function of " + std::to_string(length) + " lines",
            "split it; " + std::to_string(kMaxFunctionLines) + " is the limit");
      }
    }
  }

  void macros() {
    if (file_.path.ends_with("protm_sut.h")) return;
    for (const Directive& directive : file_.text.directives) {
      if (directive.name == "define" || directive.name == "undef") {
        say(directive.line, "macro", "#" + std::string(directive.name),
            "use constexpr, a function, or #pragma once");
      }
    }
  }

  // Accepted: TODO(#12).
  void todos() {
    constexpr std::array<std::string_view, 4> kMarks{"TODO", "FIXME", "XXX", "HACK"};
    for (const Comment& comment : file_.text.comments) {
      for (const std::string_view mark : kMarks) {
        const std::size_t at = comment.text.find(mark);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = comment.text.substr(at + mark.size());
        const bool has_id = rest.size() > 2 && rest.starts_with("(#") &&
                            std::isdigit(static_cast<unsigned char>(rest[2])) != 0;
        if (mark == "TODO" && has_id) continue;
        say(comment.line, "todo", std::string(mark) + " without an issue",
            "open one and write TODO(#number)");
      }
    }
  }

  // What it models, what it leaves out, its source: the run of comment lines at the top.
  void opening() {
    int count = 0;
    int next = 2;
    for (const Comment& comment : file_.text.comments) {
      if (comment.line == 1) continue;
      if (count > 0 && comment.line != next) break;
      if (count == 0 && comment.line > 4) break;
      ++count;
      next = comment.line + 1;
    }
    if (count < kMinOpeningLines || count > kMaxOpeningLines) {
      say(1, "header-opening", std::to_string(count) + " comment lines open this header",
          "say in 3 to 8 lines what it models, what it leaves out, and its source");
    }
  }

  const File& file_;
  std::vector<Finding> findings_;
};

void append(std::vector<Finding>& to, std::vector<Finding> more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

std::vector<Finding> check_file(const File& file) {
  if (!is_code(file.path) && !is_script(file.path)) return {};
  std::vector<Finding> findings = Checker(file).run();
  if (is_code(file.path)) {
    append(findings, check_determinism(file));
    append(findings, check_hex(file));
  }
  return findings;
}

}  // namespace protm::tools
