// SPDX-License-Identifier: GPL-2.0-only
// What a campaign has done so far, for people and for tools. A pure function of its Store, so it
// can be asked while the campaign runs.
// Leaves out: the findings themselves (`protm findings`). JSON: members are added, never changed.
// Source: decisions.md 13.
#pragma once

#include <cstdint>
#include <string>

#include "fuzzers/campaign/store.h"

namespace protm::fuzz {

[[nodiscard]] std::string status_text(const Store& store, const std::string& out);
[[nodiscard]] std::string status_json(const Store& store, const std::string& out);
/// "1 h 02 min", "3.5 s": host or CPU time for people.
[[nodiscard]] std::string host_time_text(std::uint64_t ms);

}  // namespace protm::fuzz
