// SPDX-License-Identifier: GPL-2.0-only
// One source file as tidy sees it: tokens of C and C++, includes, preprocessor lines, comments.
// A tokenizer, no parser: enough to tell code from comments and strings, and to find where
// functions begin and end in code that is written in this repository's style.
// Not modelled: macro expansion, trigraphs, conditional compilation (all branches are read).
// Source: the C++20 lexical rules that our own files use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace protm::tools {

enum class TokenKind { identifier, number, punctuation, string, character };

/// One token; `text` points into the file's content.
struct Token {
  TokenKind kind;
  std::string_view text;
  int line;
};

enum class IncludeForm { quoted, angled };

/// One #include line.
struct Include {
  std::string path;
  IncludeForm form;
  int line;
};

/// One preprocessor line, such as `define FOO 1`, without its `#`.
struct Directive {
  std::string_view name;
  std::string_view rest;
  int line;
};

/// One comment line; a block comment gives one entry for each of its lines.
struct Comment {
  std::string_view text;
  int line;
};

/// What a file consists of. All views point into the content that was handed to lex().
struct SourceText {
  std::vector<Token> tokens;
  std::vector<Include> includes;
  std::vector<Directive> directives;
  std::vector<Comment> comments;
};

/// Splits `content`, which must outlive the result.
/// Errors: none; whatever is not understood becomes a one-character punctuation token.
SourceText lex(std::string_view content);

/// A function's body, as indices of its braces in SourceText::tokens.
struct FunctionBody {
  int first_line;
  int last_line;
  std::size_t open_brace;
  std::size_t close_brace;
};

/// Finds every function, test case and namespace-level lambda that is not inside another one.
std::vector<FunctionBody> find_functions(const SourceText& text);

}  // namespace protm::tools
