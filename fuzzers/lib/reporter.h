// SPDX-License-Identifier: GPL-2.0-only
// What a fuzz target does with what it finds. By hand it prints and ends the process, as engines
// expect. In a campaign (PROTM_FINDINGS=DIR) it goes on: the first input of each signature is left
// in DIR, whole or not at all, and a page beside it says how much was run and what was seen.
// Leaves out: crashes of the target itself, which the engine keeps; what becomes of a finding
// (fuzzers/campaign). Source: design.md section 9, style.md 2.10.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzzers/lib/stack_check.h"

namespace protm::fuzz {

/// One signature as one process saw it.
struct SeenSignature {
  std::string signature;
  std::string rule;
  std::uint64_t count = 0;
  std::uint64_t first_run = 0;      ///< number of the execution, from 1
  std::uint64_t first_cpu_ns = 0;   ///< CPU time of the process until then
  friend bool operator==(const SeenSignature&, const SeenSignature&) = default;
};

/// What one process of a target has done so far.
struct WorkerPage {
  std::uint64_t runs = 0;
  std::uint64_t cpu_ns = 0;   ///< of the process and of children that it waited for
  std::vector<SeenSignature> seen;
  friend bool operator==(const WorkerPage&, const WorkerPage&) = default;
};

[[nodiscard]] std::string worker_page_text(const WorkerPage& page);
/// Nothing when the text is not what worker_page_text() writes.
[[nodiscard]] std::optional<WorkerPage> parse_worker_page(std::string_view text);

/// Names in the folder: pages start with this, then PROTM_WORKER and the process id; an input is
/// named by its signature; whatever starts with a dot is being written.
inline constexpr std::string_view kPagePrefix = "page-";
inline constexpr std::string_view kInputEnding = ".bin";

class Reporter {
 public:
  /// `words`: see looked_for(). `folder`: where findings are left; empty = the first one ends the
  /// process. The folder is there.
  Reporter(std::string candidate, std::string words, std::string folder);
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// After each execution, with what it found. Does not return when a finding ends the process.
  void ran(std::span<const std::uint8_t> bytes, const std::optional<StackFinding>& finding);
  [[nodiscard]] const WorkerPage& page() const { return page_; }

 private:
  void note(const StackFinding& finding, std::span<const std::uint8_t> bytes);
  void write_page();

  std::string candidate_, words_, folder_;
  WorkerPage page_;
  std::uint64_t written_runs_ = 0, written_cpu_ns_ = 0;
};

/// As PROTM_FIND and PROTM_FINDINGS say.
/// Errors: a folder that cannot be made is said, and ends the process with exit code 2.
[[nodiscard]] Reporter reporter_from_environment(const exec::Candidate& candidate);

}  // namespace protm::fuzz
