// SPDX-License-Identifier: GPL-2.0-only
#include "tools/tokens.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace protm::tools {
namespace {

// Keywords keep their meaning when names are folded.
constexpr std::array<std::string_view, 38> kKeywords{
    "if",       "else",     "for",    "while",    "do",        "switch",      "case",
    "default",  "break",    "return", "continue", "goto",      "const",       "auto",
    "static",   "struct",   "class",  "enum",     "true",      "false",       "nullptr",
    "new",      "delete",   "int",    "bool",     "void",      "char",        "unsigned",
    "using",    "template", "this",   "sizeof",   "constexpr", "static_cast", "reinterpret_cast",
    "operator", "typename", "not"};

std::string_view folded(const Token& token) {
  if (token.kind != TokenKind::identifier) return token.text;
  const bool keyword = std::find(kKeywords.begin(), kKeywords.end(), token.text) != kKeywords.end();
  return keyword ? token.text : std::string_view("name");
}

struct Place {
  const File* file;
  FunctionBody body;
};

struct Window {
  const Place* place;
  std::size_t begin;
};

std::vector<Place> functions_under(std::span<const File> files, std::string_view folder) {
  std::vector<Place> places;
  for (const File& file : files) {
    const bool inside = file.path.starts_with(std::string(folder) + "/");
    if (!inside || !is_code(file.path) || is_test(file.path)) continue;
    for (const FunctionBody& body : find_functions(file.text)) places.push_back({&file, body});
  }
  return places;
}

std::string window_text(const Place& place, std::size_t begin, std::size_t count) {
  std::string text;
  for (std::size_t i = begin; i < begin + count; ++i) {
    text += folded(place.file->text.tokens[i]);
    text += ' ';
  }
  return text;
}

std::size_t shared_length(const Window& a, const Window& b) {
  std::size_t length = 0;
  while (a.begin + length < a.place->body.close_brace &&
         b.begin + length < b.place->body.close_brace &&
         folded(a.place->file->text.tokens[a.begin + length]) ==
             folded(b.place->file->text.tokens[b.begin + length])) {
    ++length;
  }
  return length;
}

template <class Visit>
void each_window(const Place& place, std::size_t count, Visit visit) {
  for (std::size_t i = place.body.open_brace + 1; i + count <= place.body.close_brace; ++i) {
    if (visit(i)) return;
  }
}

}  // namespace

std::vector<Finding> check_shared_tokens(std::span<const File> files, std::string_view folder_a,
                                         std::string_view folder_b, std::size_t min_tokens) {
  const std::vector<Place> places_a = functions_under(files, folder_a);
  const std::vector<Place> places_b = functions_under(files, folder_b);
  std::map<std::string, Window> windows;
  for (const Place& place : places_b) {
    each_window(place, min_tokens, [&](std::size_t begin) {
      windows.emplace(window_text(place, begin, min_tokens), Window{&place, begin});
      return false;
    });
  }
  std::vector<Finding> findings;
  for (const Place& place : places_a) {
    each_window(place, min_tokens, [&](std::size_t begin) {
      const auto found = windows.find(window_text(place, begin, min_tokens));
      if (found == windows.end()) return false;
      const Window& other = found->second;
      const std::size_t length = shared_length({&place, begin}, other);
      const int other_line = other.place->file->text.tokens[other.begin].line;
      findings.push_back({place.file->path, place.file->text.tokens[begin].line, "tokens",
                          std::to_string(length) + " tokens equal those at " +
                              other.place->file->path + ":" + std::to_string(other_line),
                          "write the two independently, or move a table to gpu-model/vocab"});
      return true;
    });
  }
  return findings;
}

}  // namespace protm::tools
