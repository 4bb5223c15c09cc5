// SPDX-License-Identifier: GPL-2.0-only
// Random byte strings for the tests of the binary form, and what share of them does something.
// Leaves out: what a run shows; that is measured where an executor is.
// Source: decisions.md 24 (lengths uniform 0..512).
#pragma once

#include <cstdint>
#include <vector>

#include "conformance/format/binary.h"
#include "gpu-model/vocab/split_mix.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::format {

/// The same strings in every build.
class RandomBytes {
 public:
  explicit RandomBytes(std::uint64_t seed) : numbers_(seed) {}
  std::uint64_t next() { return numbers_.next(); }
  std::vector<std::uint8_t> string() {
    std::vector<std::uint8_t> bytes(next() % 513);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next() >> 32);
    return bytes;
  }

 private:
  vocab::SplitMix numbers_;
};

/// Shares that bound from the text alone what a run can reach.
struct Shares {
  std::uint32_t total = 0, boots = 0, creates = 0, submits = 0, protected_submits = 0;
  std::uint64_t steps = 0;

  void add(const contract::Program& program) {
    ++total;
    steps += program.steps.size();
    const bool boot = program.boot == contract::Boot::probed && program.heap_present &&
                      program.firmware.truncate_to == 0 && !boot_fault(program);
    boots += boot;
    bool create = false, submit = false, protected_submit = false;
    for (const contract::Step& step : program.steps) {
      const auto type = static_cast<contract::NodeType>(step.op.type);
      create |= type == contract::NodeType::vm_create || type == contract::NodeType::bo_create;
      submit |= type == contract::NodeType::group_submit;
      protected_submit |= type == contract::NodeType::group_submit && has_region(step.op);
    }
    creates += boot && create;
    submits += boot && submit;
    protected_submits += boot && protected_submit;
  }

 private:
  static bool boot_fault(const contract::Program& program) {
    for (const contract::Fault& fault : program.faults) {
      using enum vocab::FaultKind;
      const auto kind = fault.machine.kind;
      const bool late = kind == ack_without_entry || kind == late_active || kind == refuse_exit ||
                        kind == late_exit || kind == protected_fault || kind == as_fault_inside ||
                        kind == cs_fault || kind == cs_fatal;
      if (!fault.host && !late) return true;
    }
    return false;
  }
  static bool has_region(const contract::Node& node) {
    if (static_cast<contract::NodeType>(node.type) == contract::NodeType::i_prot_region) {
      return true;
    }
    for (const contract::Value& value : node.fields) {
      for (const contract::Node& item : value.list) {
        if (has_region(item)) return true;
      }
    }
    return false;
  }
};

}  // namespace protm::format
