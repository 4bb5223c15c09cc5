// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/dictionaries.h"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/format/binary.h"
#include "conformance/format/case_words.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/machine_fault.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/event.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/schedule.h"

namespace protm::fuzz {
namespace {

using contract::NodeGroup;
using contract::Program;

/// AFL++ takes no longer ones.
constexpr std::size_t kLongest = 128;

std::string quoted(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "\"";
  for (const std::uint8_t byte : bytes) {
    const bool plain = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
    if (plain) text += static_cast<char>(byte);
    else text += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
  }
  return text + "\"";
}

std::string entry(std::string_view name, std::span<const std::uint8_t> bytes) {
  if (bytes.empty() || bytes.size() > kLongest) return {};
  std::string line(name);
  return line + "=" + quoted(bytes) + "\n";
}

Program with_step(contract::NodeType type) {
  Program program;
  program.heap_param = format::kDefaultHeapName;
  program.actors.push_back({.name = "a0", .sys_nice = false, .sys_admin = false});
  contract::Step step;
  step.op.type = static_cast<std::uint16_t>(type);
  step.op.fields.resize(contract::node_info(type).fields.size());
  program.steps.push_back(step);
  return program;
}

void add_words(std::set<std::string>& words, std::span<const std::string_view> more) {
  for (const std::string_view word : more) words.insert(std::string(word));
}

template <class Table>
void add_names(std::set<std::string>& words, const Table& table) {
  for (const auto& row : table) words.insert(std::string(row.name));
}

}  // namespace

std::string program_dictionary() {
  Program empty;
  empty.heap_param = format::kDefaultHeapName;
  const std::size_t header = format::encode(empty).size();
  std::string text = "# The binary form: each operation as a step. Made of the contract's table.\n";
  for (const contract::NodeInfo& info : contract::node_table()) {
    if (info.group != NodeGroup::operation) continue;
    const auto bytes = format::encode(with_step(info.type));
    text += entry(info.name, std::span(bytes).subspan(header));
  }
  text += "# Numbers that often matter, as tags.\n";
  for (std::uint8_t tag = 0xd0; tag < 0xe0; ++tag) {
    text += entry("odd_" + std::to_string(tag - 0xd0), std::span(&tag, 1));
  }
  return text;
}

std::string yaml_dictionary() {
  std::set<std::string> words;
  add_words(words, format::kCaseKeys);
  add_words(words, format::kBootWords);
  add_words(words, format::kProtFlavours);
  add_words(words, format::kFirmwareKeys);
  add_words(words, format::kHeapKeys);
  add_words(words, format::kCapWords);
  add_words(words, format::kStepKeys);
  add_words(words, format::kMachineFaultKeys);
  add_words(words, format::kCallFaultKeys);
  add_words(words, format::kScheduleKeys);
  add_words(words, format::kExploreKeys);
  add_words(words, format::kFactKinds);
  add_words(words, format::kMachineNumbers);
  add_words(words, vocab::config_names());
  add_names(words, vocab::latency_table());
  add_names(words, vocab::fault_table());
  add_names(words, contract::capability_table());
  for (const auto& row : vocab::switch_table()) {
    words.insert(std::string(row.name));
    add_words(words, row.words);
  }
  for (const contract::NodeInfo& info : contract::node_table()) {
    words.insert(std::string(info.name));
    for (const contract::FieldInfo& field : info.fields) {
      words.insert(std::string(field.name));
      add_words(words, field.words);
    }
  }
  for (const auto& row : contract::event_table()) words.insert(std::string(row.words));
  for (const auto& row : contract::point_table()) words.insert(std::string(row.word));
  for (const auto& row : contract::task_role_table()) words.insert(std::string(row.word));
  for (const char* const more : {"ms", "us", "ns", "KiB", "MiB", "0x", "$", ": {", "- {", "}", "[",
                                 "]", ", ", "\n  ", "raw", "any", "forever"}) {
    words.insert(more);
  }
  words.erase("");
  std::string text = "# The YAML form: keys and words. Made of the tables that it is made of.\n";
  for (const std::string& word : words) {
    const std::vector<std::uint8_t> bytes(word.begin(), word.end());
    if (bytes.size() <= kLongest) text += quoted(bytes) + "\n";
  }
  return text;
}

}  // namespace protm::fuzz
