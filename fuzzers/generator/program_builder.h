// SPDX-License-Identifier: GPL-2.0-only
// Builds a Program step by step, fields by the names of the contract's table. What does not fit
// into a Program any more is left out, and the caller learns it.
// Leaves out: what a meaningful Program is; that is for generate.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// A node under construction.
class Make {
 public:
  explicit Make(contract::NodeType type);
  Make& number(std::string_view field, std::uint64_t value);
  /// `step` may be kNoStep: the field then stays absent.
  Make& ref(std::string_view field, std::uint32_t step);
  /// A number in place of a reference.
  Make& raw(std::string_view field, std::uint64_t value);
  Make& text(std::string_view field, std::string value);
  Make& list(std::string_view field, std::vector<contract::Node> items);
  [[nodiscard]] contract::Node node() const { return node_; }

 private:
  contract::Value& field(std::string_view name);
  contract::Node node_;
};

class ProgramBuilder {
 public:
  explicit ProgramBuilder(contract::Program& program) : program_(program) {}

  std::uint32_t add_actor(std::string name, bool sys_nice);
  /// Number of the new step; kNoStep when the Program is full.
  std::uint32_t add(std::uint32_t actor, const Make& op, const contract::Trigger& when = {});
  std::uint32_t add_node(std::uint32_t actor, contract::Node op,
                         const contract::Trigger& when = {});
  [[nodiscard]] std::uint32_t room() const {
    return contract::kMaxSteps - static_cast<std::uint32_t>(program_.steps.size());
  }
  /// Steps in the order of their actors, with names where something refers to them: the Program as
  /// its YAML form reads it back.
  void finish();

 private:
  contract::Program& program_;
};

/// `delay_ns` after an event.
[[nodiscard]] contract::Trigger after(contract::EventKind kind, std::uint32_t step,
                                      std::uint64_t delay_ns = 0);

}  // namespace protm::fuzz
