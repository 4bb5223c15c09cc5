// SPDX-License-Identifier: GPL-2.0-only
// Opcodes that stand for a whole job: VM, stream area, mapped buffer and group where the actor has
// none yet, then submit and wait. Random bytes would almost never line these up by themselves.
// Leaves out: jobs over several queues. Source: decisions.md 24.
#pragma once

#include <array>
#include <cstdint>

#include "conformance/format/binary_code.h"

namespace protm::format {

enum class JobKind : std::uint8_t { normal, protected_region };

class ReadyMade {
 public:
  ReadyMade(contract::Program& program, LiveObjects& objects)
      : program_(program), objects_(objects) {}

  /// Adds the steps of one job of this actor, or none when they would exceed kMaxRandomSteps.
  void add_job(JobKind kind, std::uint32_t actor, ByteReader& in);

 private:
  /// What one actor has set up, as step numbers.
  struct Kit {
    std::uint32_t vm = contract::kNoStep;
    std::array<std::uint32_t, 2> group{contract::kNoStep, contract::kNoStep};   // by JobKind
  };
  struct Choice {
    std::uint8_t flags = 0;
    std::uint64_t run_ns = 0;
    std::uint64_t value = 0;
    std::uint64_t va = 0;
  };

  [[nodiscard]] bool alive(std::uint32_t step, contract::Makes makes) const;
  std::uint32_t add(contract::Step step);
  std::uint32_t add_vm(std::uint32_t actor);
  std::uint32_t add_group(JobKind kind, std::uint32_t actor, std::uint32_t vm,
                          std::uint64_t priority);
  void add_submit(JobKind kind, std::uint32_t actor, std::uint32_t group, const Choice& choice);

  contract::Program& program_;
  LiveObjects& objects_;
  std::array<Kit, contract::kMaxActors> kits_;
};

/// A node of a type with all fields absent.
[[nodiscard]] contract::Node empty_node(contract::NodeType type);

}  // namespace protm::format
