// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace protm::fuzz {
namespace {

constexpr int kCannotStart = 127;

std::uint64_t cpu_of(const rusage& used) {
  const auto ns = [](const timeval& t) {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(t.tv_usec) * 1'000;
  };
  return ns(used.ru_utime) + ns(used.ru_stime);
}

/// In the child, up to exec: nothing here may need what another thread of ours could hold.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* output,
                         int parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotStart);   // it was killed before we asked
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (in < 0 || out < 0) _exit(kCannotStart);
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(kCannotStart);
  execve(arguments[0], arguments, environment);
  _exit(kCannotStart);
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char** e = environ; *e != nullptr; ++e) {
    const std::string entry = *e;
    bool replaced = false;
    for (const auto& [name, value] : added) replaced |= entry.starts_with(name + "=");
    if (!replaced) all.push_back(entry);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

std::string end_text(const Ended& end) {
  if (end.code == kCannotStart && !end.by_signal) return "could not be started";
  return "ended " + std::string(end.by_signal ? "by signal " : "with exit code ") +
         std::to_string(end.code);
}

std::uint64_t now_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

void pause_ms(std::uint32_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

int process_id() { return getpid(); }

Process::Process(const ProcessPlan& plan) {
  std::vector<std::string> command = plan.command;
  std::vector<std::string> environment = environment_with(plan.environment);
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  const std::string output = plan.output.empty() ? "/dev/null" : plan.output;
  if (plan.limit_s != 0) deadline_ms_ = now_ms() + std::uint64_t{plan.limit_s} * 1000;
  const int parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(arguments.data(), variables.data(), output.c_str(), parent);
  if (pid_ < 0) ended_ = Ended{.by_signal = false, .out_of_time = false, .code = kCannotStart};
  if (pid_ > 0) setpgid(pid_, pid_);
}

Process::~Process() {
  if (!ended_) stop(0);
}

std::optional<Ended> Process::reap(bool wait) {
  int status = 0;
  rusage used{};
  if (ended_ || wait4(pid_, &status, wait ? 0 : WNOHANG, &used) != pid_) return ended_;
  kill(-pid_, SIGKILL);   // whatever it left behind in its group
  const bool by_signal = WIFSIGNALED(status);
  ended_ = Ended{.by_signal = by_signal,
                 .out_of_time = out_of_time_,
                 .code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status),
                 .cpu_ns = cpu_of(used)};
  return ended_;
}

std::optional<Ended> Process::poll() {
  if (!ended_ && deadline_ms_ != 0 && now_ms() > deadline_ms_) {
    out_of_time_ = true;
    return stop(0);
  }
  return reap(false);
}

Ended Process::stop(std::uint32_t patience_ms) {
  if (!ended_ && patience_ms != 0) {
    kill(-pid_, SIGINT);
    for (std::uint64_t end = now_ms() + patience_ms; !reap(false) && now_ms() < end;) pause_ms(5);
  }
  if (!ended_) {
    kill(-pid_, SIGKILL);
    reap(true);
  }
  return *ended_;
}

}  // namespace protm::fuzz
