// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/linux_uml_kind.h"

#include <cstdlib>

#include "sut-adapters/linux-uml/linux_uml.h"

namespace protm::exec {
namespace {

/// Of the reference, for a tree that needs no older one.
constexpr const char* kNewestProfile = "linux-7.x";

/// Whose names the flags of protected mode have (UAPI-16).
std::string names_text(const std::string& names) {
  if (names == "posted") return "as posted";
  return names == "reviewed" ? "as the review of 8/8 asks" : "otherwise";
}

tl::expected<Candidate, std::string> parse_uml(std::string_view argument) {
  const std::string rig = uml::rig_path();
  if (rig.empty()) {
    return tl::unexpected(std::string("linux-uml: libprotm-rig.so is not in the build tree"));
  }
  const char* const root = std::getenv("PROTM_ROOT");
  std::string problem;
  const uml::Kernel kernel = uml::find_kernel(root != nullptr ? root : ".", argument, problem);
  if (!problem.empty()) return tl::unexpected(problem);
  Candidate c;
  c.version = kernel.name + ", release " + kernel.release +
              (kernel.flavour == "plain" ? "" : ", " + kernel.flavour);
  if (!kernel.flag_names.empty()) c.version += ", flags named " + names_text(kernel.flag_names);
  c.kernel = kernel.name;
  c.capabilities = kernel.capabilities | contract::kPostedPositions;
  c.profile = kernel.profile.empty() ? kNewestProfile : kernel.profile;
  c.traits = kUmlTraits;
  c.traits.unplug_waits_for_tick = kernel.profile.empty();
  const uml::Running running = uml::make_linux_uml(kernel, rig);
  c.whole = running.sut;
  c.coverage = running.coverage;
  c.cannot = [kernel](const contract::Program& p) { return uml::cannot_run(kernel, p); };
  return c;
}

}  // namespace

CandidateKind linux_uml_kind() {
  return {"linux-uml", "[TREE|debian-7.x|debian-6.12][+kasan|+lockdep|+kmemleak]",
          "the panthor driver of a kernel tree, in a User-Mode Linux process", parse_uml};
}

}  // namespace protm::exec
