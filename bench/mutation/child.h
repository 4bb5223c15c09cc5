// SPDX-License-Identifier: GPL-2.0-only
// Work in a copy of this process: what it breaks, it breaks for itself. Its limit is processor
// time, so that a busy machine changes nothing, with a generous one of host time behind it.
// Leaves out: programs of their own (fuzzers/campaign/process.h).
// Source: fork(2), setrlimit(2).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace protm::mutation {

struct ChildEnd {
  std::string said;        ///< what the work returned; empty when it did not come to an end
  bool out_of_time = false;
  int by_signal = 0;       ///< 0: it ended by itself
};

class Child {
 public:
  /// Starts `work` in a copy of this process; its output goes nowhere.
  Child(const std::function<std::string()>& work, std::uint32_t cpu_limit_s);
  ~Child();   ///< kills it
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Readable when it says something or has ended.
  [[nodiscard]] int descriptor() const { return from_; }
  /// Nothing while it runs.
  [[nodiscard]] std::optional<ChildEnd> poll();

 private:
  int pid_ = -1;
  int from_ = -1;
  std::uint32_t limit_s_;
  std::uint64_t started_s_;
  std::string said_;
};

}  // namespace protm::mutation
