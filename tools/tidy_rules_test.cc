// SPDX-License-Identifier: GPL-2.0-only
#include "tools/tidy_rules.h"

#include <doctest/doctest.h>

#include <string>

#include "tools/tokens.h"

namespace protm::tools {
namespace {

constexpr const char* kSpdx = "// SPDX-License-Identifier: GPL-2.0-only\n";

// The rules that `code`, as the content of `path` below its SPDX line, breaks: "rule:line ...".
std::string broken(const std::string& path, const std::string& code) {
  const File file = make_file(path, kSpdx + code);
  std::string text;
  for (const Finding& finding : check_file(file)) {
    text += (text.empty() ? "" : " ") + finding.rule + ":" + std::to_string(finding.line);
    CHECK(!finding.what.empty());
    CHECK(!finding.instead.empty());
  }
  return text;
}

std::string in_judge(const std::string& code) { return broken("oracle/judge/a.cc", code); }

TEST_CASE("tidy: a clean file has no finding") {
  CHECK(in_judge("int f() { return 1; }\n") == "");
  CHECK(broken("oracle/judge/a.h", "// One.\n// Two.\n// Three.\n#pragma once\n") == "");
}

TEST_CASE("tidy: columns are characters, not bytes") {
  CHECK(in_judge("// " + std::string(97, 'x') + "\n") == "");
  CHECK(in_judge("// " + std::string(98, 'x') + "\n") == "columns:2");
  std::string micro;
  for (int i = 0; i < 97; ++i) micro += "µ";
  CHECK(in_judge("// " + micro + "\n") == "");
  CHECK(in_judge("\tint a;\n") == "columns:2");
}

TEST_CASE("tidy: length of functions and files") {
  const auto function = [](int inner) {
    std::string text = "int f() {\n";
    for (int i = 0; i < inner; ++i) text += "  g();\n";
    return text + "}\n";
  };
  CHECK(in_judge(function(68)) == "");
  CHECK(in_judge(function(69)) == "function-length:2");
  std::string many;
  for (int i = 0; i < 660; ++i) many += "int a;\n";
  CHECK(in_judge(many) == "file-length:661");
}

TEST_CASE("tidy: license, names, macros, open ends") {
  CHECK(check_file(make_file("oracle/judge/a.cc", "int a;\n")).size() == 1);
  CHECK(check_file(make_file("protm", "#!/bin/bash\n# SPDX-License-Identifier: GPL-2.0-only\n"))
            .empty());
  CHECK(check_file(make_file("cmake/a.cmake", "set(a b)\n")).size() == 1);
  CHECK(broken("oracle/judge/trace_utils.cc", "") == "file-name:1");
  CHECK(broken("oracle/judge/common.h", "// One.\n// Two.\n// Three.\n") == "file-name:1");
  CHECK(broken("oracle/judge/utility_clock.cc", "") == "");
  CHECK(in_judge("#define A 1\n") == "macro:2");
  CHECK(in_judge("// TODO: later\n") == "todo:2");
  CHECK(in_judge("// TODO(#12): later\n") == "");
  CHECK(in_judge("// FIXME(#12)\n") == "todo:2");
  CHECK(broken("oracle/judge/a.h", "// One.\n#pragma once\n") == "header-opening:1");
}

TEST_CASE("tidy: determinism below layer 3") {
  CHECK(in_judge("std::unordered_map<int, int> a;\n") == "determinism:2");
  CHECK(in_judge("std::map<const Foo*, int> a;\n") == "determinism:2");
  CHECK(in_judge("std::set<Foo*> a;\n") == "determinism:2");
  CHECK(in_judge("std::map<int, Foo*> a;\n") == "");
  CHECK(in_judge("auto a = std::hash<int>{}(1);\n") == "determinism:2");
  CHECK(in_judge("int a = rand();\n") == "determinism:2");
  CHECK(in_judge("auto a = time(nullptr);\n") == "determinism:2");
  CHECK(in_judge("auto a = std::time(nullptr);\n") == "determinism:2");
  CHECK(in_judge("auto a = record.time();\nSimTime time() const;\n") == "");
  CHECK(in_judge("SimTime a = time(\"hold\");\n") == "");
  CHECK(in_judge("auto a = clock();\nauto b = now.clock();\n") == "determinism:2");
  CHECK(in_judge("double a;\n") == "determinism:2");
  CHECK(in_judge("std::thread a;\nlock(thread);\n") == "determinism:2");
  CHECK(in_judge("// rand() and double\nconst char* a = \"time(\";\n") == "");
  CHECK(in_judge("using std::chrono::steady_clock;\n") == "determinism:2 determinism:2");
}

TEST_CASE("tidy: above layer 3 floats are fine, clocks belong to few") {
  CHECK(broken("conformance/runner/a.cc", "double a;\n") == "");
  CHECK(broken("conformance/runner/a.cc", "auto a = std::chrono::seconds(1);\n") ==
        "determinism:2");
  CHECK(broken("sut-adapters/executor/a.cc", "auto a = std::chrono::seconds(1);\n") == "");
  CHECK(broken("oracle/judge/a_test.cc", "sleep(1);\n") == "determinism:2");
}

TEST_CASE("tidy: bare hexadecimal numbers") {
  CHECK(in_judge("int a = 0x2400;\n") == "hex:2");
  CHECK(in_judge("constexpr int kStatus = 0x2400;\n") == "hex:2");
  CHECK(in_judge("constexpr int kHeap = 0x400'0000;\n") == "");
  CHECK(in_judge("f(0x4000000);\n") == "hex:2");
  CHECK(in_judge("f(0xff, 0xffff, 0x7fffffffu, 0x10);\n") == "");
  CHECK(in_judge("f(0x9e3779b97f4a7c15ull);\n") == "");
  CHECK(broken("gpu-model/vocab/a.cc", "int a = 0x2400;\n") == "");
  CHECK(broken("oracle/judge/a_test.cc", "int a = 0x2400;\n") == "");
}

TEST_CASE("readmes: one in each box, and what they name exists") {
  const auto count = [](const std::string& text) {
    std::vector<File> files;
    files.push_back(make_file("oracle/judge/judge.cc", ""));
    files.push_back(make_file("docs/format.md", ""));
    if (!text.empty()) files.push_back(make_file("oracle/judge/README.md", text));
    return check_readmes(files).size();
  };
  CHECK(count("") == 1);
  CHECK(count("`judge.cc`, `docs/format.md`, `oracle/`, `Trace`, `./protm list`\n") == 0);
  CHECK(count("`gone.cc` and `docs/gone.md`\n") == 2);
  CHECK(count("```\n`gone.cc`\n```\n`<rule>.cc` `*.cc`\n") == 0);
  std::string page;
  for (int i = 0; i < 81; ++i) page += "line\n";
  CHECK(count(page) == 1);
}

TEST_CASE("tokens: renaming does not hide a copy, distance does not invent one") {
  const auto shared = [](const std::string& a, const std::string& b, std::size_t min_tokens) {
    std::vector<File> files;
    files.push_back(make_file("a/x.cc", a));
    files.push_back(make_file("b/y.cc", b));
    return check_shared_tokens(files, "a", "b", min_tokens).size();
  };
  const std::string one = "int f(int v) { if (v < 3) { g(v); } return h(v) + 1; }\n";
  const std::string renamed = "int k(int w) { if (w < 3) { m(w); } return n(w) + 1; }\n";
  const std::string other = "int k(int w) { return w < 3 ? m(w) : 0; }\n";
  CHECK(shared(one, renamed, 20) == 1);
  CHECK(shared(one, renamed, 40) == 0);
  CHECK(shared(one, other, 10) == 0);
}

}  // namespace
}  // namespace protm::tools
