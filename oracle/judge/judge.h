// SPDX-License-Identifier: GPL-2.0-only
// The judge: a pure function of one Program and two Traces. It evaluates rules on each trace, holds
// the candidate against the oracle, checks `then` and `reaches`, and picks the first divergence.
// Leaves out: running anything, the allowed set (differential), expectations (runner).
// Source: design.md section 6, decisions.md 7-12.
#pragma once

#include <span>
#include <string_view>

#include "oracle/judge/verdict.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/rule.h"
#include "sut-adapters/contract/trace.h"

namespace protm::judge {

/// Whether to compare who came onto slots in which order, in Programs without protected work.
/// `until_ticks_repeat`: up to where one of the two drivers ticks without a pause.
enum class SlotOrder : std::uint8_t { compare, ignore, until_ticks_repeat };

struct JudgeOptions {
  std::string_view adapter;                      ///< name of the candidate, for the signature
  std::span<const contract::Rule> rules;         ///< oracle/rules' table
  contract::HostEyes eyes = contract::HostEyes::needed;  ///< `needed`: the adapter has them
  SlotOrder slots = SlotOrder::compare;
};

/// Judges one run of a candidate. A divergence outranks `reaches`; an oracle that breaks a rule or
/// a fact, or does not reach what the Program asks for, outranks everything: `oracle_wrong`.
[[nodiscard]] Verdict judge(const contract::Program& program, const contract::Trace& oracle,
                            const contract::Trace& candidate, const JudgeOptions& options);

}  // namespace protm::judge
