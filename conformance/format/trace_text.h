// SPDX-License-Identifier: GPL-2.0-only
// Traces for people: one line for each record, time in microseconds, names instead of numbers.
// Leaves out: a way back; lines are for reading, `trace_json.h` is for programs.
// Source: style.md 2.4 (trace prints names).
#pragma once

#include <cstdint>
#include <string>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::format {

/// "151.000us" for 151000 ns.
[[nodiscard]] std::string time_us_text(std::uint64_t ns);

/// "    151.000us  step_returned       actor=ui step=$late op=vm_bind result=-EINVAL".
[[nodiscard]] std::string record_text(const contract::Record& record, const contract::Trace& trace,
                                      const contract::Program& program);

/// All records, one line each; a last line when the run did not complete.
[[nodiscard]] std::string trace_text(const contract::Trace& trace,
                                     const contract::Program& program);

}  // namespace protm::format
