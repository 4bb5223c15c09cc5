// SPDX-License-Identifier: GPL-2.0-only
// Faults and facts of a case: what goes wrong below the driver, and what every right trace shows.
// Leaves out: evaluation of facts (oracle/judge).
// Source: decisions.md 19 and 25.
#pragma once

#include "conformance/format/step_reader.h"
#include "conformance/format/value_check.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {

void read_faults(const YamlValue& faults, ValueCheck& check, contract::Program& program);
void read_facts(const YamlValue& facts, ValueCheck& check, StepReader& steps,
                contract::Program& program);

}  // namespace protm::format
