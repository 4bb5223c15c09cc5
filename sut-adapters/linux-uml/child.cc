// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace protm::uml {
namespace {

constexpr int kStartFailed = 127;
constexpr off_t kConsoleTail = 64 << 10;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const ChildPlan& plan, char* const argv[], char* const envp[],
                         int console, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kStartFailed);
  // The kernel of 6.12 puts a random gap behind its memory otherwise.
  personality(ADDR_NO_RANDOMIZE);
  const int null = open("/dev/null", O_RDWR);
  const int inherited = fcntl(plan.inherited, F_DUPFD, kInherited + 1);
  const int output = fcntl(console, F_DUPFD, kInherited + 1);
  dup2(null, 0);
  dup2(output, 1);
  dup2(output, 2);
  dup2(inherited, kInherited);
  close_range(kInherited + 1, ~0u, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(plan.program.c_str(), argv, envp);
  _exit(kStartFailed);
}

std::string tail_of(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return {};
  const off_t from = std::max<off_t>(0, info.st_size - kConsoleTail);
  std::string text(static_cast<std::size_t>(info.st_size - from), '\0');
  const ssize_t n = pread(fd, text.data(), text.size(), from);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

/// False when the time is over before the child ends.
bool wait_for_end(pid_t pid, std::uint32_t limit_s) {
  const Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  struct pollfd wait {
    .fd = pidfd.get(), .events = POLLIN, .revents = 0
  };
  int ready = 0;
  do {
    ready = poll(&wait, 1, static_cast<int>(limit_s) * 1000);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

ChildResult run_child(const ChildPlan& plan) {
  ChildResult result;
  const Descriptor console(memfd_create("protm-console", MFD_CLOEXEC));
  std::vector<char*> argv{const_cast<char*>(plan.program.c_str())};
  for (const std::string& a : plan.arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  // The kernel's memory is an unlinked file there.
  char tmp[] = "TMPDIR=/dev/shm";
  char path[] = "PATH=/usr/bin:/bin";
  char* const envp[] = {tmp, path, nullptr};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    result.code = errno;
    return result;
  }
  if (pid == 0) become(plan, argv.data(), envp, console.get(), parent);
  setpgid(pid, pid);
  const bool in_time = wait_for_end(pid, plan.limit_s);
  // Before the leader is reaped: its number, the group's, cannot belong to another one yet.
  kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.console = tail_of(console.get());
  if (!in_time) {
    result.end = ChildEnd::out_of_time;
  } else if (WIFSIGNALED(status)) {
    result.end = ChildEnd::killed_by_signal;
    result.code = WTERMSIG(status);
  } else {
    result.code = WEXITSTATUS(status);
    result.end = result.code == kStartFailed ? ChildEnd::not_started : ChildEnd::exited;
  }
  return result;
}

}  // namespace protm::uml
