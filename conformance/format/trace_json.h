// SPDX-License-Identifier: GPL-2.0-only
// Traces for programs: {"schema":1,"end":..,"hash":..,"records":[{"t":ns,"what":..,..}]}, one
// record a line. Numbers above 2^53 are strings, because common readers would round them.
// Leaves out: reading back. Source: design.md section 9 (trace.json of a finding).
#pragma once

#include <string>
#include <string_view>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::format {

[[nodiscard]] std::string trace_json(const contract::Trace& trace,
                                     const contract::Program& program);

/// The text as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace protm::format
