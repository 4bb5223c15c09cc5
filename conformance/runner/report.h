// SPDX-License-Identifier: GPL-2.0-only
// The reports: text for people, JSON, JUnit and KTAP for tools. Each is a pure function of a
// result; the JSON form is stable: members are added, never changed.
// Leaves out: HTML, mail. Source: design.md section 8; KTAP version 1; decisions.md 13.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/runner/result.h"

namespace protm::runner {

enum class ReportFormat : std::uint8_t { text, json, junit, ktap };
[[nodiscard]] std::optional<ReportFormat> report_format_by_name(std::string_view name);

[[nodiscard]] std::string report_text(const RunResult& result);
[[nodiscard]] std::string report_json(const RunResult& result);
[[nodiscard]] std::string report_junit(const RunResult& result);
[[nodiscard]] std::string report_ktap(const RunResult& result);
[[nodiscard]] std::string report(const RunResult& result, ReportFormat format);

/// 12.345ms, 3.2s ...: a simulated time for people.
[[nodiscard]] std::string time_text(std::uint64_t ns);

}  // namespace protm::runner
