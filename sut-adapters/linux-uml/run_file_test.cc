// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/run_file.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace protm;
using contract::Record;
using contract::RecordKind;

namespace {

contract::Program small_program() {
  contract::Program p;
  p.id = "area/area-001-case";
  p.heap_param = "protm_heap";
  p.actors.push_back({"user", true});
  return p;
}

std::string path_of(const uml::RunFile& file) {
  return "/proc/self/fd/" + std::to_string(file.descriptor());
}

}  // namespace

TEST_CASE("RunFile: the Program goes in, the Trace comes out") {
  const uml::RunFile file(small_program(), {.capabilities = 5, .full_trace = 1});
  auto rig = uml::RunFile::open(path_of(file).c_str());
  REQUIRE(rig.has_value());
  const auto program = rig->program();
  REQUIRE(program.has_value());
  CHECK(program->id == "area/area-001-case");
  CHECK(program->actors.at(0).sys_nice);
  CHECK(program->machine.name == "arch10-fw1");
  CHECK(rig->plan().capabilities == 5);
  contract::Trace trace;
  trace.texts = {"", "one", "two"};
  trace.machine_events = 7;
  trace.records.push_back(Record{.time_ns = 1, .kind = RecordKind::kernel_warn, .text = 2});
  rig->commit(trace);
  trace.records.push_back(Record{.time_ns = 2, .kind = RecordKind::rest_state, .text = 1});
  rig->commit(trace);
  rig->set_phase(uml::Phase::complete);
  CHECK(file.phase() == uml::Phase::complete);
  CHECK(file.trace().hash() == trace.hash());
  CHECK(file.trace().machine_events == 7);
}

TEST_CASE("RunFile: what was committed before a crash is there after it") {
  const uml::RunFile file(small_program(), {});
  const pid_t child = fork();
  if (child == 0) {
    auto rig = uml::RunFile::open(path_of(file).c_str());
    contract::Trace trace;
    trace.records.push_back(Record{.time_ns = 9, .kind = RecordKind::step_started, .b = 4});
    rig->set_inside(true);
    rig->commit(trace);
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK(file.inside());
  REQUIRE(file.trace().records.size() == 1);
  CHECK(file.trace().records[0].b == 4);
}

TEST_CASE("RunFile: what is none is refused") {
  CHECK(!uml::RunFile::open("/dev/null").has_value());
  CHECK(!uml::RunFile::open("/no/such/file").has_value());
}
