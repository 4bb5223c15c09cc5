// SPDX-License-Identifier: GPL-2.0-only
// The tables that the case format is driven by, as Markdown: operations, instructions, events,
// latencies, switches, faults. docs/case-format.md contains them word for word; a test holds it.
// Leaves out: prose.
// Source: op_table.h, event.h, machine_config.h, machine_fault.h, capability.h.
#pragma once

#include <string>

namespace protm::format {

/// All tables, one after the other.
[[nodiscard]] std::string case_tables_markdown();

}  // namespace protm::format
