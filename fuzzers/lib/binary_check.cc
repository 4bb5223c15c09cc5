// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/binary_check.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "conformance/format/binary.h"
#include "conformance/format/program_order.h"
#include "gpu-model/vocab/machine_config.h"

namespace protm::fuzz {

using contract::Program;

std::string_view broken_promise(std::span<const std::uint8_t> bytes) {
  const Program program = format::decode(bytes);
  const bool bounded = program.steps.size() <= contract::kMaxSteps &&
                       program.actors.size() <= contract::kMaxActors &&
                       program.faults.size() <= contract::kMaxFaults &&
                       program.schedule.size() <= contract::kMaxScheduleEntries;
  if (!bounded) return "bounds";
  if (!vocab::config_problem(program.machine).empty()) return "machine";
  const bool in_order =
      std::is_sorted(program.steps.begin(), program.steps.end(),
                     [](const auto& a, const auto& b) { return a.actor < b.actor; });
  if (!in_order) return "order";
  const auto encoded = format::encode(program);
  const Program again = format::decode(encoded);
  if (!format::equal(program, again)) return "round-trip";
  if (format::encode(again) != encoded) return "second-encoding";
  return {};
}

void check_binary_form(std::span<const std::uint8_t> bytes) {
  const std::string words(broken_promise(bytes));
  if (words.empty()) return;
  std::fprintf(stderr, "Assertion failure: decoder.%s\n", words.c_str());
  std::abort();
}

}  // namespace protm::fuzz
