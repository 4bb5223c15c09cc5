// SPDX-License-Identifier: GPL-2.0-only
#include <iostream>
#include <memory_resource>

#include "cli/run.h"

int main(int argc, char** argv) {
  // Below the executor all memory comes from a World; what does not must not go unnoticed.
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = protm::cli::run(arguments, {std::cout, std::cerr});
  std::cout.flush();
  return code;
}
