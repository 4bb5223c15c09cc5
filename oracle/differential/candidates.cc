// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/candidates.h"

#include "oracle/mutants/mutants.h"
#include "oracle/reference/driver.h"
#include "sut-adapters/host/in_process_sut.h"
#include "sut-adapters/series-v1/driver.h"
#include "sut-adapters/series-v1/switches.h"

namespace protm::differential {
namespace {

using contract::Capability;

constexpr std::uint32_t kInProcess = Capability::heap_core | Capability::heap_device |
                                     Capability::panthor | Capability::protm |
                                     Capability::vm_bind | Capability::host_checks |
                                     Capability::snapshot;

contract::Sut* make_reference(const void* options, const contract::Surroundings& around) {
  return host::make_in_process_sut({"reference", "7.x base", kInProcess}, around,
                                   reference::make_driver, options);
}

contract::Sut* make_series_v1(const void* options, const contract::Surroundings& around) {
  return host::make_in_process_sut({"series-v1", "5 May 2026", kInProcess}, around,
                                   v1::make_driver, options);
}

contract::Sut* make_mutant(const void* options, const contract::Surroundings& around) {
  const auto* const mutant = static_cast<const mutants::Mutant*>(options);
  return host::make_in_process_sut({"mutant", mutant->name, kInProcess}, around,
                                   mutant->make_driver, nullptr);
}

tl::expected<exec::Candidate, std::string> parse_reference(std::string_view argument) {
  if (!argument.empty()) {
    return tl::unexpected("reference takes no '" + std::string(argument) +
                          "' yet; expected nothing after the name");
  }
  return reference();
}

tl::expected<exec::Candidate, std::string> parse_series_v1(std::string_view argument) {
  const auto options = v1::parse_options(argument);
  if (!options) return tl::unexpected(options.error());
  return series_v1(options->switches);
}

tl::expected<exec::Candidate, std::string> parse_mutant(std::string_view argument) {
  std::string known;
  for (const mutants::Mutant& m : mutants::table()) {
    if (m.name == argument) {
      exec::Candidate c;
      c.spec = "mutant:" + std::string(argument);
      c.name = "mutant";
      c.version = std::string(m.name);
      c.capabilities = kInProcess;
      c.make = make_mutant;
      c.options = std::shared_ptr<const void>(&m, [](const void*) {});
      return c;
    }
    known += known.empty() ? "" : ", ";
    known += m.name;
  }
  return tl::unexpected("no mutant '" + std::string(argument) + "'; expected one of: " + known);
}

}  // namespace

exec::Candidate reference() {
  exec::Candidate c;
  c.spec = c.name = "reference";
  c.version = "7.x base";
  c.capabilities = kInProcess;
  c.make = make_reference;
  return c;
}

exec::Candidate series_v1(std::uint32_t mask) {
  exec::Candidate c;
  const v1::Options options{mask};
  const std::string text = v1::options_text(options);
  c.name = "series-v1";
  c.spec = text.empty() ? c.name : c.name + ":" + text;
  c.version = "5 May 2026";
  c.capabilities = kInProcess;
  c.make = make_series_v1;
  c.options = std::make_shared<v1::Options>(options);
  return c;
}

std::uint32_t switch_mask(const exec::Candidate& candidate) {
  if (candidate.name != "series-v1" || candidate.options == nullptr) return 0;
  return static_cast<const v1::Options*>(candidate.options.get())->switches;
}

std::vector<std::string> switches_of(const exec::Candidate& candidate) {
  std::vector<std::string> ids;
  const std::uint32_t mask = switch_mask(candidate);
  for (const v1::SwitchInfo& s : v1::switch_table()) {
    if ((mask & v1::switch_bit(s.value)) != 0) ids.emplace_back(s.id);
  }
  return ids;
}

exec::Registry default_registry() {
  exec::Registry registry;
  registry.add({"reference", "", "the oracle: what the review asks for", parse_reference});
  registry.add({"series-v1", "[only=A,B|without=A,B|none]",
                "the series as posted on 5 May 2026, each known defect a switch", parse_series_v1});
  registry.add({"mutant", "NAME", "the reference with one planted bug", parse_mutant});
  return registry;
}

}  // namespace protm::differential
