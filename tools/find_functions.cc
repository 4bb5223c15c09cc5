// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <array>

#include "tools/source_text.h"

namespace protm::tools {
namespace {

enum class Scope { outer, function, data };

bool is(const Token& token, std::string_view text) { return token.text == text; }

template <std::size_t N>
bool is_one_of(const Token& token, const std::array<std::string_view, N>& texts) {
  return std::find(texts.begin(), texts.end(), token.text) != texts.end();
}

constexpr std::array<std::string_view, 4> kTypeWords{"class", "struct", "union", "enum"};
constexpr std::array<std::string_view, 6> kAfterParameters{"const", "noexcept", "override",
                                                           "final", "mutable",  "try"};
constexpr std::array<std::string_view, 3> kAccess{"public", "private", "protected"};

// What the tokens before a `{` outside of functions say about the braces.
struct HeadFacts {
  bool has_parentheses = false;
  bool has_assignment = false;
  bool has_type_word = false;
  bool has_lambda = false;
  bool has_colon = false;
  bool is_namespace = false;
};

// Skips `template <...>`; returns the index behind it.
std::size_t skip_template(const std::vector<Token>& tokens, std::size_t i, std::size_t end) {
  int depth = 0;
  for (++i; i < end; ++i) {
    if (is(tokens[i], "<")) ++depth;
    if (is(tokens[i], ">") && --depth == 0) return i + 1;
  }
  return end;
}

HeadFacts read_head(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  HeadFacts facts;
  int nesting = 0;
  for (std::size_t i = begin; i < end; ++i) {
    while (i < end && is(tokens[i], "template")) i = skip_template(tokens, i, end);
    if (i >= end) break;
    const Token& token = tokens[i];
    if (is(token, "(") || is(token, "[")) {
      if (is(token, "(") && nesting == 0) {
        facts.has_parentheses = true;
        facts.has_lambda = facts.has_lambda || (i > begin && is(tokens[i - 1], "]"));
      }
      ++nesting;
    } else if (is(token, ")") || is(token, "]")) {
      --nesting;
    } else if (nesting == 0) {
      const bool after_operator = i > begin && is(tokens[i - 1], "operator");
      facts.has_assignment = facts.has_assignment || (is(token, "=") && !after_operator);
      facts.has_colon = facts.has_colon || (is(token, ":") && facts.has_parentheses);
      facts.has_type_word =
          facts.has_type_word || (!facts.has_parentheses && is_one_of(token, kTypeWords));
      facts.is_namespace = facts.is_namespace || is(token, "namespace") || is(token, "extern") ||
                           is(token, "TEST_SUITE") || is(token, "TEST_SUITE_BEGIN");
    }
  }
  return facts;
}

Scope classify(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  const HeadFacts facts = read_head(tokens, begin, end);
  if (facts.has_assignment) return facts.has_lambda ? Scope::function : Scope::data;
  if (facts.has_type_word) return Scope::outer;
  if (facts.is_namespace) {
    // extern "C" int f() { is a function, extern "C" { is a scope.
    const bool is_function = facts.has_parentheses && is(tokens[begin], "extern");
    return is_function ? Scope::function : Scope::outer;
  }
  if (!facts.has_parentheses) return Scope::data;
  const Token& last = tokens[end - 1];
  const bool brace_of_member = facts.has_colon && !is_one_of(last, kAfterParameters) &&
                               (last.kind == TokenKind::identifier || is(last, ">"));
  return brace_of_member ? Scope::data : Scope::function;
}

class FunctionFinder {
 public:
  explicit FunctionFinder(const std::vector<Token>& tokens) : tokens_(tokens) {}

  std::vector<FunctionBody> run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) step(tokens_[at_]);
    return std::move(found_);
  }

 private:
  struct Open {
    Scope scope;
    std::size_t brace;
    std::size_t head;
    int nesting;
  };

  bool outside() const { return scopes_.empty() || scopes_.back().scope == Scope::outer; }

  void step(const Token& token) {
    if (token.kind == TokenKind::string || token.kind == TokenKind::character) return;
    if (is(token, "(") || is(token, "[")) ++nesting_;
    if (is(token, ")") || is(token, "]")) --nesting_;
    if (is(token, "{")) {
      open();
    } else if (is(token, "}")) {
      close();
    } else if (outside() && nesting_ == 0) {
      const bool access = is(token, ":") && at_ > 0 && is_one_of(tokens_[at_ - 1], kAccess);
      if (is(token, ";") || access) head_ = at_ + 1;
    }
  }

  void open() {
    Scope scope = Scope::data;
    if (outside() && nesting_ == 0) {
      scope = head_ < at_ ? classify(tokens_, head_, at_) : Scope::outer;
    }
    scopes_.push_back({scope, at_, head_, nesting_});
    nesting_ = 0;
    if (scope == Scope::outer) head_ = at_ + 1;
  }

  void close() {
    if (scopes_.empty()) return;
    const Open scope = scopes_.back();
    scopes_.pop_back();
    nesting_ = scope.nesting;
    if (scope.scope == Scope::function) {
      found_.push_back({tokens_[scope.head].line, tokens_[at_].line, scope.brace, at_});
    }
    if (scope.scope != Scope::data) head_ = at_ + 1;
  }

  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  std::size_t head_ = 0;
  int nesting_ = 0;
  std::vector<Open> scopes_;
  std::vector<FunctionBody> found_;
};

}  // namespace

std::vector<FunctionBody> find_functions(const SourceText& text) {
  return FunctionFinder(text.tokens).run();
}

}  // namespace protm::tools
