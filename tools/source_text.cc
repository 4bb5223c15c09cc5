// SPDX-License-Identifier: GPL-2.0-only
#include "tools/source_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace protm::tools {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

constexpr std::array<std::string_view, 20> kLongPunctuation{
    "<=>", "...", "::", "->", "==", "!=", "<=", ">=", "&&", "||",
    "++",  "--",  "+=", "-=", "*=", "/=", "|=", "&=", "^=", "%="};

class Lexer {
 public:
  explicit Lexer(std::string_view content) : content_(content) {}

  SourceText run() {
    while (at_ < content_.size()) step();
    return std::move(result_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < content_.size() ? content_[at_ + ahead] : '\0';
  }
  bool looking_at(std::string_view text) const { return content_.substr(at_, text.size()) == text; }

  void step() {
    const char c = peek();
    if (c == '\n') {
      ++line_;
      ++at_;
      line_has_token_ = false;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at_;
    } else if (looking_at("//")) {
      line_comment();
    } else if (looking_at("/*")) {
      block_comment();
    } else if (c == '#' && !line_has_token_) {
      directive();
    } else {
      line_has_token_ = true;
      token();
    }
  }

  void token() {
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else if (is_word(c)) {
      word();
    } else if (c == '"') {
      quoted('"', TokenKind::string);
    } else if (c == '\'') {
      quoted('\'', TokenKind::character);
    } else {
      punctuation();
    }
  }

  void add(TokenKind kind, std::size_t begin, int line) {
    result_.tokens.push_back({kind, content_.substr(begin, at_ - begin), line});
  }

  void number() {
    const std::size_t begin = at_;
    while (is_word(peek()) || peek() == '.' || (peek() == '\'' && is_word(peek(1))) ||
           ((peek() == '+' || peek() == '-') && exponent_before(begin))) {
      ++at_;
    }
    add(TokenKind::number, begin, line_);
  }

  // In 1e+5 the sign belongs to the number; in 0x1e+5 it does not.
  bool exponent_before(std::size_t begin) const {
    const char before = content_[at_ - 1];
    return (before == 'e' || before == 'E') && content_.substr(begin, 2) != "0x";
  }

  void word() {
    const std::size_t begin = at_;
    while (is_word(peek())) ++at_;
    const std::string_view prefix = content_.substr(begin, at_ - begin);
    if (peek() == '"' && (prefix == "R" || prefix == "u8R" || prefix == "LR")) {
      raw_string(begin);
    } else {
      add(TokenKind::identifier, begin, line_);
    }
  }

  void raw_string(std::size_t begin) {
    const int line = line_;
    const std::size_t open = content_.find('(', at_);
    const std::string_view delimiter = content_.substr(at_ + 1, open - at_ - 1);
    const std::string end = ")" + std::string(delimiter) + "\"";
    const std::size_t close = content_.find(end, at_);
    const std::size_t stop = close == std::string_view::npos ? content_.size() : close + end.size();
    while (at_ < stop) line_ += content_[at_++] == '\n' ? 1 : 0;
    add(TokenKind::string, begin, line);
  }

  void quoted(char quote, TokenKind kind) {
    const std::size_t begin = at_++;
    while (at_ < content_.size() && peek() != quote && peek() != '\n') {
      at_ += peek() == '\\' ? 2 : 1;
    }
    at_ = std::min(at_ + (peek() == quote ? 1 : 0), content_.size());
    add(kind, begin, line_);
  }

  void punctuation() {
    const std::size_t begin = at_;
    const auto* found = std::find_if(kLongPunctuation.begin(), kLongPunctuation.end(),
                                     [this](std::string_view text) { return looking_at(text); });
    at_ += found == kLongPunctuation.end() ? 1 : found->size();
    add(TokenKind::punctuation, begin, line_);
  }

  void line_comment() {
    const std::size_t begin = at_;
    while (at_ < content_.size() && peek() != '\n') ++at_;
    result_.comments.push_back({content_.substr(begin, at_ - begin), line_});
  }

  void block_comment() {
    const std::size_t close = content_.find("*/", at_ + 2);
    const std::size_t stop = close == std::string_view::npos ? content_.size() : close + 2;
    std::size_t begin = at_;
    for (; at_ < stop; ++at_) {
      if (peek() == '\n') {
        result_.comments.push_back({content_.substr(begin, at_ - begin), line_++});
        begin = at_ + 1;
      }
    }
    result_.comments.push_back({content_.substr(begin, at_ - begin), line_});
  }

  // A directive ends at its line, or at the last line that a backslash continues.
  void directive() {
    const int line = line_;
    ++at_;
    while (peek() == ' ' || peek() == '\t') ++at_;
    const std::size_t name_begin = at_;
    while (is_word(peek())) ++at_;
    const std::string_view name = content_.substr(name_begin, at_ - name_begin);
    const std::size_t rest_begin = at_;
    while (at_ < content_.size() && peek() != '\n' && !looking_at("//")) {
      if (peek() == '\\' && peek(1) == '\n') {
        ++at_;
        ++line_;
      }
      ++at_;
    }
    const std::string_view rest = content_.substr(rest_begin, at_ - rest_begin);
    result_.directives.push_back({name, rest, line});
    if (name == "include") include(rest, line);
  }

  void include(std::string_view rest, int line) {
    const std::size_t open = rest.find_first_of("\"<");
    if (open == std::string_view::npos) return;
    const char end = rest[open] == '<' ? '>' : '"';
    const std::size_t close = rest.find(end, open + 1);
    if (close == std::string_view::npos) return;
    result_.includes.push_back({std::string(rest.substr(open + 1, close - open - 1)),
                                end == '>' ? IncludeForm::angled : IncludeForm::quoted, line});
  }

  std::string_view content_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool line_has_token_ = false;
  SourceText result_;
};

}  // namespace

SourceText lex(std::string_view content) { return Lexer(content).run(); }

}  // namespace protm::tools
