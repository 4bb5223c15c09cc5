// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/candidates.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "oracle/differential/profile_names.h"
#include "oracle/mutants/mutants.h"
#include "oracle/reference/driver.h"
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
  for (const reference::Profile& p : profiles()) {
    if (!p.name.empty()) known += ", profile=" + std::string(p.name);
  }
  known += " (or several with +)";
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
      if (profile.empty() || profile_by_name(profile) == nullptr) {
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

const reference::Profile& profile_of_name(std::string_view name) {
  const reference::Profile* const found = profile_by_name(name);
  if (found != nullptr) return *found;
  std::fprintf(stderr, "protm: harness bug: the reference has no profile '%.*s'\n",
               static_cast<int>(name.size()), name.data());
  std::abort();
}

/// Points at a row that lives as long as the program: nobody owns it.
std::shared_ptr<const void> options_of(const reference::Profile& profile) {
  return {&profile, [](const void*) {}};
}

tl::expected<exec::Candidate, std::string> parse_mutant(std::string_view argument) {
  std::string known;
  for (const auto& all : {mutants::table(), mutants::table_of_designs()}) {
    for (const mutants::Mutant& m : all) {
      if (m.name == argument) {
        return with_profile(exec::in_process("mutant", std::string(m.name), m.make_driver,
                                             options_of(profile_of_name(m.profile))),
                            m.profile);
      }
      known += known.empty() ? "" : ", ";
      known += m.name;
    }
  }
  return tl::unexpected("no mutant '" + std::string(argument) + "'; expected one of: " + known);
}

}  // namespace

exec::Candidate reference(std::string_view profile) {
  const reference::Profile& found = profile_of_name(profile);
  return with_profile(
      exec::in_process("reference", kBase, reference::make_driver, options_of(found)), profile);
}

exec::Candidate with_profile(exec::Candidate candidate, std::string_view profile) {
  const reference::Profile& found = profile_of_name(profile);
  candidate.profile = found.name;
  const auto lacks = [&](bool position, contract::Capability posted) {
    if (position) candidate.capabilities &= ~static_cast<std::uint32_t>(posted);
  };
  // What a release has not: a driver of it without the series has no protected mode either.
  const auto& base = reference::kBaseProfile;
  lacks(found.last_query < base.last_query, contract::Capability::protm);
  lacks(found.last_priority < base.last_priority, contract::Capability::realtime);
  lacks(found.last_ioctl < base.last_ioctl, contract::Capability::bo_ioctls);
  lacks(found.last_ioctl < base.last_ioctl, contract::Capability::reclaim);
  lacks(found.as_commands_flush, contract::Capability::gpu_flush);
  lacks(!found.innocent_state, contract::Capability::innocent_state);
  lacks(!found.vm_op_forces_exit, contract::Capability::forced_exit);
  lacks(found.heaps_immortal, contract::Capability::removable_heaps);
  lacks(found.heap_at_group, contract::Capability::deferred_probe);
  lacks(found.heap_name_sysfs, contract::Capability::exact_heap_name);
  if (found.userspace_buffers) {
    // Its cases say user_buffers in place of protm: what is posted about protected memory is not
    // there, nor are accessors of dma-heap for drivers.
    candidate.capabilities |= static_cast<std::uint32_t>(contract::Capability::user_buffers);
    lacks(true, contract::Capability::protm);
    lacks(true, contract::Capability::heap_core);
    lacks(true, contract::Capability::removable_heaps);
    lacks(true, contract::Capability::deferred_probe);
    lacks(true, contract::Capability::exact_heap_name);
  }
  return candidate;
}

contract::Program asked_under(contract::Program program, std::string_view profile) {
  const reference::Profile& found = profile_of_name(profile);
  const reference::Profile& base = profile_of_name("");
  const auto answer = [&](vocab::Switch id, bool base_answer, bool wanted) {
    const bool named = (program.machine.word(id) != 0) != base_answer;
    if (!named) program.machine.set_switch(id, wanted ? 1 : 0);
  };
  answer(vocab::Switch::pend_again_on_resume, base.pend_again_on_resume,
         found.pend_again_on_resume);
  answer(vocab::Switch::acks_noticed_inside, base.acks_noticed_inside, found.acks_noticed_inside);
  return program;
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
