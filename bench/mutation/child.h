// SPDX-License-Identifier: GPL-2.0-only
// Work in a copy of this process: what it breaks, it breaks for itself. Each piece of the work has
// a limit of processor time, so that a busy machine changes nothing; one that gets no processor at
// all for long is given up, which says nothing about the work.
// Leaves out: programs of their own (fuzzers/campaign/process.h).
// Source: fork(2), setrlimit(2), mmap(2).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace protm::mutation {

struct ChildEnd {
  std::string said;        ///< what the work returned; empty when it did not come to an end
  std::string piece;       ///< that was under way last
  bool out_of_time = false;
  bool given_up = false;   ///< by the machine: it says nothing about the work
  int by_signal = 0;       ///< 0: it ended by itself
};

/// Of the work, inside the copy.
class ChildSide {
 public:
  explicit ChildSide(char* shared) : shared_(shared) {}
  /// From here on `piece` is under way, and may take `cpu_limit_s` seconds of processor time.
  void begin(std::string_view piece, std::uint32_t cpu_limit_s);

  static constexpr std::size_t kPieceMax = 256;

 private:
  char* shared_;
};

class Child {
 public:
  using Work = std::function<std::string(ChildSide&)>;

  /// Starts `work` in a copy of this process; its output goes nowhere.
  explicit Child(const Work& work);
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
  char* shared_ = nullptr;   ///< the piece under way, written by the copy
  std::uint64_t started_s_;
  std::string said_;
};

}  // namespace protm::mutation
