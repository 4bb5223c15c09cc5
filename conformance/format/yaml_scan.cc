// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/yaml_scan.h"

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/format/yaml_document.h"

namespace protm::format {
namespace {

using std::uint32_t;

/// Bytes of the UTF-8 sequence that starts here; 0 when it is none.
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) -> uint32_t {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint32_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf && follows(1)) return 2;
  if (first >= 0xe0 && first <= 0xef && follows(1) && follows(2)) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4 && follows(1) && follows(2) && follows(3)) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool too_big = first == 0xf4 && byte(1) >= 0x90;
    return overlong || too_big ? 0 : 4;
  }
  return 0;
}

/// Walks the tokens of a text and reports what is refused.
class Scanner {
 public:
  Scanner(std::string_view text, Diagnostics& errors) : text_(text), errors_(errors) {}

  void run() {
    while (!stop_ && at_ < text_.size()) line();
  }

 private:
  enum class Quote : std::uint8_t { none, single_quote, double_quote };

  void refuse(std::size_t column, std::string message, std::string expected, uint32_t width = 1) {
    errors_.error(Place{line_, static_cast<uint32_t>(column) + 1, width}, std::move(message),
                  std::move(expected));
  }

  void line() {
    ++line_;
    std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) end = text_.size();
    std::string_view row = text_.substr(at_, end - at_);
    at_ = end + 1;
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (!bytes_are_fine(row)) return;
    const std::size_t indent = row.find_first_not_of(' ');
    if (indent == std::string_view::npos) return;
    if (block_scalar_ && indent > block_indent_) return;
    block_scalar_ = false;
    if (quote_ == Quote::none && !document_line(row)) return;
    if (quote_ == Quote::none && flow_.empty()) note_indent(row, indent);
    tokens(row, quote_ == Quote::none ? indent : 0, indent);
  }

  bool bytes_are_fine(std::string_view row) {
    for (std::size_t i = 0; i < row.size();) {
      const std::size_t length = sequence_length(row.substr(i));
      if (length == 0) {
        refuse(i, "the text is not UTF-8", "expected UTF-8");
        stop_ = true;
        return false;
      }
      if (row[i] == '\t') {
        refuse(i, "a tab", "expected spaces");
        return false;
      }
      if (static_cast<unsigned char>(row[i]) < ' ' || row[i] == 127) {
        refuse(i, "a control character", "expected printable text");
        stop_ = true;
        return false;
      }
      i += length;
    }
    return true;
  }

  /// Handles "---", "..." and "%": only one "---", before anything else.
  bool document_line(std::string_view row) {
    const std::string_view mark = row.substr(0, 3);
    if (mark == "---" && (row.size() == 3 || row[3] == ' ')) {
      if (seen_content_) {
        refuse(0, "a second document", "expected one document in a file", 3);
        stop_ = true;
      }
      seen_content_ = true;
      if (row.find_first_not_of(' ', 3) != std::string_view::npos && !stop_) {
        refuse(3, "text after '---'", "expected the document to start on a line of its own");
      }
      return false;
    }
    if (mark == "..." || row.starts_with('%')) {
      refuse(0, "'" + std::string(mark.substr(0, mark == "..." ? 3 : 1)) + "' at the line's start",
             "expected one document without directives");
      stop_ = true;
      return false;
    }
    return true;
  }

  /// Depth of block structure from indents; a "- " opens one more level.
  void note_indent(std::string_view row, std::size_t indent) {
    if (row[indent] == '#') return;
    while (!indents_.empty() && indents_.back() > indent) indents_.pop_back();
    std::size_t column = indent;
    for (;;) {
      if (indents_.empty() || indents_.back() < column) indents_.push_back(column);
      const bool dash = row[column] == '-' && column + 1 < row.size() && row[column + 1] == ' ';
      const std::size_t next = dash ? row.find_first_not_of(' ', column + 1) : row.npos;
      if (next == row.npos) break;
      column = next;
    }
    check_depth(indent);
  }

  void check_depth(std::size_t column) {
    if (indents_.size() + flow_.size() <= kMaxYamlDepth || stop_) return;
    refuse(column, "nesting is deeper than " + std::to_string(kMaxYamlDepth),
           "expected at most " + std::to_string(kMaxYamlDepth) + " levels");
    stop_ = true;
  }

  void tokens(std::string_view row, std::size_t from, std::size_t indent) {
    bool start = true;  // at the start of a token
    for (std::size_t i = from; i < row.size() && !stop_; ++i) {
      const char c = row[i];
      const char next = i + 1 < row.size() ? row[i + 1] : ' ';
      if (quote_ != Quote::none) {
        i += inside_quotes(c, next);
        start = false;
      } else if (c == '#' && (i == 0 || row[i - 1] == ' ')) {
        return;
      } else if (c == ' ') {
        continue;
      } else if (start && (c == '\'' || c == '"')) {
        quote_ = c == '\'' ? Quote::single_quote : Quote::double_quote;
        seen_content_ = true;
      } else if (start && refused_start(c, i, row)) {
        return;
      } else if (start && flow_.empty() && (c == '|' || c == '>')) {
        block_scalar_ = true;
        block_indent_ = indent;
        return;
      } else {
        seen_content_ = true;
        start = structure(c, next, i, start);
      }
    }
  }

  /// Returns how many further characters belong to what was seen.
  std::size_t inside_quotes(char c, char next) {
    if (quote_ == Quote::double_quote && c == '\\') return 1;
    if (quote_ == Quote::single_quote && c == '\'' && next == '\'') return 1;
    const char closing = quote_ == Quote::single_quote ? '\'' : '"';
    if (c == closing) quote_ = Quote::none;
    return 0;
  }

  bool refused_start(char c, std::size_t column, std::string_view row) {
    if (c != '&' && c != '*' && c != '!') return false;
    const std::string_view kind = c == '&' ? "an anchor" : c == '*' ? "an alias" : "a tag";
    std::size_t end = row.find_first_of(" ,]}", column);
    if (end == std::string_view::npos) end = row.size();
    const std::string token(row.substr(column, end - column));
    refuse(column, std::string(kind) + " '" + token + "'",
           "expected the value itself, or quotes around it", static_cast<uint32_t>(token.size()));
    stop_ = true;
    return true;
  }

  /// Returns whether a token starts after this character.
  bool structure(char c, char next, std::size_t column, bool start) {
    if (start && (c == '[' || c == '{')) {
      flow_.push_back(c);
      check_depth(column);
      return true;
    }
    if (!flow_.empty() && (c == ']' || c == '}')) {
      flow_.pop_back();
      return false;
    }
    if (!flow_.empty() && (c == ',' || c == '[' || c == '{')) {
      if (c != ',') flow_.push_back(c);
      check_depth(column);
      return true;
    }
    if (c == ':' && (next == ' ' || !flow_.empty())) return true;
    return start && (c == '-' || c == '?') && next == ' ';
  }

  std::string_view text_;
  Diagnostics& errors_;
  std::size_t at_ = 0;
  uint32_t line_ = 0;
  bool stop_ = false;
  bool seen_content_ = false;
  bool block_scalar_ = false;
  std::size_t block_indent_ = 0;
  Quote quote_ = Quote::none;
  std::vector<std::size_t> indents_;
  std::vector<char> flow_;
};

}  // namespace

void scan_yaml(std::string_view text, Diagnostics& errors) {
  if (text.size() > kMaxYamlBytes) {
    errors.error(Place{}, "the file has " + std::to_string(text.size()) + " bytes",
                 "expected at most " + std::to_string(kMaxYamlBytes));
    return;
  }
  Scanner(text, errors).run();
}

}  // namespace protm::format
