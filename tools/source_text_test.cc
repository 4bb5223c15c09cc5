// SPDX-License-Identifier: GPL-2.0-only
#include "tools/source_text.h"

#include <doctest/doctest.h>

namespace protm::tools {
namespace {

std::vector<int> lengths(std::string_view content) {
  const SourceText text = lex(content);
  std::vector<int> result;
  for (const FunctionBody& body : find_functions(text)) {
    result.push_back(body.last_line - body.first_line + 1);
  }
  return result;
}

TEST_CASE("lex: comments, strings and directives are no tokens of the code") {
  const SourceText text =
      lex("#include \"a/b.h\"  // why\n"
          "#define X(y) \\\n  y\n"
          "int a = 0x2400; /* time(\n second */ const char* b = \"rand()\";\n"
          "auto c = R\"x(\n{ \"})x\"; char d = '{'; int e = 1'000;\n");
  REQUIRE(text.includes.size() == 1);
  CHECK(text.includes[0].path == "a/b.h");
  CHECK(text.includes[0].form == IncludeForm::quoted);
  REQUIRE(text.directives.size() == 2);
  CHECK(text.directives[1].name == "define");
  CHECK(text.comments.size() == 3);
  CHECK(text.tokens[3].text == "0x2400");
  CHECK(text.tokens[3].line == 4);
  for (const Token& token : text.tokens) {
    CHECK(token.text != "rand");
    CHECK(token.text != "{");
  }
  CHECK(text.tokens.back().line == 7);
  CHECK(text.tokens[text.tokens.size() - 2].text == "1'000");
}

TEST_CASE("lex: an unfinished comment, string or raw string ends with the file") {
  CHECK(lex("/* a").comments.size() == 1);
  CHECK(lex("\"abc\\").tokens.size() == 1);
  CHECK(lex("R\"(abc").tokens.size() == 1);
  CHECK(lex("R\"").tokens.size() == 1);
}

TEST_CASE("find_functions: what is a function") {
  CHECK(lengths("int f(int a) {\n  if (a) { return 1; }\n  return 2;\n}\n") == std::vector<int>{4});
  CHECK(lengths("namespace a {\nclass B {\n public:\n  B() : x_{1}, y_(2) {\n  }\n"
                "  int x() const { return x_; }\n};\n}\n") == std::vector<int>{2, 1});
  CHECK(lengths("template <class T>\nauto g(T t) -> Word<T> {\n}\n") == std::vector<int>{3});
  CHECK(lengths("TEST_CASE(\"a {\") {\n\n}\n") == std::vector<int>{3});
  CHECK(lengths("const auto h = [](int a) {\n  return a;\n};\n") == std::vector<int>{3});
  CHECK(lengths("bool operator==(A a, A b) {\n}\nA& operator=(A) { return a; }\n") ==
        std::vector<int>{2, 1});
  CHECK(lengths("extern \"C\" int f() {\n}\n") == std::vector<int>{2});
}

TEST_CASE("find_functions: what is none") {
  CHECK(lengths("struct alignas(8) A {\n int b{3};\n};\n").empty());
  CHECK(lengths("constexpr std::array kA{\n  B{1},\n};\n").empty());
  CHECK(lengths("constexpr B kB = make({1,\n 2});\nenum class C { a, b };\n").empty());
  CHECK(lengths("extern \"C\" {\nint f();\n}\n").empty());
}

}  // namespace
}  // namespace protm::tools
