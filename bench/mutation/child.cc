// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace protm::mutation {
namespace {

/// So long of host time; a copy that is not done by then did not get a processor.
constexpr std::uint64_t kHostLimitS = 600;

std::uint64_t now_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec);
}

[[noreturn]] void be_child(const Child::Work& work, char* shared, int to, int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) ::signal(signal, SIG_DFL);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  ChildSide side(shared);
  const std::string text = work(side) + "\n";
  const bool said = write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  _exit(said ? 0 : 1);   // nothing of the parent's may be brought to an end here
}

}  // namespace

void ChildSide::begin(std::string_view piece, std::uint32_t cpu_limit_s) {
  const std::size_t size = std::min(piece.size(), kPieceMax - 1);
  std::memcpy(shared_, piece.data(), size);
  shared_[size] = '\0';
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  // Whole seconds, rounded up: never less than was said.
  rlimit time{};
  getrlimit(RLIMIT_CPU, &time);
  time.rlim_cur = static_cast<rlim_t>(used.tv_sec) + 1 + cpu_limit_s;
  setrlimit(RLIMIT_CPU, &time);
}

Child::Child(const Work& work) : started_s_(now_s()) {
  void* const page = mmap(nullptr, ChildSide::kPieceMax, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return;
  shared_ = static_cast<char*>(page);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const int parent = getpid();
  pid_ = fork();
  if (pid_ == 0) be_child(work, shared_, ends[1], parent);
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
  if (shared_ != nullptr) munmap(shared_, ChildSide::kPieceMax);
}

std::optional<ChildEnd> Child::poll() {
  ChildEnd end;
  if (pid_ <= 0) {
    end.given_up = true;
    return end;
  }
  std::array<char, 4096> bytes{};
  ssize_t got = 0;
  while ((got = read(from_, bytes.data(), bytes.size())) > 0) {
    said_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  end.given_up = now_s() - started_s_ > kHostLimitS;
  if (end.given_up) kill(pid_, SIGKILL);
  int status = 0;
  // Its end of the pipe is closed: it is dying.
  if (waitpid(pid_, &status, got == 0 || end.given_up ? 0 : WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  if (WIFSIGNALED(status)) end.by_signal = WTERMSIG(status);
  end.out_of_time = end.by_signal == SIGXCPU;
  end.piece = std::string(shared_, strnlen(shared_, ChildSide::kPieceMax));
  if (said_.ends_with('\n')) end.said = said_.substr(0, said_.size() - 1);
  return end;
}

}  // namespace protm::mutation
