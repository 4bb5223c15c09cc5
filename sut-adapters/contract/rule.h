// SPDX-License-Identifier: GPL-2.0-only
// What a rule is: a pure function of one Program and one Trace that says how often it was put to
// the test and where it was first broken. The rules themselves are in oracle/rules; the judge gets
// them as a table, so that neither depends on the other. Source: design.md section 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::contract {

/// Where a Trace first breaks a rule.
struct Violation {
  std::size_t record = 0;     ///< index of the record that shows it
  std::uint64_t time_ns = 0;  ///< of that record, or of the deadline that passed
  std::string_view field;     ///< which field of the record, in words; for the signature
  std::string detail;         ///< one sentence for the report
};

struct RuleResult {
  std::uint64_t armed = 0;  ///< how often the Trace could have broken it
  std::optional<Violation> violation;
};

/// Whether a rule needs records that only Host can make (in-process candidates).
enum class HostEyes : std::uint8_t { not_needed, needed };

/// What of a system with more than one GPU a rule looks at.
enum class RuleScope : std::uint8_t {
  each_gpu,      ///< one GPU's records and the steps that speak to it, for each of them
  whole_system,  ///< all at once: heaps, modules, and what a call of one GPU may wait for
};

struct Rule {
  std::string_view id;        ///< "I1", "HW-start-on-running-slot", "FW-25"
  std::string_view slug;      ///< words without digits, for signatures; the file is <id>_<slug>.cc
  std::string_view sentence;  ///< what a right trace does
  std::string_view source;    ///< mail, patch or section that asks for it
  HostEyes eyes = HostEyes::not_needed;
  RuleResult (*evaluate)(const Program&, const Trace&) = nullptr;
  RuleScope scope = RuleScope::each_gpu;
};

}  // namespace protm::contract
