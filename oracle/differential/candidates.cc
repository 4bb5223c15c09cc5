// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/candidates.h"

#include <cstdio>
#include <cstdlib>

#include "oracle/mutants/mutants.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/profile.h"
#include "sut-adapters/executor/in_process.h"
#include "sut-adapters/executor/linux_uml_kind.h"

namespace protm::differential {
namespace {

constexpr const char* kBase = "7.x base";

tl::expected<exec::Candidate, std::string> parse_reference(std::string_view argument) {
  constexpr std::string_view kKey = "profile=";
  if (argument.empty()) return reference();
  const bool keyed = argument.starts_with(kKey);
  if (keyed && reference::profile_by_name(argument.substr(kKey.size())) != nullptr) {
    return reference(argument.substr(kKey.size()));
  }
  std::string known;
  for (const reference::Profile& p : reference::profiles()) {
    if (p.name.empty()) continue;
    known += (known.empty() ? "" : ", ") + std::string(kKey) + std::string(p.name);
  }
  return tl::unexpected("reference takes no '" + std::string(argument) +
                        "'; expected nothing after the name, or one of: " + known);
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

exec::Candidate reference(std::string_view profile) {
  const reference::Profile* const found = reference::profile_by_name(profile);
  if (found == nullptr) {
    std::fprintf(stderr, "protm: harness bug: the reference has no profile '%.*s'\n",
                 static_cast<int>(profile.size()), profile.data());
    std::abort();
  }
  // The table lives as long as the program: nobody owns what is pointed to.
  const std::shared_ptr<const void> options(found, [](const void*) {});
  exec::Candidate c = exec::in_process("reference", kBase, reference::make_driver, options);
  c.profile = found->name;
  return c;
}

exec::Candidate oracle_for(const exec::Candidate& candidate) {
  exec::Candidate oracle = reference(candidate.profile);
  oracle.hz = candidate.hz;
  return oracle;
}

exec::Registry default_registry() {
  exec::Registry registry;
  registry.add({"reference", "[profile=P]", "the oracle: what the review asks for",
                parse_reference});
  registry.add(exec::series_v1_kind());
  registry.add({"mutant", "NAME", "the reference with one planted bug", parse_mutant});
  registry.add(exec::linux_uml_kind());
  return registry;
}

}  // namespace protm::differential
