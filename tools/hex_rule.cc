// SPDX-License-Identifier: GPL-2.0-only
#include "tools/hex_rule.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace protm::tools {
namespace {

std::string digits_of(std::string_view literal) {
  std::string digits;
  for (const char c : literal.substr(2)) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  return digits;
}

// True when the statement around token `i` is `constexpr ... kName = ...`.
bool in_named_constant(const std::vector<Token>& tokens, std::size_t i) {
  for (++i; i > 0; --i) {
    const std::string_view text = tokens[i - 1].text;
    if (text == ";" || text == "}") return false;
    if (text == "constexpr") return true;
  }
  return false;
}

bool is_bare(const std::vector<Token>& tokens, std::size_t i) {
  const std::string digits = digits_of(tokens[i].text);
  if (digits.size() < 3 || digits.size() > 8) return false;
  const std::uint64_t value = std::strtoull(digits.c_str(), nullptr, 16);
  if ((value & (value + 1)) == 0) return false;
  constexpr std::uint64_t kLayoutGrain = 64 * 1024;
  return value % kLayoutGrain != 0 || !in_named_constant(tokens, i);
}

}  // namespace

std::vector<Finding> check_hex(const File& file) {
  const bool exempt = file.path.starts_with("gpu-model/vocab/") || is_test(file.path) ||
                      file.path.ends_with("protm_sut.h") || file.path.starts_with("tools/");
  if (exempt) return {};
  std::vector<Finding> findings;
  const std::vector<Token>& tokens = file.text.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool hex = tokens[i].kind == TokenKind::number && tokens[i].text.starts_with("0x");
    if (hex && is_bare(tokens, i)) {
      findings.push_back({file.path, tokens[i].line, "hex",
                          "bare number '" + std::string(tokens[i].text) + "'",
                          "use the name from gpu-model/vocab, or add one there"});
    }
  }
  return findings;
}

}  // namespace protm::tools
