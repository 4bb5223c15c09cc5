// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/user_regions.h"

#include <doctest/doctest.h>

#include <array>

#include "sut-adapters/steps/fields.h"

using namespace protm;
using namespace protm::contract;

namespace {

Node node(NodeType type, std::vector<std::pair<std::string_view, std::uint64_t>> numbers = {}) {
  Node made;
  made.type = static_cast<std::uint16_t>(type);
  made.fields.resize(node_info(type).fields.size());
  for (const auto& [name, number] : numbers) {
    Value& value = made.fields[field_index(node_info(type), name).value()];
    value.kind = Value::Kind::number;
    value.number = number;
  }
  return made;
}

Value& value_of(Node& of, std::string_view name) {
  return of.fields[field_index(node_info(static_cast<NodeType>(of.type)), name).value()];
}

void set_list(Node& of, std::string_view name, std::vector<Node> items) {
  value_of(of, name).kind = Value::Kind::list;
  value_of(of, name).list = std::move(items);
}

Program program_of(std::vector<Node> ops) {
  Program program;
  for (Node& op : ops) program.steps.push_back(Step{.id = "", .actor = 0, .when = {}, .op = op});
  return program;
}

std::uint64_t kernel_reads(rig::UserMemoryImpl& user, std::uint64_t from, std::uint64_t bytes) {
  std::vector<std::byte> to(bytes);
  return bytes - user.read(from, to);
}

}  // namespace

TEST_CASE("reserve_regions: each region is where its own field says") {
  Node bind = node(NodeType::vm_bind);
  set_list(bind, "args_memory", {node(NodeType::memory_readonly)});
  set_list(bind, "ops_memory", {node(NodeType::memory_fault, {{"after", 48}})});
  const Program program = program_of({bind, node(NodeType::vm_create)});
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  std::vector<steps::StepState> states(2);
  for (std::uint32_t i = 0; i < 2; ++i) steps::reserve_regions(program, i, states[i], user);
  std::array<std::byte, 24> bytes{};
  CHECK(user.write(states[0].args.at, bytes) == 24);
  CHECK(kernel_reads(user, states[0].args.at, 24) == 24);
  CHECK(kernel_reads(user, states[0].array.at, 96) == 48);
  CHECK(kernel_reads(user, states[0].buffer.at, 256) == 256);
  CHECK(user.write(states[1].args.at, bytes) == 0);
  CHECK(states[0].array.pointer == states[0].array.at);
}

TEST_CASE("reserve_regions: NULL and bad pointers are what the kernel is told, not where it lies") {
  Node query = node(NodeType::dev_query);
  set_list(query, "args_memory", {node(NodeType::memory_bad)});
  set_list(query, "reply_memory", {node(NodeType::memory_null)});
  const Program program = program_of({query});
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  steps::StepState state;
  steps::reserve_regions(program, 0, state, user);
  CHECK(state.args.pointer != state.args.at);
  CHECK(kernel_reads(user, state.args.pointer, 1) == 0);
  CHECK(kernel_reads(user, state.args.at, 16) == 16);
  CHECK(state.buffer.pointer == 0);
}

TEST_CASE("reserve_regions: a change behind the struct makes the region longer, not the next odd") {
  Node create = node(NodeType::vm_create);
  set_list(create, "args_memory",
           {node(NodeType::memory_change, {{"offset", 4000}, {"value", 0x1122}, {"as", 1}})});
  const Program program = program_of({create});
  rig::UserMemoryImpl user(std::pmr::new_delete_resource());
  steps::StepState state;
  steps::reserve_regions(program, 0, state, user);
  CHECK(state.args.bytes >= 4002);
  CHECK(state.array.at >= state.args.at + state.args.bytes);
  CHECK(kernel_reads(user, state.args.at, 4002) == 4002);
  std::array<std::byte, 4> got{};
  user.peek(state.args.at + 4000, got);
  CHECK(got == std::array{std::byte{0x22}, std::byte{0x11}, std::byte{0}, std::byte{0}});
}

TEST_CASE("content_bytes: numbers are little-endian, the array's address has eight bytes") {
  const std::vector<Node> list{node(NodeType::content_u8, {{"value", 0x11}}),
                               node(NodeType::content_u16, {{"value", 0x2233}}),
                               node(NodeType::content_u32, {{"value", 0x44556677}}),
                               node(NodeType::content_fill, {{"bytes", 2}, {"value", 9}}),
                               node(NodeType::content_u64, {{"value", 5}}),
                               node(NodeType::content_array_address, {{"offset", 8}})};
  const auto bytes = steps::content_bytes(list, 0x1000, {});
  const std::uint8_t want[] = {0x11, 0x33, 0x22, 0x77, 0x66, 0x55, 0x44, 9, 9, 5, 0, 0, 0,
                               0,    0,    0,    0,    0x08, 0x10, 0,    0, 0, 0, 0, 0};
  REQUIRE(bytes.size() == std::size(want));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CHECK(std::to_integer<unsigned>(bytes[i]) == want[i]);
  }
}

TEST_CASE("changed_region: the region of a call, or nothing where it has none") {
  Node change = node(NodeType::change_memory, {{"memory", 1}, {"value", 1}});
  value_of(change, "of") = Value{.kind = Value::Kind::ref, .number = 0, .text = {}, .list = {}};
  Program program = program_of({node(NodeType::vm_bind), change});
  std::vector<steps::StepState> states(2);
  CHECK(steps::changed_region(program, change, states) == &states[0].array);
  value_of(change, "memory").number = 0;
  CHECK(steps::changed_region(program, change, states) == &states[0].args);
  value_of(change, "memory").number = 6;   // a reply
  CHECK(steps::changed_region(program, change, states) == nullptr);
  value_of(change, "memory").number = 99;
  CHECK(steps::changed_region(program, change, states) == nullptr);
  value_of(change, "of").kind = Value::Kind::raw;
  CHECK(steps::changed_region(program, change, states) == nullptr);
}
