// SPDX-License-Identifier: GPL-2.0-only
// Stands in for a UML kernel in tests: does what the word before the run file's path says, up to
// one way of ending. argv holds `protm=WORD,PATH` as it does for a real kernel.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "sut-adapters/linux-uml/run_file.h"

namespace {

using namespace protm;
using contract::Record;
using contract::RecordKind;

contract::Trace some_trace() {
  contract::Trace trace;
  trace.records.push_back(Record{.time_ns = 5, .kind = RecordKind::step_started});
  return trace;
}

int act(const std::string& word, uml::RunFile& file) {
  contract::Trace trace = some_trace();
  file.set_phase(uml::Phase::opened);
  std::puts("booting");
  std::fflush(stdout);
  if (word == "no-boot") return 1;
  file.set_phase(uml::Phase::started);
  file.commit(trace);
  if (word == "crash") raise(SIGKILL);  // no sanitizer catches that one
  if (word == "power-off") return 0;
  if (word == "hang") pause();
  if (word == "panic") {
    trace.texts.emplace_back("panic Kernel mode fault");
    trace.records.push_back(
        Record{.time_ns = 6, .kind = RecordKind::kernel_oops, .sub = 0, .a = 0, .b = 0, .text = 1});
    file.commit(trace);
    abort();
  }
  trace.records.push_back(Record{.time_ns = 9, .kind = RecordKind::rest_state});
  file.commit(trace);
  file.set_phase(uml::Phase::complete);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t comma = argument.find(',');
    if (!argument.starts_with("protm=") || comma == std::string::npos) continue;
    auto file = uml::RunFile::open(argument.substr(comma + 1).c_str());
    if (file) return act(argument.substr(6, comma - 6), *file);
  }
  return 2;
}
