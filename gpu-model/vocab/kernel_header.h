// SPDX-License-Identifier: GPL-2.0-only
// Reads numbers out of C headers of the kernel: #define constants, enumerators, struct offsets.
// For vocab_kernel_test.cc only: a small reader that understands what these headers use.
// Leaves out: the preprocessor, bit fields, unions, function pointers.
// Source: none; what it cannot evaluate it reports as absent.
#pragma once

#include <cctype>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace protm::vocab {

class KernelHeader {
 public:
  /// Reads a file; false when it cannot be opened.
  bool load(const std::string& path) {
    std::ifstream in(path);
    if (!in) return false;
    std::stringstream text;
    text << in.rdbuf();
    parse(without_comments(text.str()));
    return true;
  }
  /// Value of a #define or an enumerator.
  [[nodiscard]] std::optional<std::uint64_t> value(const std::string& name) const {
    if (const auto e = enums_.find(name); e != enums_.end()) return e->second;
    const auto d = defines_.find(name);
    if (d == defines_.end()) return std::nullopt;
    return evaluate(d->second);
  }
  /// Offset of "struct_name.member".
  [[nodiscard]] std::optional<std::uint64_t> offset(const std::string& name) const {
    const auto o = offsets_.find(name);
    return o == offsets_.end() ? std::nullopt : std::optional<std::uint64_t>(o->second);
  }
  [[nodiscard]] std::optional<std::uint64_t> size(const std::string& name) const {
    const auto s = sizes_.find(name);
    return s == sizes_.end() ? std::nullopt : std::optional<std::uint64_t>(s->second);
  }

 private:
  struct Cursor {
    std::string_view text;
    std::size_t at = 0;
    bool bad = false;
    char peek() {
      while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
      return at < text.size() ? text[at] : '\0';
    }
    bool eat(char c) {
      if (peek() != c) return false;
      ++at;
      return true;
    }
  };

  static std::string without_comments(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.compare(i, 2, "/*") == 0) {
        i = text.find("*/", i);
        if (i == std::string::npos) break;
        ++i;
      } else if (text.compare(i, 2, "\\\n") == 0) {
        ++i;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  void parse(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::string body;  // everything but directives
    while (std::getline(lines, line)) {
      const auto hash = line.find_first_not_of(" \t");
      if (hash == std::string::npos || line[hash] != '#') {
        body += line + "\n";
        continue;
      }
      std::istringstream words(line.substr(hash + 1));
      std::string directive;
      std::string name;
      words >> directive >> name;
      if (directive != "define") continue;
      std::string rest;
      std::getline(words, rest);
      if (const auto open = name.find('('); open != std::string::npos) {
        const auto args = name.substr(open) + rest;  // the list may hold blanks
        const auto close = args.find(')');
        rest = close == std::string::npos ? "" : args.substr(close + 1);
        name = name.substr(0, open);
      }
      defines_[name] = rest;
    }
    parse_blocks(body);
  }

  void parse_blocks(const std::string& body) {
    for (std::size_t at = 0; (at = body.find('{', at)) != std::string::npos; ++at) {
      const auto begin = body.find_last_of(";}{", at == 0 ? 0 : at - 1);
      std::istringstream head(body.substr(begin == std::string::npos ? 0 : begin + 1,
                                          at - (begin == std::string::npos ? 0 : begin + 1)));
      std::string kind;
      std::string name;
      head >> kind >> name;
      const auto end = body.find('}', at);
      if (end == std::string::npos) return;
      const std::string inside = body.substr(at + 1, end - at - 1);
      if (inside.find('{') != std::string::npos) continue;
      if (kind == "enum") parse_enum(inside);
      if (kind == "struct") parse_struct(name, inside);
    }
  }

  void parse_enum(const std::string& inside) {
    std::istringstream items(inside);
    std::string item;
    std::uint64_t next = 0;
    while (std::getline(items, item, ',')) {
      std::istringstream words(item);
      std::string name;
      words >> name;
      if (name.empty()) continue;
      if (const auto equals = item.find('='); equals != std::string::npos) {
        next = evaluate(item.substr(equals + 1)).value_or(next);
      }
      enums_[name] = next++;
    }
  }

  void parse_struct(const std::string& name, const std::string& inside) {
    std::istringstream items(inside);
    std::string item;
    std::uint64_t offset = 0;
    std::uint64_t widest = 1;
    while (std::getline(items, item, ';')) {
      std::istringstream words(item);
      std::string type;
      std::string member;
      words >> type >> member;
      if (type.empty()) continue;
      std::uint64_t align = 0;
      std::uint64_t bytes = type_size(type);
      align = bytes;
      if (type == "struct") {
        bytes = size(member).value_or(0);
        align = aligns_[member];
        words >> member;
      }
      if (bytes == 0 || align == 0) return;  // something this reader does not know
      std::uint64_t count = 1;
      if (const auto open = member.find('['); open != std::string::npos) {
        count = evaluate(member.substr(open + 1, member.find(']') - open - 1)).value_or(0);
        member = member.substr(0, open);
      }
      offset = (offset + align - 1) / align * align;
      offsets_[name + "." + member] = offset;
      offset += bytes * count;
      if (align > widest) widest = align;
    }
    sizes_[name] = (offset + widest - 1) / widest * widest;
    aligns_[name] = widest;
  }

  static std::uint64_t type_size(const std::string& type) {
    if (type == "u8" || type == "__u8") return 1;
    if (type == "u32" || type == "__u32" || type == "__s32") return 4;
    if (type == "u64" || type == "__u64" || type == "__s64") return 8;
    return 0;
  }

  [[nodiscard]] std::optional<std::uint64_t> evaluate(std::string_view text) const {
    Cursor c{text};
    const std::uint64_t v = expression(c);
    return c.bad || c.peek() != '\0' ? std::nullopt : std::optional<std::uint64_t>(v);
  }
  std::uint64_t expression(Cursor& c) const {
    std::uint64_t v = sum(c);
    while (c.eat('|')) v |= sum(c);
    return v;
  }
  std::uint64_t sum(Cursor& c) const {
    std::uint64_t v = term(c);
    for (;;) {
      if (c.eat('+')) {
        v += term(c);
      } else if (c.peek() == '<' && c.text.substr(c.at, 2) == "<<") {
        c.at += 2;
        v <<= term(c) & 63;
      } else {
        return v;
      }
    }
  }
  std::uint64_t term(Cursor& c) const {
    std::uint64_t v = factor(c);
    while (c.eat('*')) v *= factor(c);
    return v;
  }
  std::uint64_t factor(Cursor& c) const {
    const char first = c.peek();
    if (c.eat('(')) {
      const std::size_t saved = c.at;
      if (c.text.substr(saved, 4) == "int)") {  // a cast
        c.at += 4;
        return factor(c);
      }
      const std::uint64_t v = expression(c);
      if (!c.eat(')')) c.bad = true;
      return v;
    }
    if (std::isdigit(static_cast<unsigned char>(first))) {
      std::size_t used = 0;
      const std::uint64_t v = std::stoull(std::string(c.text.substr(c.at)), &used, 0);
      c.at += used;
      while (c.at < c.text.size() && std::isalpha(static_cast<unsigned char>(c.text[c.at]))) ++c.at;
      return v;
    }
    std::string name;
    while (c.at < c.text.size() &&
           (std::isalnum(static_cast<unsigned char>(c.text[c.at])) || c.text[c.at] == '_')) {
      name += c.text[c.at++];
    }
    if (name.empty()) c.bad = true;
    if (name.empty()) return 0;
    return c.eat('(') ? call(c, name) : symbol(c, name);
  }
  std::uint64_t symbol(Cursor& c, const std::string& name) const {
    if (name == "n" || name == "i" || name == "as") return 0;  // first of an indexed macro
    const auto v = value(name);
    if (!v) c.bad = true;
    return v.value_or(0);
  }
  std::uint64_t call(Cursor& c, const std::string& name) const {
    const std::uint64_t a = expression(c);
    const std::uint64_t b = c.eat(',') ? expression(c) : 0;
    if (!c.eat(')')) c.bad = true;
    if (name == "BIT") return 1ull << (a & 63);
    if (name == "GENMASK") return (~0ull >> (63 - (a & 63))) & (~0ull << (b & 63));
    if (name == "GPU_CMD_DEF") return a | b << 8;
    if (name == "MMU_AS") return 0;  // offsets in the block
    c.bad = true;
    return 0;
  }

  std::map<std::string, std::string> defines_;
  std::map<std::string, std::uint64_t> enums_;
  std::map<std::string, std::uint64_t> offsets_;
  std::map<std::string, std::uint64_t> sizes_;
  std::map<std::string, std::uint64_t> aligns_;
};

}  // namespace protm::vocab
