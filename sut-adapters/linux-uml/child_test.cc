// SPDX-License-Identifier: GPL-2.0-only
// Host time is what is tested here: a child that does not end by itself.
#include "sut-adapters/linux-uml/child.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

using namespace protm::uml;

namespace {

ChildResult shell(const char* script, std::uint32_t limit_s = 60) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const ChildResult result = run_child(
      {.program = "/bin/sh", .arguments = {"-c", script}, .inherited = null, .limit_s = limit_s});
  close(null);
  return result;
}

}  // namespace

TEST_CASE("run_child: exit code, signal and output are told") {
  const ChildResult exited = shell("echo out; echo err >&2; exit 7");
  CHECK(exited.end == ChildEnd::exited);
  CHECK(exited.code == 7);
  CHECK(exited.console == "out\nerr\n");
  const ChildResult killed = shell("kill -SEGV $$");
  CHECK(killed.end == ChildEnd::killed_by_signal);
  CHECK(killed.code == SIGSEGV);
}

TEST_CASE("run_child: a program that is not there is no exit code") {
  CHECK(run_child({.program = "/no/such/program", .arguments = {}}).end == ChildEnd::not_started);
}

TEST_CASE("run_child: whoever outlives the limit, or its parent, is killed") {
  const ChildResult late = shell("echo $$; exec sleep 1000", 1);
  CHECK(late.end == ChildEnd::out_of_time);
  CHECK(kill(std::stoi(late.console), 0) != 0);
  const ChildResult left = shell("sleep 1000 & echo $!");
  CHECK(left.end == ChildEnd::exited);
  // Its reaper is init: a moment may pass until the number is free, but it is dead.
  const int orphan = std::stoi(left.console);
  bool gone = false;
  for (int i = 0; i < 200 && !gone; ++i) {
    std::string state(256, '\0');
    const std::string path = "/proc/" + std::to_string(orphan) + "/stat";
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? 0 : read(fd, state.data(), state.size());
    if (fd >= 0) close(fd);
    gone = n <= 0 || state.find(") Z") != std::string::npos;
    usleep(10'000);
  }
  CHECK(gone);
}
