// SPDX-License-Identifier: GPL-2.0-only
// YAML text -> the schedule of a Program and how it is explored: the keys `schedule` and `explore`
// of a case, with the place of each error. Leaves out: whether a driver ever comes to a point.
// Source: design.md section 5; the keys are documented in docs/case-format.md.
#pragma once

#include "conformance/format/value_check.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {

/// After the actors, whose names tasks may be.
void read_schedule(const YamlValue& list, ValueCheck& check, contract::Program& program);
void read_explore(const YamlValue& map, ValueCheck& check, contract::Program& program);

}  // namespace protm::format
