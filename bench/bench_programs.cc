// SPDX-License-Identifier: GPL-2.0-only
#include "bench/bench_programs.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "conformance/format/case_reader.h"
#include "conformance/format/text_file.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::bench {
namespace {

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

/// One group and one job on it: what busy_groups multiplies.
std::string one_group(std::uint32_t slots, std::uint64_t ms) {
  return "schema: 1\nid: bench/busy-groups\nentries: [BASE-5]\ntitle: Busy groups\n"
         "why: What a tick costs depends on how many groups want a slot.\n"
         "requires: [panthor, vm_bind]\n"
         "machine: {csg_slots: " + std::to_string(slots) + "}\n"
         "actors:\n  user:\n"
         "    - {id: v, vm_create: {}}\n"
         "    - {id: s, stream_area: {vm: $v}}\n"
         "    - {id: g, group_create: {vm: $v, queues: [{queue: {ringbuf: 4KiB}}]}}\n"
         "    - {id: j, group_submit: {group: $g, stream: [{run_compute: " +
         std::to_string(ms) + "ms}]}}\n"
         "    - {wait: {job: $j, timeout: 60s}}\n";
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
  return empty;
}

contract::Program busy_groups(std::uint32_t groups, std::uint32_t slots, std::uint64_t ms) {
  using contract::NodeType;
  contract::Program p = must_read("busy-groups", one_group(slots, ms));
  std::vector<contract::Step> one(p.steps.begin() + 2, p.steps.end());   // group, job, wait
  p.steps.resize(2);
  const auto refer = [](contract::Step& step, NodeType type, const char* field, std::size_t to) {
    const auto index = contract::field_index(contract::node_info(type), field);
    step.op.fields.at(index.value()).number = to;
  };
  for (std::uint32_t i = 0; i < groups; ++i) p.steps.push_back(one[0]);
  for (std::uint32_t i = 0; i < groups; ++i) {
    refer(one[1], NodeType::group_submit, "group", 2 + i);
    p.steps.push_back(one[1]);
  }
  refer(one[2], NodeType::wait, "job", p.steps.size() - 1);
  p.steps.push_back(one[2]);
  for (contract::Step& step : p.steps) step.id.clear();
  return p;
}

exec::Candidate candidate(const char* spec) {
  return *differential::default_registry().parse(spec);
}

}  // namespace protm::bench
