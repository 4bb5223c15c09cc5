// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/case_tables.h"

#include "conformance/format/case_words.h"
#include "conformance/format/event_text.h"
#include "conformance/format/fault_text.h"
#include "conformance/format/node_words.h"
#include "conformance/format/quantity.h"
#include "gpu-model/vocab/machine_config.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/schedule.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {
namespace {

using contract::FieldInfo;
using contract::FieldType;
using contract::NodeGroup;
using contract::NodeInfo;
using contract::NodeType;

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string words_text(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

/// What may stand in a field: "size = 4KiB", "ref to a vm, required", "words a, b".
std::string form(const FieldInfo& field) {
  std::string text;
  switch (field.type) {
    case FieldType::number: text = "number"; break;
    case FieldType::size: text = "size"; break;
    case FieldType::time: text = "time"; break;
    case FieldType::va: text = "VA"; break;
    case FieldType::word: text = "one of " + words_text(field.words); break;
    case FieldType::flags: text = "list of " + words_text(field.words); break;
    case FieldType::text: text = "text"; break;
    case FieldType::nodes: text = "list"; break;
    case FieldType::ref_call: text = "ref to a call with user memory"; break;
    default: text = "ref to a " + std::string(makes_word(makes_of(field.type))); break;
  }
  if (field.required) return text + "; required";
  const bool number = field.type == FieldType::number || field.type == FieldType::size ||
                      field.type == FieldType::time || field.type == FieldType::va;
  if (field.type == FieldType::word && field.fallback < field.words.size()) {
    return text + "; else " + std::string(field.words[field.fallback]);
  }
  if (!number) return text;
  if (field.fallback == UINT64_MAX) return text + "; else what fits";
  const std::string value = field.type == FieldType::size   ? size_text(field.fallback)
                            : field.type == FieldType::time ? time_text(field.fallback)
                            : field.type == FieldType::va   ? hex_text(field.fallback)
                                                            : number_text(field.fallback);
  return text + "; else " + value;
}

std::string node_table_text(NodeGroup group, std::string_view title) {
  std::string text = "### " + std::string(title) + "\n\n";
  for (const NodeType type : nodes_of(group)) {
    const NodeInfo& info = contract::node_info(type);
    text += "- " + code(info.name) + ": " + std::string(info.what);
    if (info.makes != contract::Makes::nothing) {
      text += " (makes a " + std::string(makes_word(info.makes)) + ")";
    }
    text += "\n";
    for (const FieldInfo& field : info.fields) {
      // Every call has them; said once in the page.
      if (field.name == "file" && !field.required) continue;
      if (field.name == "args_memory") continue;
      text += "  - " + code(field.name) + ": " + form(field) + "\n";
    }
  }
  return text + "\n";
}

std::string event_table_text() {
  std::string text = "### Events\n\n";
  for (const auto& info : contract::event_table()) {
    text += "- " + code(info.words);
    switch (info.arg) {
      case contract::EventArg::none: break;
      case contract::EventArg::step: text += ": a step such as $j"; break;
      case contract::EventArg::fault: text += ": place of the fault in `faults`, from 0"; break;
      default: text += ": " + words_text(event_arg_words(info.arg)); break;
    }
    text += "\n";
  }
  return text + "\n";
}

std::string machine_table_text() {
  std::string text = "### Machine\n\n";
  text += "- `config`: one of " + words_text(vocab::config_names()) + "\n";
  text += "- `csg_slots`, `cs_per_csg`, `as_count`: numbers; `coherent`: no, yes\n";
  text += "- `seed`: scales each latency that the case does not name by 1/2 to 2; 0 = as given\n";
  for (const auto& row : vocab::latency_table()) {
    text += "- " + code(row.name) + ": " + std::string(row.what) + "; else " +
            time_text(row.default_ns) + "\n";
  }
  for (const auto& row : vocab::switch_table()) {
    text += "- " + code(row.name) + ": " + std::string(row.what) + ": " + words_text(row.words) +
            "; else " + std::string(row.words[row.default_word]) + "\n";
  }
  return text + "\n";
}

std::string fault_table_text() {
  std::string text = "### Machine faults\n\n";
  for (const auto& row : vocab::fault_table()) {
    text += "- " + code(row.name) + ": " + std::string(row.what);
    if (target_form(row.id) == TargetForm::as_number) text += "; `target`: AS number";
    const auto targets = target_words(row.id);
    const bool exceptions = row.id == vocab::FaultKind::cs_fault ||
                            row.id == vocab::FaultKind::cs_fatal;
    if (exceptions) {
      text += "; `target`: an exception such as CS_BUS_FAULT";
    } else if (!targets.empty()) {
      text += "; `target`:";
      for (const TargetWord& word : targets) text += " " + std::string(word.name);
    }
    text += "\n";
  }
  return text + "\n";
}

std::string schedule_table_text() {
  std::string text = "### Points of a schedule\n\n";
  for (const auto& row : contract::point_table()) {
    text += "- " + code(row.word);
    if (!row.what.empty()) text += ", and a word for " + std::string(row.what);
    text += "\n";
  }
  text += "\n### Tasks of a schedule besides actors\n\n";
  for (const auto& row : contract::task_role_table()) {
    text += "- " + code(row.word) + ": " + std::string(row.what) + "\n";
  }
  return text + "\n";
}

std::string capability_table_text() {
  std::string text = "### Capabilities\n\n";
  for (const auto& row : contract::capability_table()) {
    text += "- " + code(row.name) + ": " + std::string(row.what) + "\n";
  }
  return text;
}

}  // namespace

std::string case_tables_markdown() {
  return node_table_text(NodeGroup::operation, "Operations") +
         node_table_text(NodeGroup::bind_op, "Items of `ops` of a vm_bind") +
         node_table_text(NodeGroup::sync_op, "Items of `ops` of a bo_sync") +
         node_table_text(NodeGroup::queue, "Items of `queues`") +
         node_table_text(NodeGroup::sync, "Items of `syncs`") +
         node_table_text(NodeGroup::point, "Items of `syncobjs`") +
         node_table_text(NodeGroup::job, "Items of `more`") +
         node_table_text(NodeGroup::instruction, "Items of `stream` and `region`") +
         node_table_text(NodeGroup::memory, "Items of `args_memory`, `ops_memory` and the like") +
         node_table_text(NodeGroup::content, "Items of `args` and `array` of a raw ioctl") +
         event_table_text() + machine_table_text() + fault_table_text() +
         schedule_table_text() + capability_table_text();
}

}  // namespace protm::format
