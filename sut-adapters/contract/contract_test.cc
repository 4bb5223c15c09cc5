// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include <string>

#include "sut-adapters/contract/driver.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/sut.h"

using namespace protm::contract;

TEST_CASE("op_table: names are unique within a group and fields within a node") {
  for (const NodeInfo& a : node_table()) {
    CHECK(node_by_name(a.group, a.name) == a.type);
    for (std::uint32_t i = 0; i < a.fields.size(); ++i) {
      CHECK(field_index(a, a.fields[i].name) == i);
    }
  }
}

TEST_CASE("region_table: each row is a field of some call, and a call has one row per region") {
  std::size_t used = 0;
  for (std::size_t row = 0; row < region_table().size(); ++row) {
    const RegionInfo& info = region_table()[row];
    CHECK(info.field == std::string(info.word) + "_memory");
    REQUIRE(region_of_field(info.field).has_value());
    CHECK(region_of_field(info.field)->word == info.word);
    for (const NodeInfo& node : node_table()) used += has_region(node.type, row) ? 1 : 0;
  }
  CHECK(used >= region_table().size());
  CHECK_FALSE(region_of_field("args").has_value());
  CHECK_FALSE(has_region(NodeType::probe));
  CHECK_FALSE(has_region(NodeType::vm_create, region_table().size()));
  for (const NodeInfo& node : node_table()) {
    std::uint32_t regions[3] = {};
    for (std::size_t row = 0; row < region_table().size(); ++row) {
      if (!has_region(node.type, row)) continue;
      CHECK(has_region(node.type));   // whoever has anything has a struct
      CHECK(++regions[static_cast<std::size_t>(region_table()[row].region)] == 1);
    }
  }
}

TEST_CASE("event_table: every kind but none has a row in order") {
  std::uint32_t i = 1;
  for (const EventInfo& e : event_table()) CHECK(static_cast<std::uint32_t>(e.kind) == i++);
}

TEST_CASE("Trace: hash tells records and texts apart") {
  Trace a, b;
  a.records.push_back(Record{.time_ns = 1, .kind = RecordKind::kernel_log});
  b.records.push_back(Record{.time_ns = 2, .kind = RecordKind::kernel_log});
  CHECK(a.hash() != b.hash());
  b.records[0].time_ns = 1;
  CHECK(a.hash() == b.hash());
  b.texts.push_back("x");
  CHECK(a.hash() != b.hash());
}

TEST_CASE("Ptr: a stale pointer is not alive, a fresh one is") {
  struct Thing {
    int x = 3;
  } thing;
  ObjectHeader header{.generation = 7, .size = sizeof(Thing), .role = "thing"};
  const Ptr<Thing> p(&thing, &header);
  CHECK(p.alive());
  CHECK(p->x == 3);
  header.generation = 8;
  CHECK_FALSE(p.alive());
}
