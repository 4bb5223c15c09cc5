// SPDX-License-Identifier: GPL-2.0-only
// A candidate by name: what `--sut=NAME[:ARG]` stands for. The registry is filled by whoever knows
// drivers (oracle/differential, tests); a candidate is data and a way to boot it.
// Source: design.md section 7.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "sut-adapters/contract/coverage.h"
#include "sut-adapters/contract/sut.h"

namespace protm::exec {

/// Something that can be run. Copyable; the options live as long as any copy.
struct Candidate {
  std::string spec;  ///< as typed: "series-v1:only=HEAP-2"
  std::string name;  ///< "series-v1"
  std::string version;
  std::string profile;      ///< of the reference that it is compared with; empty = the 7.x base
  std::string kernel;       ///< name of its kernel, for expectations; empty in process
  contract::KernelTraits traits;  ///< of its kernel; the oracle runs on one that is built alike
  std::uint32_t capabilities = 0;
  bool takes_heap = true;   ///< false: its driver has no parameter for a protected heap
  contract::SutFactory make = nullptr;  ///< stepped candidates
  std::shared_ptr<const void> options;
  std::shared_ptr<contract::ProgramSut> whole;  ///< whole-program candidates
  std::shared_ptr<const contract::Coverage> coverage;  ///< of its last run; null = not counted
  /// Why it cannot run a Program although it has the capabilities; null = it always can.
  std::function<std::string(const contract::Program&)> cannot;
};

/// Why `candidate` cannot run `program` although it has what the Program requires; empty = it can.
[[nodiscard]] std::string why_not(const Candidate& candidate, const contract::Program& program);

/// One kind of candidate. `parse` gets the text after the colon.
struct CandidateKind {
  std::string_view name;
  std::string_view argument;  ///< for help: "[profile=P]"
  std::string_view what;
  tl::expected<Candidate, std::string> (*parse)(std::string_view argument) = nullptr;
};

class Registry {
 public:
  void add(const CandidateKind& kind) { kinds_.push_back(kind); }
  [[nodiscard]] const std::vector<CandidateKind>& kinds() const { return kinds_; }
  /// Errors: a sentence that names the unknown candidate and what is known.
  [[nodiscard]] tl::expected<Candidate, std::string> parse(std::string_view spec) const;

 private:
  std::vector<CandidateKind> kinds_;
};

}  // namespace protm::exec
