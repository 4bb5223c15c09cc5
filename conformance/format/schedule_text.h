// SPDX-License-Identifier: GPL-2.0-only
// Tasks and points of a schedule as text, in both directions: "tick_work", "kref_put heap x2".
// Words come from the contract's tables, so that a new point needs no line here.
// Leaves out: keys and lists (schedule_reader.h). Source: design.md section 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::format {

/// "KIND", "KIND OBJECT", either with " xN" behind it.
[[nodiscard]] std::string point_text(const contract::PointSpec& point);
/// Nothing where `text` is no point; an object is one word of letters, digits and _ . : -
[[nodiscard]] std::optional<contract::PointSpec> parse_point(std::string_view text);
/// Words of all points, for messages.
[[nodiscard]] std::vector<std::string_view> point_words();

/// The actor's name, or the role.
[[nodiscard]] std::string task_text(const contract::TaskSpec& task,
                                    const std::vector<contract::Actor>& actors);
[[nodiscard]] std::optional<contract::TaskSpec> parse_task(
    std::string_view text, const std::vector<contract::Actor>& actors);
/// Names of the actors and all roles, for messages.
[[nodiscard]] std::vector<std::string_view> task_words(
    const std::vector<contract::Actor>& actors);

}  // namespace protm::format
