// SPDX-License-Identifier: GPL-2.0-only
// A command line as somebody would type it, and what came of it: exit code and both streams. For
// the tests of this folder.
// Leaves out: the script at the root, which builds first.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"

namespace protm::cli {

struct Seen {
  int code = 0;
  std::string out, err;
};

[[nodiscard]] inline Seen type(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = run(arguments, {out, err});
  return {code, out.str(), err.str()};
}

[[nodiscard]] inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace protm::cli
