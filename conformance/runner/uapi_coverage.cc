// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/uapi_coverage.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::runner {

using contract::Fact;
using contract::FactKind;
using contract::FieldInfo;
using contract::FieldType;
using contract::Node;
using contract::NodeInfo;
using contract::NodeType;
using contract::Program;
using contract::Value;

namespace {

constexpr std::array kIoctls{
    NodeType::dev_query,        NodeType::vm_create,
    NodeType::vm_destroy,       NodeType::vm_get_state,
    NodeType::vm_bind,          NodeType::bo_create,
    NodeType::bo_mmap_offset,   NodeType::gem_close,
    NodeType::bo_set_label,     NodeType::bo_query_info,
    NodeType::bo_sync,          NodeType::set_user_mmio_offset,
    NodeType::group_create,     NodeType::group_destroy,
    NodeType::group_get_state,  NodeType::group_submit,
    NodeType::tiler_heap_create, NodeType::tiler_heap_destroy,
    NodeType::prime_export,     NodeType::prime_import,
    NodeType::syncobj_create,   NodeType::syncobj_destroy,
    NodeType::syncobj_wait,     NodeType::syncobj_timeline_wait,
    NodeType::syncobj_reset,    NodeType::syncobj_signal,
    NodeType::syncobj_timeline_signal, NodeType::syncobj_query,
    NodeType::syncobj_transfer, NodeType::syncobj_export,
    NodeType::syncobj_import,   NodeType::protm_init};

struct Exemption {
  std::string_view ioctl, part, why;
};

constexpr std::string_view kEveryValue = "every value is a right one";
constexpr std::string_view kUnread = "the kernel does not read it";
constexpr std::string_view kProcess = "a descriptor belongs to the process";
constexpr std::array kExemptions{
    Exemption{"dev_query", "field what", "only a raw_ioctl can name a type that is not there"},
    Exemption{"vm_get_state", "field pad", "the answer is written there"},
    Exemption{"vm_bind", "field flags", "panthor_ioctl_vm_bind() ignores flags that it lacks"},
    Exemption{"gem_close", "field pad", kUnread},
    Exemption{"bo_query_info", "field pad", kUnread},
    Exemption{"bo_set_label", "field label", "uapi-040 has one that is too long"},
    Exemption{"prime_import", "field flags", kUnread},
    Exemption{"prime_import", "other file buffer", kProcess},
    Exemption{"syncobj_import", "other file fd", kProcess},
    Exemption{"syncobj_import", "stale syncobj", "a sync_file's target, looked up as a wrong one"},
    Exemption{"syncobj_import", "other file syncobj", "the same"},
    Exemption{"tiler_heap_create", "field target_in_flight", kEveryValue},
    Exemption{"syncobj_transfer", "field to_point", kEveryValue},
    Exemption{"syncobj_wait", "field timeout", kEveryValue},
    Exemption{"syncobj_timeline_wait", "field timeout", kEveryValue},
    Exemption{"syncobj_timeline_signal", "field syncobjs.point", kEveryValue},
    Exemption{"syncobj_query", "field syncobjs.point", "the kernel writes there"},
    Exemption{"syncobj_query", "read once points", "the kernel writes there"},
    Exemption{"syncobj_wait", "field syncobjs.point", "has none"},
    Exemption{"syncobj_reset", "field syncobjs.point", "has none"},
    Exemption{"syncobj_signal", "field syncobjs.point", "has none"},
};

std::string_view exemption(std::string_view ioctl, std::string_view part) {
  for (const Exemption& e : kExemptions) {
    if (e.ioctl == ioctl && e.part == part) return e.why;
  }
  return {};
}

/// Items of a call's arrays that are looked at, by the field that holds them.
bool is_array(const FieldInfo& field) {
  constexpr std::array kArrays{std::string_view("ops"), std::string_view("queues"),
                               std::string_view("syncobjs")};
  return std::find(kArrays.begin(), kArrays.end(), field.name) != kArrays.end();
}

bool is_reference(const FieldInfo& field) {
  return field.type >= FieldType::ref_vm && field.type <= FieldType::ref_tiler_heap &&
         field.name != "file";
}

bool is_value(const FieldInfo& field) {
  return field.type <= FieldType::flags;
}

/// What a step of a case is known to return.
struct Known {
  bool succeeds = false, fails = false, faults = false, gone = false;
};

Known facts_of(const Program& program, std::uint32_t step) {
  Known known;
  for (const Fact& fact : program.then) {
    if (fact.step != step) continue;
    const auto value = static_cast<std::int64_t>(fact.value);
    if (fact.kind == FactKind::result) {
      known.succeeds |= value >= 0;
      known.faults |= value == -EFAULT;
      known.gone |= value == -ENODEV;
      known.fails |= value < 0 && value != -EFAULT && value != -ENODEV;
    }
    known.succeeds |= fact.kind == FactKind::output;
    known.succeeds |= fact.kind == FactKind::fence && value == 0;
  }
  return known;
}

const Value* value_of(const Node& node, std::string_view name) {
  const auto index = contract::field_index(contract::node_info(static_cast<NodeType>(node.type)),
                                           name);
  return index && *index < node.fields.size() ? &node.fields[*index] : nullptr;
}

std::uint64_t file_of(const Node& node) {
  const Value* const file = value_of(node, "file");
  return file == nullptr || file->kind == Value::Kind::absent ? UINT64_MAX : file->number;
}

bool ends(NodeType type) {
  constexpr std::array kEnders{NodeType::vm_destroy,      NodeType::gem_close,
                               NodeType::group_destroy,   NodeType::syncobj_destroy,
                               NodeType::buffer_close,    NodeType::sync_fd_close,
                               NodeType::tiler_heap_destroy};
  return std::find(kEnders.begin(), kEnders.end(), type) != kEnders.end();
}

/// Parts that one step of a case shows.
class StepParts {
 public:
  StepParts(const Program& program, std::uint32_t step)
      : program_(program), op_(program.steps[step].op), step_(step),
        known_(facts_of(program, step)) {}

  std::vector<std::string> all() {
    if (known_.gone) parts_.push_back("after unbind");
    bool odd = false;
    const NodeInfo& info = contract::node_info(static_cast<NodeType>(op_.type));
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      odd |= memory(info.fields[i], op_.fields[i]);
    }
    if (known_.succeeds && !odd) parts_.push_back("valid");
    if (known_.fails) fields(op_, "");
    return parts_;
  }

 private:
  /// True when the kernel may fail to read or write there.
  bool memory(const FieldInfo& field, const Value& value) {
    const auto region = contract::region_of_field(field.name);
    if (!region) return false;
    bool odd = false;
    for (const Node& item : value.list) {
      const auto type = static_cast<NodeType>(item.type);
      if (type == NodeType::memory_change) {
        if (known_.succeeds || known_.fails) parts_.push_back("read once " + word(*region));
        continue;
      }
      odd = true;
      if (known_.faults) parts_.push_back("fault " + word(*region));
    }
    return odd;
  }

  static std::string word(const contract::RegionInfo& region) { return std::string(region.word); }

  void fields(const Node& node, const std::string& prefix) {
    const NodeInfo& info = contract::node_info(static_cast<NodeType>(node.type));
    for (std::size_t i = 0; i < info.fields.size() && i < node.fields.size(); ++i) {
      const FieldInfo& field = info.fields[i];
      const Value& value = node.fields[i];
      const std::string name = prefix + std::string(field.name);
      if (value.kind == Value::Kind::list && is_array(field)) {
        for (const Node& item : value.list) fields(item, name + ".");
      }
      if (value.kind == Value::Kind::absent) continue;
      if (is_value(field)) parts_.push_back("field " + name);
      if (is_reference(field)) reference(name, value);
    }
  }

  void reference(const std::string& name, const Value& value) {
    if (value.kind == Value::Kind::raw) parts_.push_back("wrong " + name);
    if (value.kind != Value::Kind::ref || value.number >= program_.steps.size()) return;
    const Node& maker = program_.steps[value.number].op;
    if (file_of(maker) != file_of(op_)) parts_.push_back("other file " + name);
    for (std::uint32_t i = 0; i < step_; ++i) {
      const Node& before = program_.steps[i].op;
      if (!ends(static_cast<NodeType>(before.type)) || before.fields.empty()) continue;
      const Value& ended = before.fields[0];
      if (ended.kind == Value::Kind::ref && ended.number == value.number) {
        parts_.push_back("stale " + name);
      }
    }
  }

  const Program& program_;
  const Node& op_;
  std::uint32_t step_;
  Known known_;
  std::vector<std::string> parts_;
};

void wanted_fields(const NodeInfo& info, const std::string& prefix,
                   std::vector<std::string>& parts) {
  const auto add = [&](const std::string& part) {
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  };
  for (const FieldInfo& field : info.fields) {
    const std::string name = prefix + std::string(field.name);
    if (is_value(field)) add("field " + name);
    // What a bind or a submit waits for is a job's syncobj, looked at as one of `syncs`.
    if (is_reference(field) && field.name != "wait" && field.name != "signal") {
      for (const char* const what : {"wrong ", "stale ", "other file "}) add(what + name);
    }
    if (field.type != FieldType::nodes || !is_array(field)) continue;
    for (const NodeInfo& item : contract::node_table()) {
      if (item.group == field.group) wanted_fields(item, name + ".", parts);
    }
  }
}

std::vector<std::string> wanted_parts(const NodeInfo& info) {
  std::vector<std::string> parts{"valid"};
  wanted_fields(info, "", parts);
  for (const FieldInfo& field : info.fields) {
    const auto region = contract::region_of_field(field.name);
    if (!region) continue;
    parts.push_back("fault " + std::string(region->word));
    parts.push_back("read once " + std::string(region->word));
  }
  parts.push_back("after unbind");
  return parts;
}

/// "uapi-101" of "uapi/uapi-101-vm-create".
std::string short_id(const std::string& id) {
  const std::size_t begin = id.find('/') + 1;
  const std::size_t end = id.find('-', id.find('-', begin) + 1);
  return id.substr(begin, end - begin);
}

/// Notes the case at each of `rows` whose part it shows.
void note(std::span<UapiPart> rows, const std::vector<std::string>& shown, const std::string& id) {
  for (UapiPart& row : rows) {
    if (!row.why_none.empty()) continue;
    if (std::find(shown.begin(), shown.end(), row.part) == shown.end()) continue;
    if (row.cases.empty() || row.cases.back() != id) row.cases.push_back(id);
  }
}

}  // namespace

std::vector<UapiPart> uapi_coverage(std::span<const Program> programs) {
  std::vector<UapiPart> table;
  for (const NodeType type : kIoctls) {
    const NodeInfo& info = contract::node_info(type);
    const std::size_t first = table.size();
    for (const std::string& part : wanted_parts(info)) {
      table.push_back(UapiPart{std::string(info.name), part, {}, exemption(info.name, part)});
    }
    const std::span rows = std::span(table).subspan(first);
    for (const Program& program : programs) {
      for (std::uint32_t step = 0; step < program.steps.size(); ++step) {
        if (static_cast<NodeType>(program.steps[step].op.type) != type) continue;
        note(rows, StepParts(program, step).all(), short_id(program.id));
      }
    }
  }
  return table;
}

std::string uapi_coverage_markdown(const std::vector<UapiPart>& parts) {
  std::string text = "| ioctl | part | case |\n|---|---|---|\n";
  for (const UapiPart& part : parts) {
    // One is enough, the same whatever other cases come: the first that is about the interface.
    const auto own = std::find_if(part.cases.begin(), part.cases.end(), [](const std::string& id) {
      return id.starts_with("uapi-");
    });
    std::string cases = own != part.cases.end() ? *own : part.cases.empty() ? "" : part.cases[0];
    if (cases.empty()) cases = "none";
    if (!part.why_none.empty()) cases = "- (" + std::string(part.why_none) + ")";
    text += "| " + part.ioctl + " | " + part.part + " | " + cases + " |\n";
  }
  return text;
}

}  // namespace protm::runner
