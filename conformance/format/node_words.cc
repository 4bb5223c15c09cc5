// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/node_words.h"

#include <array>

namespace protm::format {

using contract::FieldType;
using contract::Makes;
using contract::NodeGroup;
using contract::NodeInfo;
using contract::NodeType;

Makes makes_of(FieldType type) {
  switch (type) {
    case FieldType::ref_vm: return Makes::vm;
    case FieldType::ref_bo: return Makes::bo;
    case FieldType::ref_group: return Makes::group;
    case FieldType::ref_job: return Makes::job;
    case FieldType::ref_heap: return Makes::heap;
    case FieldType::ref_buffer: return Makes::buffer;
    case FieldType::ref_file: return Makes::file;
    case FieldType::ref_heap_file: return Makes::heap_file;
    case FieldType::ref_syncobj: return Makes::syncobj;
    case FieldType::ref_sync_fd: return Makes::sync_fd;
    case FieldType::ref_mapping: return Makes::mapping;
    case FieldType::ref_tiler_heap: return Makes::tiler_heap;
    default: return Makes::nothing;
  }
}

std::string_view makes_word(Makes makes) {
  constexpr std::array<std::string_view, 13> kNames{
      "nothing", "vm",        "bo",      "group",             "job",    "heap",
      "buffer",  "file",      "heap file", "syncobj", "sync descriptor", "mapping", "tiler heap"};
  return kNames[static_cast<std::size_t>(makes)];
}

std::string_view makes_prefix(Makes makes) {
  constexpr std::array<std::string_view, 13> kNames{"s",   "vm",   "bo", "group", "job", "heap",
                                                    "buf", "file", "hf", "sync",  "sfd", "map",
                                                    "th"};
  return kNames[static_cast<std::size_t>(makes)];
}

const std::vector<NodeType>& nodes_of(NodeGroup group) {
  static const auto groups = [] {
    std::array<std::vector<NodeType>, static_cast<std::size_t>(NodeGroup::count)> types;
    for (const NodeInfo& info : contract::node_table()) {
      types[static_cast<std::size_t>(info.group)].push_back(info.type);
    }
    return types;
  }();
  return groups[static_cast<std::size_t>(group)];
}

std::vector<std::string_view> node_names(NodeGroup group) {
  std::vector<std::string_view> names;
  for (NodeType type : nodes_of(group)) names.push_back(contract::node_info(type).name);
  return names;
}

std::optional<std::uint32_t> bare_field_of(const NodeInfo& node) {
  if (node.fields.size() == 1) return 0;
  std::optional<std::uint32_t> only;
  for (std::uint32_t i = 0; i < node.fields.size(); ++i) {
    if (!node.fields[i].required) continue;
    if (only) return std::nullopt;
    only = i;
  }
  return only;
}

}  // namespace protm::format
