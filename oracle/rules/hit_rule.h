// SPDX-License-Identifier: GPL-2.0-only
// Frame of the rules that take the machine's word: broken by the first record of one kind, armed by
// each record of the kinds that could have brought it about.
// Leaves out: rules that need more than one record (they have their own walk).
#pragma once

#include <initializer_list>

#include "sut-adapters/contract/rule.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

/// Broken by the first `hit`; armed by each `hit` and each record of a kind in `arming`.
[[nodiscard]] contract::RuleResult hit_rule(const contract::Trace& trace,
                                            vocab::ObservationKind hit,
                                            std::initializer_list<vocab::ObservationKind> arming,
                                            std::string_view field, std::string_view detail);

}  // namespace protm::rules
