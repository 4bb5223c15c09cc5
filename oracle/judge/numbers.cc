// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/numbers.h"

#include <vector>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

using namespace contract;

namespace {

enum class Kind : std::uint8_t { none, vm, bo, group, descriptor };

Kind kind_of(NodeType type) {
  switch (type) {
    case NodeType::vm_create:
    case NodeType::vm_destroy: return Kind::vm;
    case NodeType::bo_create:
    case NodeType::stream_area:
    case NodeType::gem_close: return Kind::bo;
    case NodeType::group_create:
    case NodeType::group_destroy: return Kind::group;
    case NodeType::open:
    case NodeType::close:
    case NodeType::heap_open:
    case NodeType::heap_close:
    case NodeType::heap_ioctl:
    case NodeType::buffer_close: return Kind::descriptor;
    default: return Kind::none;
  }
}

/// Successful steps of a kind in the order of their returns, up to and with record `last`.
std::vector<std::uint32_t> turns(const Program& program, const Trace& trace, Kind kind,
                                 std::size_t last) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i <= last && i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::step_returned || static_cast<std::int64_t>(r.c) < 0) continue;
    if (kind_of(step_type(program, r.b)) == kind) out.push_back(r.b);
  }
  return out;
}

/// Whether two steps of a kind were at work at the same time before record `last`: nothing says
/// which of them came first inside the kernel.
bool overlap(const Program& program, const Trace& trace, Kind kind, std::size_t last) {
  std::uint32_t at_work = 0;
  for (std::size_t i = 0; i <= last && i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    const bool starts = r.kind == RecordKind::step_started;
    if (!starts && r.kind != RecordKind::step_returned) continue;
    if (kind_of(step_type(program, r.b)) != kind) continue;
    if (starts) {
      if (++at_work > 1) return true;
    } else if (at_work != 0) {
      --at_work;
    }
  }
  return false;
}

}  // namespace

std::optional<std::uint32_t> number_output(NodeType type) {
  switch (type) {
    case NodeType::vm_create:
    case NodeType::group_create:
    case NodeType::heap_ioctl: return 0;
    case NodeType::bo_create: return 1;
    default: return std::nullopt;
  }
}

bool number_result(NodeType type) {
  return type == NodeType::open || type == NodeType::heap_open;
}

bool same_turn(const Program& program, const Trace& a, std::size_t in_a, const Trace& b,
               std::size_t in_b) {
  const Kind kind = kind_of(step_type(program, a.records[in_a].b));
  if (overlap(program, a, kind, in_a) || overlap(program, b, kind, in_b)) return false;
  return turns(program, a, kind, in_a) == turns(program, b, kind, in_b);
}

}  // namespace protm::judge
