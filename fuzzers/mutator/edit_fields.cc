// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>

#include "conformance/format/case_words.h"
#include "conformance/format/node_words.h"
#include "fuzzers/mutator/editor.h"

namespace protm::fuzz {

using contract::FieldInfo;
using contract::FieldType;
using contract::Node;
using contract::NodeGroup;
using contract::NodeType;
using contract::Value;

namespace {

constexpr std::uint64_t kPage = 4096;

/// One value of a step, and where it is.
struct Place {
  Value* value = nullptr;
  const FieldInfo* info = nullptr;
  std::uint32_t depth = 1;   ///< of the node that has the field
};

// NOLINTNEXTLINE(misc-no-recursion): as deep as the node.
void collect(Node& node, std::uint32_t depth, std::vector<Place>& places) {
  const auto& fields = contract::node_info(static_cast<NodeType>(node.type)).fields;
  for (std::size_t i = 0; i < node.fields.size(); ++i) {
    places.push_back({.value = &node.fields[i], .info = &fields[i], .depth = depth});
    for (Node& item : node.fields[i].list) collect(item, depth + 1, places);
  }
}

Value numbered(std::uint64_t number) {
  return {.kind = Value::Kind::number, .number = number, .text = {}, .list = {}};
}

/// Odd user memory, an own file or a wrong pad make a call fail: they are left alone mostly.
bool is_odd(const FieldInfo& info) {
  return info.group == NodeGroup::memory || info.type == FieldType::ref_file ||
         info.name == "pad" || info.name == "stride";
}

bool is_list(const FieldInfo& info) { return info.type == FieldType::nodes; }

}  // namespace

std::uint64_t Editor::draw_time() {
  // Each order of magnitude from 100 ns to 10 s is as likely.
  constexpr std::uint64_t kUnits[] = {100,       1'000,      10'000,      100'000,      1'000'000,
                                      1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
  return std::min(random_.one_of(kUnits) * random_.between(0, 12), contract::kMaxTimeNs);
}

std::uint64_t Editor::draw_va() {
  // What the Program names already is where something is mapped.
  std::vector<std::uint64_t> known;
  std::vector<Place> places;
  for (contract::Step& step : program_.steps) collect(step.op, 1, places);
  for (const Place& p : places) {
    const bool given = p.value->kind == Value::Kind::number;
    if (p.info->type == FieldType::va && given) known.push_back(p.value->number);
  }
  const std::uint64_t base = !known.empty() && random_.percent(75)
                                 ? known[random_.below(known.size())]
                                 : format::kFirstVa + kPage * random_.below(16);
  constexpr std::uint64_t kSteps[] = {0, 0, 8, 8, 16, kPage, kPage - 8, 2 * kPage, 1, 2u << 20};
  const std::uint64_t offset = random_.one_of(kSteps);
  return random_.percent(80) ? base + offset : base - offset;
}

std::uint64_t Editor::draw_number(const FieldInfo& info, std::uint64_t now) {
  const std::uint64_t edge = std::uint64_t{1} << random_.below(64);
  switch (random_.below(11)) {
    case 0:
    case 1: return random_.below(8);
    case 2: return info.fallback;
    case 3: return info.max - random_.below(2);
    case 4: return edge - random_.below(2);
    case 5: return kPage * random_.between(1, 64);
    case 6: return now + random_.between(1, 16);
    case 7: return now - random_.between(1, 16);
    case 8: return now ^ edge;
    case 9: return random_.percent(50) ? now * 2 : now / 2;
    default: return random_.next() >> random_.below(64);
  }
}

Value Editor::draw_ref(const FieldInfo& info, std::uint32_t user) {
  if (!info.required && random_.percent(60)) return {};
  if (random_.percent(4)) {
    return {.kind = Value::Kind::raw, .number = draw_number(info, 1), .text = {}, .list = {}};
  }
  format::LiveObjects objects;
  for (std::uint32_t i = 0; i < user; ++i) objects.add(program_.steps[i], i);
  auto steps = objects.named_by(info.type, random_.percent(8));
  if (steps.empty()) steps = objects.named_by(info.type, false);
  if (steps.empty() || random_.percent(6)) {
    const auto later = format::later_named_by(program_, user, info.type);
    if (!later.empty()) steps = later;
  }
  if (steps.empty()) {
    if (!info.required) return {};
    return {.kind = Value::Kind::raw, .number = random_.below(4), .text = {}, .list = {}};
  }
  // The newest one is what a client goes on with.
  const std::size_t pick = random_.percent(50) ? 0 : random_.below(steps.size());
  return {.kind = Value::Kind::ref, .number = steps[pick], .text = {}, .list = {}};
}

Value Editor::draw_value(const FieldInfo& info, std::uint32_t depth, std::uint32_t user) {
  switch (info.type) {
    case FieldType::number:
    case FieldType::size: return numbered(draw_number(info, info.fallback));
    case FieldType::time: return numbered(draw_time());
    case FieldType::va: return numbered(draw_va());
    case FieldType::word:
      if (random_.percent(3)) {
        return {.kind = Value::Kind::raw, .number = draw_number(info, 0), .text = {}, .list = {}};
      }
      return numbered(random_.below(info.words.size()));
    case FieldType::flags:
      if (random_.percent(5)) return numbered(draw_number(info, 0));
      return numbered(random_.below(std::uint64_t{1} << info.words.size()));
    case FieldType::text: {
      const auto names = format::name_pool();
      return {.kind = Value::Kind::text,
              .number = 0,
              .text = std::string(names[random_.below(names.size())]),
              .list = {}};
    }
    case FieldType::nodes: {
      Value value{.kind = Value::Kind::list, .number = 0, .text = {}, .list = {}};
      if (depth >= format::kNodeDepthMax) return value;
      const auto& types = format::nodes_of(info.group);
      const std::uint64_t items = info.group == NodeGroup::memory ? 1 : random_.between(1, 4);
      for (std::uint64_t i = 0; i < items; ++i) {
        value.list.push_back(draw_node(types[random_.below(types.size())], depth + 1, user));
      }
      return value;
    }
    default: return draw_ref(info, user);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as draw_value lets it.
Node Editor::draw_node(NodeType type, std::uint32_t depth, std::uint32_t user) {
  const auto& fields = contract::node_info(type).fields;
  Node node;
  node.type = static_cast<std::uint16_t>(type);
  for (const FieldInfo& info : fields) {
    const std::uint32_t chance = info.required    ? 100
                                 : is_odd(info)   ? subject_.odd_percent
                                 : is_list(info)  ? 70
                                                  : 25;
    node.fields.push_back(random_.percent(chance) ? draw_value(info, depth, user) : Value{});
  }
  return node;
}

void Editor::change_value(Value& value, const FieldInfo& info, std::uint32_t depth,
                          std::uint32_t user) {
  if (!info.required && value.kind != Value::Kind::absent && random_.percent(12)) {
    value = {};
    return;
  }
  const bool number = value.kind == Value::Kind::number;
  if (number && (info.type == FieldType::number || info.type == FieldType::size)) {
    value.number = draw_number(info, value.number);
    return;
  }
  if (number && info.type == FieldType::flags && random_.percent(80)) {
    value.number ^= std::uint64_t{1} << random_.below(info.words.size());
    return;
  }
  if (number && info.type == FieldType::time && random_.percent(40)) {
    value.number = random_.percent(50) ? value.number * 2 : value.number / 2;
    return;
  }
  value = draw_value(info, depth, user);
}

bool Editor::change_field() {
  const auto at = draw_step();
  if (!at) return false;
  std::vector<Place> places;
  collect(program_.steps[*at].op, 1, places);
  std::vector<std::uint32_t> weights;
  for (const Place& place : places) {
    const bool given = place.value->kind != Value::Kind::absent;
    const std::uint32_t rare = is_odd(*place.info) ? 1 + subject_.odd_percent / 4 : 6;
    weights.push_back(is_list(*place.info) && given ? 0 : given ? 20 : rare);
  }
  if (std::count(weights.begin(), weights.end(), 0u) == std::ssize(weights)) return false;
  const Place& place = places[random_.weighted(weights)];
  change_value(*place.value, *place.info, place.depth, static_cast<std::uint32_t>(*at));
  return true;
}

bool Editor::change_list() {
  // All lists of the Program, so that steps without one do not waste the try.
  std::vector<Place> lists;
  std::vector<std::uint32_t> users;
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    collect(program_.steps[i].op, 1, lists);
    users.resize(lists.size(), i);
  }
  std::vector<std::size_t> fitting;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const bool worth = is_list(*lists[i].info) && lists[i].depth < format::kNodeDepthMax;
    const bool plain = lists[i].info->group != NodeGroup::memory ||
                       random_.percent(3 + subject_.odd_percent);
    if (worth && plain) fitting.push_back(i);
  }
  if (fitting.empty()) return false;
  const std::size_t pick = fitting[random_.below(fitting.size())];
  const auto [value, info, depth] = lists[pick];
  std::vector<Node>& items = value->list;
  value->kind = Value::Kind::list;
  const auto place = [&] {
    return items.begin() + static_cast<std::ptrdiff_t>(random_.below(items.size()));
  };
  const std::uint64_t way = items.empty() ? 0 : random_.below(5);
  if (way <= 1) {
    const auto& types = format::nodes_of(info->group);
    Node item = draw_node(types[random_.below(types.size())], depth + 1, users[pick]);
    const auto before = static_cast<std::ptrdiff_t>(random_.below(items.size() + 1));
    items.insert(items.begin() + before, std::move(item));
  } else if (way == 2) {
    items.erase(place());
  } else if (way == 3) {
    Node copy = *place();
    items.insert(place(), std::move(copy));
  } else {
    std::iter_swap(place(), place());
  }
  return true;
}

}  // namespace protm::fuzz
