// SPDX-License-Identifier: GPL-2.0-only
#include "bench/bench_programs.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "conformance/format/case_reader.h"
#include "conformance/format/text_file.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::bench {
namespace {

/// What an open file has room for. Source: panthor_sched.c MAX_GROUPS_PER_POOL (7.3).
constexpr std::uint32_t kGroupsPerFile = 128;

std::string path_of(const char* name) {
  const char* const root = std::getenv("PROTM_ROOT");
  return std::string(root == nullptr ? "." : root) + "/bench/programs/" + name + ".yaml";
}

contract::Program must_read(const std::string& name, const std::string& text) {
  auto read = format::read_case(name, text);
  if (read) return std::move(*read);
  std::fprintf(stderr, "%s", format::diagnostics_text(read.error()).c_str());
  std::exit(2);
}

/// A normal and a protected group, a job for each, and the end: what busy_groups multiplies.
std::string busy_template(const Busy& busy) {
  std::string runs;
  std::string regions;
  constexpr int kRuns = 16;
  for (int i = 0; i < kRuns; ++i) runs += "{run_compute: 4s}, ";
  for (int i = 0; i < 2 * kRuns; ++i) regions += "{prot_region: [{run_compute: 5ms}]}, ";
  return "schema: 1\nid: bench/busy-groups\nentries: [BASE-5]\ntitle: Busy groups\n"
         "why: What a tick costs depends on how many groups want a slot.\n"
         "requires: [panthor, vm_bind]\n"
         "caps: {user: [sys_nice]}\n"
         "actors:\n  user:\n"
         "    - {id: f, open: {fences: yes}}\n"
         "    - {id: v, vm_create: {file: $f}}\n"
         "    - {id: s, stream_area: {file: $f, vm: $v, size: 1MiB}}\n"
         "    - {id: g, group_create: {file: $f, vm: $v, queues: [{queue: {ringbuf: 4KiB}}]}}\n"
         "    - {id: p, group_create: {file: $f, vm: $v, flags: [protm],"
         " queues: [{queue: {ringbuf: 4KiB}}]}}\n"
         "    - {id: j, group_submit: {file: $f, group: $g, stream: [" + runs + "{nop: {}}]}}\n"
         "    - {id: k, group_submit: {file: $f, group: $p, stream: [" + regions + "{nop: {}}]}}\n"
         "    - {sleep: " + std::to_string(busy.run_ns) + "ns}\n"
         "    - {unplug: {}}\n";
}

/// Sets a number, or the step that a reference means.
void set_field(contract::Node& op, const char* field, std::uint64_t number) {
  const auto& info = contract::node_info(static_cast<contract::NodeType>(op.type));
  contract::Value& value = op.fields.at(contract::field_index(info, field).value());
  if (value.kind == contract::Value::Kind::absent) value.kind = contract::Value::Kind::number;
  value.number = number;
}

}  // namespace

std::string program_text(const char* name) {
  const auto text = format::read_text_file(path_of(name));
  if (text) return *text;
  const auto errors = format::unreadable_file(path_of(name));
  std::fprintf(stderr, "%s", format::diagnostics_text(errors).c_str());
  std::exit(2);
}

contract::Program program(const char* name) { return must_read(path_of(name), program_text(name)); }

contract::Program program_of_text(const std::string& name, const std::string& text) {
  return must_read(name, text);
}

contract::Program empty_program() {
  contract::Program empty = program("protected-and-bind");
  empty.steps.clear();
  empty.reaches.clear();
  empty.then.clear();
  empty.requires_mask = static_cast<std::uint32_t>(contract::Capability::panthor);
  return empty;
}

contract::Program busy_groups(const Busy& busy) {
  enum At : std::size_t {
    open, vm, area, group, protected_group, job, protected_job, sleep, unplug
  };
  contract::Program p = must_read("busy-groups", busy_template(busy));
  p.machine.csg_slots = busy.slots;
  const std::vector<contract::Step> from = std::move(p.steps);
  p.steps.clear();
  const auto add = [&](At at) -> contract::Node& {
    p.steps.push_back(from[at]);
    p.steps.back().id.clear();
    return p.steps.back().op;
  };
  const std::uint32_t files = (busy.groups + kGroupsPerFile - 1) / kGroupsPerFile;
  constexpr std::size_t kStepsPerFile = 3;
  for (std::size_t i = 0; i < files; ++i) {
    add(At::open);
    set_field(add(At::vm), "file", i * kStepsPerFile);
    contract::Node& its_area = add(At::area);
    set_field(its_area, "file", i * kStepsPerFile);
    set_field(its_area, "vm", i * kStepsPerFile + At::vm);
  }
  const auto file_of = [&](std::uint32_t i) { return i / kGroupsPerFile * kStepsPerFile; };
  const std::size_t first = p.steps.size();
  // Spreads the protected ones evenly.
  const auto is_protected = [&](std::uint32_t i) {
    return i * busy.protected_percent % 100 + busy.protected_percent >= 100;
  };
  for (std::uint32_t i = 0; i < busy.groups; ++i) {
    contract::Node& op = add(is_protected(i) ? At::protected_group : At::group);
    set_field(op, "file", file_of(i));
    set_field(op, "vm", file_of(i) + At::vm);
    // One priority is medium; two are low and medium; four are all.
    set_field(op, "priority", busy.priorities == 1 ? 1 : i % busy.priorities);
  }
  for (std::uint32_t i = 0; i < busy.groups; ++i) {
    contract::Node& op = add(is_protected(i) ? At::protected_job : At::job);
    set_field(op, "file", file_of(i));
    set_field(op, "group", first + i);
  }
  add(At::sleep);
  // All end at once. One after the other they would take slots of each other, as often as it
  // happens, and no difference of two runs would tell what a tick costs.
  add(At::unplug);
  return p;
}

exec::Candidate candidate(const char* spec) {
  return *differential::default_registry().parse(spec);
}

}  // namespace protm::bench
