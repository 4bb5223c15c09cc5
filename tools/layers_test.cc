// SPDX-License-Identifier: GPL-2.0-only
#include "tools/layers.h"

#include <doctest/doctest.h>

namespace protm::tools {
namespace {

// One file with one include, beside files that make the usual targets exist.
std::vector<Finding> layers_of(const std::string& path, const std::string& include) {
  std::vector<File> files;
  for (const char* existing :
       {"gpu-model/vocab/ids.h", "gpu-model/src/machine.h", "sut-adapters/contract/trace.h",
        "sut-adapters/rig/rig.h", "sut-adapters/host/host.h", "sut-adapters/executor/run.h",
        "oracle/reference/driver.h", "oracle/judge/judge.h"}) {
    files.push_back(make_file(existing, ""));
  }
  files.push_back(make_file(path, "#include " + include + "\n"));
  return check_layers(files);
}

TEST_CASE("layers: what the table lists is allowed, what it does not is named") {
  struct Row {
    const char* path;
    const char* include;
    std::size_t findings;
  };
  const Row rows[] = {
      {"gpu-model/src/a.cc", "\"gpu-model/vocab/ids.h\"", 0},
      {"gpu-model/src/a.cc", "\"gpu-model/src/machine.h\"", 0},
      {"gpu-model/src/a.cc", "\"sut-adapters/contract/trace.h\"", 1},
      {"gpu-model/vocab/a.h", "\"gpu-model/src/machine.h\"", 1},
      {"oracle/reference/a.cc", "\"gpu-model/src/machine.h\"", 1},
      {"oracle/reference/a.cc", "\"sut-adapters/host/host.h\"", 1},
      {"oracle/reference/a_test.cc", "\"gpu-model/src/machine.h\"", 0},
      {"oracle/reference/a_test.cc", "\"sut-adapters/executor/run.h\"", 0},
      {"sut-adapters/series-v1/a.cc", "\"oracle/reference/driver.h\"", 1},
      {"sut-adapters/series-v1/a_test.cc", "\"oracle/reference/driver.h\"", 1},
      {"oracle/judge/a.cc", "\"sut-adapters/rig/rig.h\"", 1},
      {"conformance/runner/a.cc", "\"gpu-model/src/machine.h\"", 1},
      {"cli/a.cc", "\"oracle/judge/judge.h\"", 0},
      {"oracle/judge/a.cc", "\"oracle/judge/gone.h\"", 1},
      {"oracle/judge/a.cc", "\"judge.h\"", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.include);
    CHECK(layers_of(row.path, row.include).size() == row.findings);
  }
}

TEST_CASE("layers: a message says which boxes may be included") {
  const auto findings = layers_of("gpu-model/src/a.cc", "\"sut-adapters/contract/trace.h\"");
  REQUIRE(findings.size() == 1);
  CHECK(to_text(findings[0]) ==
        "gpu-model/src/a.cc:1: error: gpu-model/src may not include sut-adapters/contract "
        "(\"sut-adapters/contract/trace.h\"); it may include itself and gpu-model/vocab");
}

TEST_CASE("layers: a foreign library belongs to its box") {
  CHECK(layers_of("conformance/format/a.cc", "<yaml-cpp/yaml.h>").empty());
  CHECK(layers_of("conformance/runner/a.cc", "<yaml-cpp/yaml.h>").size() == 1);
  CHECK(layers_of("sut-adapters/host/a.cc", "<boost/context/detail/fcontext.hpp>").empty());
  CHECK(layers_of("sut-adapters/rig/a.cc", "<boost/context/detail/fcontext.hpp>").size() == 1);
  CHECK(layers_of("oracle/judge/a_test.cc", "<doctest/doctest.h>").empty());
  CHECK(layers_of("oracle/judge/a.cc", "<doctest/doctest.h>").size() == 1);
  CHECK(layers_of("oracle/judge/a.cc", "<gpu-model/src/machine.h>").size() == 1);
}

TEST_CASE("layers: the table names boxes only, and no row reaches up") {
  for (const Box& box : boxes()) {
    for (const std::string_view folder : box.may_include) {
      const std::string inside = std::string(folder) + "/a.h";
      const Box* to = box_of(inside);
      CAPTURE(box.folder);
      REQUIRE(to != nullptr);
      CHECK(to->folder == folder);
      CHECK(to->layer <= box.layer);
    }
  }
}

}  // namespace
}  // namespace protm::tools
