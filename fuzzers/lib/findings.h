// SPDX-License-Identifier: GPL-2.0-only
// Findings on disk: one folder per signature with case.yaml, input.bin, trace.json, reproduce.sh
// and about.json. A folder appears whole or not at all, so a run that is killed loses nothing that
// it had written; the first finding of a signature is kept.
// Leaves out: who looks for findings (campaign), and expectations (conformance/expectations).
// Source: design.md section 9.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "oracle/differential/differential.h"

namespace protm::fuzz {

struct Finding {
  std::string signature;  ///< constant words; the folder's name
  std::string candidate;  ///< as for --sut
  std::string rule;
  std::string detail;
  std::string origin;     ///< where the Program came from: "agree --seed=4", "file x.bin"
  std::uint64_t at_ns = 0;
  contract::Program program;
  contract::Trace trace;  ///< of the candidate
};

/// What `about.json` of one folder says.
struct FindingAbout {
  std::string folder;
  std::string signature, candidate, rule, detail, origin;
  std::uint64_t at_ns = 0;
  std::size_t steps = 0;   ///< of the small Program
};

class FindingFolder {
 public:
  explicit FindingFolder(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] std::string folder_of(std::string_view signature) const;
  [[nodiscard]] bool knows(std::string_view signature) const;
  /// Writes the folder of a finding; true when its signature is new, false when it was there.
  /// Errors: a sentence that names the file.
  [[nodiscard]] tl::expected<bool, std::string> add(const Finding& finding) const;
  /// All of them in the order of their signatures. Errors: the folder or a file cannot be read.
  [[nodiscard]] tl::expected<std::vector<FindingAbout>, std::string> list() const;

 private:
  std::string path_;
};

/// What became of a divergence that was looked at again.
struct FollowedUp {
  std::optional<Finding> finding;  ///< the small Program; none when it did not repeat
  std::uint32_t runs = 0;
};

/// Runs `program` three times more, and when it shows the same each time, shrinks it with at most
/// `most_runs` runs. What does not repeat is a fault of the harness or of the candidate's adapter.
[[nodiscard]] FollowedUp follow_up(differential::Differential& differential,
                                   const contract::Program& program, std::string origin,
                                   std::uint32_t most_runs);

}  // namespace protm::fuzz
