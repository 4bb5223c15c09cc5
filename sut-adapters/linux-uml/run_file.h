// SPDX-License-Identifier: GPL-2.0-only
// The file that supervisor and rig share for one run: the Program goes in, the Trace comes out.
// Records are committed one by one, each before the count that covers it, so that what happened
// before a crash is there after it. Leaves out what the records mean.
// Source: design.md section 7 (linux-uml).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::uml {

/// How far a run came.
enum class Phase : std::uint32_t {
  prepared,  ///< the supervisor wrote the Program
  opened,    ///< the rig read it
  started,   ///< T = 0: the candidate is booted, steps run
  complete,  ///< the end state was taken
};

/// What the rig has to know beside the Program.
struct RunPlan {
  std::uint32_t capabilities = 0;  ///< of the tree: what it lacks is not even prepared
  std::uint32_t full_trace = 0;    ///< 1: register accesses too
  std::uint32_t looks_for_leaks = 0;       ///< 1: the kernel has kmemleak
  std::uint32_t query_protected_info = 0;  ///< the tree's number of the series' query; 0 = none
  std::uint64_t cover_bytes = 0;  ///< of the kernel's text, each with a count of runs; 0 = none
};

class RunFile {
 public:
  /// Sets up a fresh file for `program`. Errors: aborts when memory for it cannot be mapped.
  RunFile(const contract::Program& program, const RunPlan& plan);
  /// Maps an existing one, in the other process. Errors: nothing when it is none, or damaged.
  static std::optional<RunFile> open(const char* path);
  ~RunFile();
  RunFile(RunFile&& other) noexcept;
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;

  [[nodiscard]] int descriptor() const { return fd_; }
  [[nodiscard]] std::optional<contract::Program> program() const;
  [[nodiscard]] RunPlan plan() const;
  /// A count for each byte of the kernel's text (glue/cover.c), as many as the plan says.
  [[nodiscard]] std::span<std::uint8_t> cover() const;

  // --- the rig's side ---
  /// Appends what `trace` has more than was committed before.
  void commit(const contract::Trace& trace);
  void set_phase(Phase phase);
  void set_inside(bool inside);
  /// Why a run ends before T = 0.
  void set_why(std::string_view why);

  // --- the supervisor's side ---
  [[nodiscard]] Phase phase() const;
  /// The rig's own code was running when the process ended.
  [[nodiscard]] bool inside() const;
  [[nodiscard]] std::string why() const;
  /// The committed Trace.
  [[nodiscard]] contract::Trace trace() const;

 private:
  struct Head;
  RunFile() = default;
  [[nodiscard]] Head* head() const;
  [[nodiscard]] std::byte* part(std::uint64_t offset) const { return base_ + offset; }

  int fd_ = -1;
  std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t texts_ = 0;  ///< texts of the Trace that are committed; [0] is implied
};

}  // namespace protm::uml
