// SPDX-License-Identifier: GPL-2.0-only
// Actors, steps, nodes and references of a case. Two passes: the first finds every step's name and
// operation, the second reads fields and triggers, so that a step may wait for, and use, what
// another actor does further down in the file.
// Leaves out: whether a reference is resolved in time when the case runs.
// Source: op_table.h; design.md section 5.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/format/value_check.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {

/// What a reference may name: a step that makes a kind of object, or any step.
struct Wanted {
  contract::Makes makes = contract::Makes::nothing;
  bool any = false;
};

class StepReader {
 public:
  StepReader(ValueCheck& check, contract::Program& program) : check_(check), program_(program) {}

  /// Reads the map of actors into the Program. Steps are numbered actor by actor.
  void read_actors(const YamlValue& actors);
  /// Reads "$id" as the number of a step that makes what is wanted.
  std::optional<std::uint32_t> reference(const YamlValue& value, std::string_view what,
                                         Wanted wanted);
  /// Reads an EVENT. `user` is the step that waits for it, or kNoStep.
  std::optional<contract::EventSpec> event(const YamlValue& value, std::string_view text,
                                           std::uint32_t user);

 private:
  void find_steps(const YamlValue& actor, std::uint32_t number);
  void find_step(const YamlValue& step, std::uint32_t actor);
  void add_step(const YamlValue& source, const contract::Step& step);
  void repeat_step(const YamlValue& source, const YamlValue& times, const contract::Step& step);
  void name_step(const YamlValue& id, std::string_view suffix = {});
  void read_step(std::uint32_t number);
  void read_device(const YamlValue& value, std::uint32_t number);
  void read_trigger(const YamlValue& step, std::uint32_t number);
  contract::Node node(const YamlValue& fields, contract::NodeType type, std::uint32_t depth);
  void bare_field(const YamlValue& value, contract::Node& node, std::uint32_t depth);
  contract::Value field(const YamlValue& value, const contract::FieldInfo& info,
                        std::uint32_t depth);
  contract::Value nodes(const YamlValue& list, const contract::FieldInfo& info,
                        std::uint32_t depth);
  std::optional<contract::Node> list_item(const YamlValue& item, contract::NodeGroup group,
                                          std::uint32_t depth);
  contract::Value word_field(const YamlValue& value, const contract::FieldInfo& info);
  contract::Value flags_field(const YamlValue& value, const contract::FieldInfo& info);
  contract::Value ref_field(const YamlValue& value, const contract::FieldInfo& info);
  void check_change(const YamlValue& fields, const contract::Node& node);
  std::optional<std::uint32_t> step_named(Place place, std::string_view name, Wanted wanted,
                                          std::uint32_t user);
  [[nodiscard]] std::vector<std::string_view> names_of(Wanted wanted, std::uint32_t user) const;
  [[nodiscard]] bool may_use(std::uint32_t user, std::uint32_t step) const;

  ValueCheck& check_;
  contract::Program& program_;
  std::vector<const YamlValue*> sources_;          ///< of the steps, by number
  std::map<std::string, std::uint32_t, std::less<>> by_name_;
  std::uint32_t current_ = contract::kNoStep;      ///< step whose fields are read
};

}  // namespace protm::format
