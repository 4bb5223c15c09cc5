// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/candidates.h"

#include "oracle/mutants/mutants.h"
#include "oracle/reference/driver.h"
#include "sut-adapters/executor/in_process.h"

namespace protm::differential {
namespace {

constexpr const char* kBase = "7.x base";

tl::expected<exec::Candidate, std::string> parse_reference(std::string_view argument) {
  if (!argument.empty()) {
    return tl::unexpected("reference takes no '" + std::string(argument) +
                          "'; expected nothing after the name");
  }
  return reference();
}

tl::expected<exec::Candidate, std::string> parse_mutant(std::string_view argument) {
  std::string known;
  for (const mutants::Mutant& m : mutants::table()) {
    if (m.name == argument) {
      return exec::in_process("mutant", std::string(m.name), m.make_driver);
    }
    known += known.empty() ? "" : ", ";
    known += m.name;
  }
  return tl::unexpected("no mutant '" + std::string(argument) + "'; expected one of: " + known);
}

}  // namespace

exec::Candidate reference() { return exec::in_process("reference", kBase, reference::make_driver); }

exec::Registry default_registry() {
  exec::Registry registry;
  registry.add({"reference", "", "the oracle: what the review asks for", parse_reference});
  registry.add(exec::series_v1_kind());
  registry.add({"mutant", "NAME", "the reference with one planted bug", parse_mutant});
  return registry;
}

}  // namespace protm::differential
