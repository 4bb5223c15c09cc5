// SPDX-License-Identifier: GPL-2.0-only
// Prints all that the sample does; the argument is the number of the mutant that runs.
#include <cstdio>
#include <cstdlib>

#include "bench/mutation/sample/sample.h"
#include "bench/mutation/selector.h"

int main(int argc, char** argv) {
  using namespace protm::sample;
  if (argc != 2) return 2;
  protm::mutation::chosen = static_cast<std::uint32_t>(std::atoi(argv[1]));
  for (int value = 0; value < 10; ++value) {
    std::printf("%d %d ", classify(value, false), classify(value, true));
  }
  for (const Colour colour : {Colour::red, Colour::green, Colour::blue}) {
    Log log;
    Mutex mutex{&log};
    run(log, mutex, colour);
    for (int i = 0; i < log.count && i < 16; ++i) {
      std::printf("%d ", log.lines[static_cast<unsigned>(i)]);
    }
    std::printf("\n");
  }
  return 0;
}
