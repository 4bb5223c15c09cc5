// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>

namespace protm::mutation {
namespace {

/// A machine where a child gets less of a processor than this share is no place to measure.
constexpr std::uint64_t kHostTimeFactor = 30;

std::uint64_t now_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec);
}

[[noreturn]] void be_child(const std::function<std::string()>& work, std::uint32_t cpu_limit_s,
                           int to, int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const rlimit time{cpu_limit_s, cpu_limit_s + 1};
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CPU, &time);
  setrlimit(RLIMIT_CORE, &none);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) ::signal(signal, SIG_DFL);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  const std::string text = work() + "\n";
  const bool said = write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  _exit(said ? 0 : 1);   // nothing of the parent's may be brought to an end here
}

}  // namespace

Child::Child(const std::function<std::string()>& work, std::uint32_t cpu_limit_s)
    : limit_s_(cpu_limit_s), started_s_(now_s()) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const int parent = getpid();
  pid_ = fork();
  if (pid_ == 0) be_child(work, cpu_limit_s, ends[1], parent);
  close(ends[1]);
  from_ = ends[0];
  fcntl(from_, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (from_ >= 0) close(from_);
}

std::optional<ChildEnd> Child::poll() {
  if (pid_ <= 0) return ChildEnd{{}, false, SIGABRT};
  std::array<char, 4096> bytes{};
  ssize_t got = 0;
  while ((got = read(from_, bytes.data(), bytes.size())) > 0) {
    said_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  const bool late = now_s() - started_s_ > limit_s_ * kHostTimeFactor;
  if (late) kill(pid_, SIGKILL);
  int status = 0;
  // Its end of the pipe is closed: it is dying.
  if (waitpid(pid_, &status, got == 0 || late ? 0 : WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  ChildEnd end;
  if (WIFSIGNALED(status)) end.by_signal = WTERMSIG(status);
  end.out_of_time = late || end.by_signal == SIGXCPU;
  if (said_.ends_with('\n')) end.said = said_.substr(0, said_.size() - 1);
  return end;
}

}  // namespace protm::mutation
