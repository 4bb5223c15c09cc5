// SPDX-License-Identifier: GPL-2.0-only
// linux-uml as a kind of candidate: `--sut=linux-uml[:TREE]` builds the kernel when it is not
// there yet. What the kernel has is read from its description. Leaves out how it is run
// (sut-adapters/linux-uml). Source: design.md section 7.
#pragma once

#include "sut-adapters/executor/candidate.h"

namespace protm::exec {

/// Of a kernel built for UML. Source: arch/um/Kconfig, HZ; panthor.config: one CPU, no preemption;
/// 7.x' kernel/rcu/srcutiny.c.
inline constexpr contract::KernelTraits kUmlTraits{
    .hz = 100, .calls_first = true, .unplug_waits_for_tick = true};
/// The kind "linux-uml" for a registry.
[[nodiscard]] CandidateKind linux_uml_kind();

}  // namespace protm::exec
