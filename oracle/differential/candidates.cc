// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/candidates.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "oracle/mutants/mutants.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/profile.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/executor/in_process.h"
#include "sut-adapters/executor/linux_uml_kind.h"

namespace protm::differential {
namespace {

constexpr const char* kBase = "7.x base";
/// Tick rates of kernels. Source: kernel/Kconfig.hz; UML has the lowest.
constexpr std::uint32_t kLeastHz = 100;
constexpr std::uint32_t kMostHz = 1000;

tl::unexpected<std::string> unknown_reference(std::string_view argument) {
  std::string known = "hz=N, calls-first, unplug-waits";
  for (const reference::Profile& p : reference::profiles()) {
    if (!p.name.empty()) known += ", profile=" + std::string(p.name);
  }
  return tl::unexpected("reference takes no '" + std::string(argument) +
                        "'; expected nothing after the name, or some of, with commas: " + known);
}

tl::expected<exec::Candidate, std::string> parse_reference(std::string_view argument) {
  constexpr std::string_view kProfile = "profile=";
  constexpr std::string_view kHz = "hz=";
  std::string_view profile;
  contract::KernelTraits kernel;
  for (std::string_view rest = argument; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.starts_with(kProfile)) {
      profile = word.substr(kProfile.size());
      if (profile.empty() || reference::profile_by_name(profile) == nullptr) {
        return unknown_reference(argument);
      }
    } else if (word == "calls-first") {
      kernel.calls_first = true;
    } else if (word == "unplug-waits") {
      kernel.unplug_waits_for_tick = true;
    } else {
      const char* const end = word.data() + word.size();
      if (!word.starts_with(kHz)) return unknown_reference(argument);
      const auto read = std::from_chars(word.data() + kHz.size(), end, kernel.hz);
      const bool legal = read.ptr == end && kernel.hz >= kLeastHz && kernel.hz <= kMostHz;
      if (!legal) return unknown_reference(argument);
    }
  }
  exec::Candidate c = reference(profile);
  c.traits = kernel;
  return c;
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

const reference::Profile& profile_of_name(std::string_view name) {
  const reference::Profile* const found = reference::profile_by_name(name);
  if (found != nullptr) return *found;
  std::fprintf(stderr, "protm: harness bug: the reference has no profile '%.*s'\n",
               static_cast<int>(name.size()), name.data());
  std::abort();
}

}  // namespace

exec::Candidate reference(std::string_view profile) {
  const reference::Profile& found = profile_of_name(profile);
  // The table lives as long as the program: nobody owns what is pointed to.
  const std::shared_ptr<const void> options(&found, [](const void*) {});
  return with_profile(exec::in_process("reference", kBase, reference::make_driver, options),
                      profile);
}

exec::Candidate with_profile(exec::Candidate candidate, std::string_view profile) {
  const reference::Profile& found = profile_of_name(profile);
  candidate.profile = found.name;
  if (!found.vm_op_forces_exit) {
    candidate.capabilities &= ~static_cast<std::uint32_t>(contract::Capability::forced_exit);
  }
  return candidate;
}

std::vector<std::string_view> designs() {
  std::vector<std::string_view> names;
  for (const reference::Profile& p : reference::profiles()) {
    if (p.of == reference::ProfileOf::design) names.push_back(p.name);
  }
  return names;
}

exec::Candidate oracle_for(const exec::Candidate& candidate) {
  exec::Candidate oracle = reference(candidate.profile);
  oracle.traits = candidate.traits;
  return oracle;
}

exec::Registry default_registry() {
  exec::Registry registry;
  registry.add({"reference", "[profile=P][,hz=N]...", "the oracle: what the review asks for",
                parse_reference});
  registry.add(exec::series_v1_kind());
  registry.add({"mutant", "NAME", "the reference with one planted bug", parse_mutant});
  registry.add(exec::linux_uml_kind());
  return registry;
}

}  // namespace protm::differential
