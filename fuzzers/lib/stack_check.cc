// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/stack_check.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "conformance/format/binary.h"
#include "conformance/format/case_writer.h"
#include "fuzzers/lib/coverage.h"
#include "fuzzers/lib/shrink.h"
#include "oracle/differential/candidates.h"

namespace protm::fuzz {

namespace {
/// Findings of a signature after which a difference of that signature needs no explanation.
constexpr std::uint32_t kSettled = 3;
}  // namespace

std::optional<StackFinding> StackCheck::check(std::span<const std::uint8_t> bytes) {
  contract::Program program = format::decode(bytes);
  restricted_ = restrict_to(*subject_, program);
  if (restricted_) program = format::canonical(program);
  differential::CompareOptions options;
  if (subject_->boots_each_time) options.run.start = exec::Start::fresh;
  else options.run.watch = starts_not_counted();
  options.search_events = differential::kQuickSearch;
  options.known = [this](const judge::Verdict& verdict) {
    const auto seen = unexplained_.find(shown_by(verdict));
    return seen != unexplained_.end() && seen->second >= kSettled;
  };
  last_ = differential_.compare(program, options);
  const judge::Verdict& verdict = last_.verdict;
  const bool diverged = verdict.outcome == judge::Outcome::diverged;
  const bool wrong_itself = differential_.candidate().name == "reference";
  StackFinding finding{
      .signature = shown_by(verdict), .rule = verdict.rule, .verdict = {}, .program = {}};
  if (finding.signature.empty() || (!diverged && !wrong_itself)) return std::nullopt;
  if (diverged) ++unexplained_[finding.signature];
  if (diverged) finding.verdict = verdict.rule + " at " + std::to_string(verdict.at_ns) + " ns: ";
  finding.verdict += verdict.detail;
  finding.program = std::move(program);
  return finding;
}

std::string text_of(const StackFinding& finding) {
  return finding.verdict + "\n\n" + format::write_case(finding.program);
}

exec::Candidate candidate_from_environment(const char* fallback) {
  const char* const named = std::getenv("PROTM_SUT");
  auto parsed = differential::default_registry().parse(named != nullptr ? named : fallback);
  if (!parsed) {
    std::fprintf(stderr, "PROTM_SUT: error: %s\n", parsed.error().c_str());
    std::exit(2);
  }
  return std::move(*parsed);
}

bool looked_for(const StackFinding& finding, std::string_view words) {
  if (words.empty()) return true;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find(',', at), words.size());
    const std::string_view word = words.substr(at, end - at);
    if (!word.empty() && finding.signature.find(word) != std::string::npos) return true;
    at = end + 1;
  }
  return false;
}

void report_and_abort(const StackFinding& finding, const std::string& candidate) {
  std::fprintf(stderr,
               "%s\n"
               "Assertion failure: %s\n"
               "reproduce: ./protm replay <the saved input> --sut=%s\n",
               text_of(finding).c_str(), finding.signature.c_str(), candidate.c_str());
  std::abort();
}

}  // namespace protm::fuzz
