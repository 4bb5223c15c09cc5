// SPDX-License-Identifier: GPL-2.0-only
// Each thing that mutate.py changes, once, and some that it must leave alone.
// Leaves out: locks of the kernel below (calls such as down_read are enough).
// Source: bench/mutation/sites.py.
#pragma once

#include <array>

namespace protm::sample {

enum class Colour { red, green, blue };

inline constexpr int kLow = 3;
inline constexpr int kAlsoLow = 3;
inline constexpr int kHigh = 7;

/// All of its objects are constants.
struct Limits {
  int most = 5;
};
inline constexpr Limits kLimits{};

struct Log {
  std::array<int, 16> lines{};
  int count = 0;
  void add(int line) { lines[static_cast<unsigned>(count++)] = line; }
};

struct Kernel {
  void log(const char*) {}
};

struct Mutex {
  Log* log = nullptr;
  void down_read(int what) { log->add(100 + what); }
  void up_read(int what) { log->add(200 + what); }
};

class MutexGuard {
 public:
  explicit MutexGuard(Mutex& mutex) : mutex_(mutex) { mutex_.down_read(1); }
  ~MutexGuard() { mutex_.up_read(1); }

 private:
  Mutex& mutex_;
};

int classify(int value, bool odd);
int packed(int value);
void run(Log& log, Mutex& mutex, Colour colour);

}  // namespace protm::sample
