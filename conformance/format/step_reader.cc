// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/step_reader.h"

#include <algorithm>
#include <array>

#include "conformance/format/case_words.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/format/event_text.h"
#include "conformance/format/node_words.h"
#include "conformance/format/quantity.h"

namespace protm::format {

using contract::FieldInfo;
using contract::FieldType;
using contract::kNoStep;
using contract::Makes;
using contract::Node;
using contract::NodeGroup;
using contract::NodeInfo;
using contract::NodeType;
using contract::Step;
using contract::Value;

namespace {

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 40 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

constexpr std::string_view kNameForm =
    "expected a name of a-z, 0-9 and _ that starts with a letter";

bool is_step_key(std::string_view key) {
  return std::find(kStepKeys.begin(), kStepKeys.end(), key) != kStepKeys.end();
}

Value number_value(std::uint64_t number) {
  return Value{.kind = Value::Kind::number, .number = number, .text = {}, .list = {}};
}

/// What stands after a bare name: no fields.
YamlValue nothing_at(Place place) {
  YamlValue value;
  value.place = place;
  return value;
}


}  // namespace

void StepReader::read_actors(const YamlValue& actors) {
  if (!check_.is_map(actors, "actors")) return;
  for (const YamlEntry& entry : actors.entries) {
    if (!is_name(entry.key)) {
      check_.error(entry.key_place, "actor name " + in_quotes(entry.key), std::string(kNameForm));
    }
    if (program_.actors.size() == contract::kMaxActors) {
      check_.error(entry.key_place,
                   "'actors' has " + std::to_string(actors.entries.size()) + " entries",
                   "expected at most " + std::to_string(contract::kMaxActors));
      break;
    }
    program_.actors.push_back({.name = entry.key, .sys_nice = false, .sys_admin = false});
    find_steps(entry.value, static_cast<std::uint32_t>(program_.actors.size() - 1));
  }
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) read_step(i);
  current_ = kNoStep;  // what comes after the actors may name any step
}

void StepReader::find_steps(const YamlValue& actor, std::uint32_t number) {
  if (!check_.is_list(actor, program_.actors[number].name, contract::kMaxSteps)) return;
  for (const YamlValue& step : actor.items) {
    if (program_.steps.size() == contract::kMaxSteps) {
      check_.error(step, "the case has too many steps",
                   "expected at most " + std::to_string(contract::kMaxSteps) + " in all actors");
      return;
    }
    find_step(step, number);
  }
}

/// Finds a step's operation; one that has none is left out, after an error.
void StepReader::find_step(const YamlValue& step, std::uint32_t actor) {
  const auto names = node_names(NodeGroup::operation);
  Step found;
  found.actor = actor;
  if (step.is_scalar() && !step.is_null()) {
    const auto type = contract::node_by_name(NodeGroup::operation, step.scalar);
    if (!type) {
      check_.error(step, "no operation is named " + in_quotes(step.scalar),
                   expected_words(step.scalar, names));
      return;
    }
    found.op.type = static_cast<std::uint16_t>(*type);
  } else {
    if (!check_.is_map(step, "step")) return;
    const YamlEntry* op = nullptr;
    for (const YamlEntry& entry : step.entries) {
      if (is_step_key(entry.key)) continue;
      const auto type = contract::node_by_name(NodeGroup::operation, entry.key);
      if (!type) {
        check_.error(entry.key_place, "no operation is named " + in_quotes(entry.key),
                     expected_words(entry.key, names));
        return;
      }
      if (op != nullptr) {
        check_.error(entry.key_place,
                     "a step with " + in_quotes(op->key) + " and " + in_quotes(entry.key),
                     "expected one operation in a step");
        return;
      }
      op = &entry;
      found.op.type = static_cast<std::uint16_t>(*type);
    }
    if (op == nullptr) {
      check_.error(step, "a step without an operation", "expected one, such as 'vm_create: {}'");
      return;
    }
  }
  if (const YamlValue* times = step.find("repeat")) return repeat_step(step, *times, found);
  add_step(step, found);
  if (const YamlValue* id = step.find("id")) name_step(*id);
}

void StepReader::add_step(const YamlValue& source, const Step& step) {
  program_.steps.push_back(step);
  sources_.push_back(&source);
}

/// The step stands there `times` times; with an id they are id_1, id_2 ...
void StepReader::repeat_step(const YamlValue& source, const YamlValue& times, const Step& step) {
  const std::uint64_t left = contract::kMaxSteps - program_.steps.size();
  const auto count = check_.number(times, "repeat", left);
  if (count && *count == 0) check_.error(times, "'repeat' is '0'", "expected at least 1");
  const YamlValue* const id = source.find("id");
  for (std::uint64_t i = 1; i <= count.value_or(0); ++i) {
    add_step(source, step);
    if (id != nullptr) name_step(*id, "_" + std::to_string(i));
  }
}

void StepReader::name_step(const YamlValue& id, std::string_view suffix) {
  if (!check_.is_scalar(id, "id")) return;
  if (!is_name(id.scalar) || id.scalar == "drm") {
    check_.error(id, "step id " + in_quotes(id.scalar),
                 std::string(kNameForm) + ", and not 'drm', the file that all actors share");
    return;
  }
  const auto number = static_cast<std::uint32_t>(program_.steps.size() - 1);
  const std::string name = id.scalar + std::string(suffix);
  if (!by_name_.emplace(name, number).second) {
    check_.error(id, "a second step named " + in_quotes(name), "expected each id once");
    return;
  }
  program_.steps[number].id = name;
}

void StepReader::read_step(std::uint32_t number) {
  current_ = number;
  const YamlValue& source = *sources_[number];
  const auto type = static_cast<NodeType>(program_.steps[number].op.type);
  if (source.is_scalar()) {
    program_.steps[number].op = node(nothing_at(source.place), type, 1);
    return;
  }
  read_trigger(source, number);
  if (const YamlValue* device = source.find("device")) read_device(*device, number);
  for (const YamlEntry& entry : source.entries) {
    if (!is_step_key(entry.key)) program_.steps[number].op = node(entry.value, type, 1);
  }
}

/// Counts from 1; only for steps that name no file and concern one device.
void StepReader::read_device(const YamlValue& value, std::uint32_t number) {
  using enum NodeType;
  constexpr std::array kTypes{open, probe, unbind, suspend, resume, unplug};
  const auto type = static_cast<NodeType>(program_.steps[number].op.type);
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    check_.error(value, "'device' in a step that is not of one device",
                 "expected it with open, probe, unbind, suspend, resume or unplug");
    return;
  }
  const auto device = check_.number(value, "device", UINT32_MAX);
  if (!device) return;
  if (*device == 0 || *device > program_.devices) {
    check_.error(value, "'device' is '" + std::to_string(*device) + "'",
                 program_.devices == 1 ? "expected 1; 'machine: {devices: 2}' gives a second one"
                                       : "expected 1 or 2");
    return;
  }
  program_.steps[number].device = static_cast<std::uint32_t>(*device - 1);
}

void StepReader::read_trigger(const YamlValue& step, std::uint32_t number) {
  contract::Trigger& when = program_.steps[number].when;
  const YamlValue* at = step.find("at");
  const YamlValue* after = step.find("after");
  if (at != nullptr && after != nullptr) {
    check_.error(*after, "a step with 'at' and 'after'", "expected one of them");
    return;
  }
  if (at != nullptr) {
    when.at_ns = check_.time(*at, "at", contract::kMaxTimeNs).value_or(0);
  }
  if (after == nullptr || !check_.is_scalar(*after, "after")) return;
  std::string_view text = after->scalar;
  const std::size_t plus = text.find(" + ");
  if (plus != std::string_view::npos) {
    YamlValue delay = *after;
    delay.quoted = false;  // the quotes belong to the whole
    delay.scalar = text.substr(plus + 3);
    delay.place.column += static_cast<std::uint32_t>(plus + 3);
    delay.place.width = static_cast<std::uint32_t>(delay.scalar.size());
    when.delay_ns = check_.time(delay, "delay", contract::kMaxTimeNs).value_or(0);
    text = text.substr(0, plus);
  }
  when.after = event(*after, text, number).value_or(contract::EventSpec{});
}

std::optional<contract::EventSpec> StepReader::event(const YamlValue& value, std::string_view text,
                                                     std::uint32_t user) {
  ParsedEvent parsed = parse_event(text);
  const auto words = event_words();
  switch (parsed.problem) {
    case EventProblem::unknown_event:
      check_.error(value, "no event is named " + in_quotes(text), expected_words(text, words));
      return std::nullopt;
    case EventProblem::bad_count:
      check_.error(value, "the count in " + in_quotes(text), "expected x1 or more");
      return std::nullopt;
    case EventProblem::unknown_argument:
      if (parsed.arg == contract::EventArg::fault) {
        check_.error(value, "fault number " + in_quotes(parsed.argument),
                     "expected its place in 'faults', from 0");
      } else {
        check_.error(value, "event argument " + in_quotes(parsed.argument),
                     expected_words(parsed.argument, event_arg_words(parsed.arg)));
      }
      return std::nullopt;
    case EventProblem::none: break;
  }
  if (parsed.arg == contract::EventArg::fault && parsed.spec.arg >= program_.faults.size()) {
    check_.error(value, "fault number " + in_quotes(parsed.argument),
                 "expected its place in 'faults', from 0; the case has " +
                     std::to_string(program_.faults.size()));
    return std::nullopt;
  }
  if (parsed.arg != contract::EventArg::step) return parsed.spec;
  Wanted wanted{.any = true};
  using enum contract::EventKind;
  const auto kind = parsed.spec.kind;
  if (kind == group_on_slot || kind == group_off_slot) wanted = Wanted{.makes = Makes::group};
  if (kind == job_started || kind == job_ended || kind == fence_signalled) {
    wanted = Wanted{.makes = Makes::job};
  }
  const auto step = step_named(value.place, parsed.argument, wanted, user);
  if (!step) return std::nullopt;
  parsed.spec.arg = *step;
  return parsed.spec;
}

Node StepReader::node(const YamlValue& fields, NodeType type, std::uint32_t depth) {
  const NodeInfo& info = contract::node_info(type);
  Node made;
  made.type = static_cast<std::uint16_t>(type);
  made.fields.resize(info.fields.size());
  if (!fields.is_map() && !fields.is_null()) {
    bare_field(fields, made, depth);
    return made;
  }
  std::vector<std::string_view> keys;
  for (const FieldInfo& field : info.fields) keys.push_back(field.name);
  check_.known_keys(fields, info.name, keys);
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& one = info.fields[i];
    if (const YamlValue* value = fields.find(one.name)) {
      made.fields[i] = field(*value, one, depth);
    } else if (one.required) {
      check_.required(fields, info.name, one.name);
    }
  }
  if (type == NodeType::change_memory) check_change(fields, made);
  return made;
}

/// The region must be one that the call has, or the case would change what nobody reads.
void StepReader::check_change(const YamlValue& fields, const Node& node) {
  const Value& of = node.fields[*contract::field_index(contract::node_info(
      NodeType::change_memory), "of")];
  const Value& memory = node.fields[*contract::field_index(contract::node_info(
      NodeType::change_memory), "memory")];
  const bool known = of.kind == Value::Kind::ref && memory.kind == Value::Kind::number;
  if (!known) return;
  const auto target = static_cast<NodeType>(program_.steps[of.number].op.type);
  if (!contract::has_region(target) || contract::has_region(target, memory.number)) return;
  std::vector<std::string_view> words;
  for (std::size_t row = 0; row < contract::region_table().size(); ++row) {
    if (contract::has_region(target, row)) words.push_back(contract::region_table()[row].word);
  }
  const std::string_view word = contract::region_table()[memory.number].word;
  check_.error(*fields.find("memory"),
               "a " + std::string(contract::node_info(target).name) + " has no " + in_quotes(word) +
                   " in user memory",
               expected_words(word, words));
}

/// A value without a key stands for the node's only field that must be there.
void StepReader::bare_field(const YamlValue& value, Node& node, std::uint32_t depth) {
  const NodeInfo& info = contract::node_info(static_cast<NodeType>(node.type));
  const auto index = bare_field_of(info);
  if (!index) {
    std::string form = "expected " + std::string(info.name) + ": {";
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      form += (i == 0 ? "" : ", ") + std::string(info.fields[i].name) + ": ..";
    }
    check_.error(value, in_quotes(info.name) + " is " + what_it_is(value), form + "}");
    return;
  }
  node.fields[*index] = field(value, info.fields[*index], depth);
}

Value StepReader::field(const YamlValue& value, const FieldInfo& info, std::uint32_t depth) {
  std::optional<std::uint64_t> number;
  switch (info.type) {
    case FieldType::number:
    case FieldType::va: number = check_.number(value, info.name, info.max); break;
    case FieldType::size: number = check_.size(value, info.name, info.max); break;
    case FieldType::time: number = check_.time(value, info.name, contract::kMaxTimeNs); break;
    case FieldType::word: return word_field(value, info);
    case FieldType::flags: return flags_field(value, info);
    case FieldType::nodes: return nodes(value, info, depth);
    case FieldType::text: {
      auto text = check_.text(value, info.name, kTextMax);
      if (!text) return {};
      return Value{.kind = Value::Kind::text, .number = 0, .text = std::move(*text), .list = {}};
    }
    default: return ref_field(value, info);
  }
  return number ? number_value(*number) : Value{};
}

/// A number in place of a word is passed as it is, so that a case can ask for what does not exist.
Value StepReader::word_field(const YamlValue& value, const FieldInfo& info) {
  if (value.is_scalar() && !value.quoted) {
    if (const auto number = parse_number(value.scalar)) {
      return Value{.kind = Value::Kind::raw, .number = *number, .text = {}, .list = {}};
    }
  }
  const auto word = check_.word(value, info.name, info.words);
  return word ? number_value(*word) : Value{};
}

Value StepReader::flags_field(const YamlValue& value, const FieldInfo& info) {
  if (value.is_scalar() && !value.quoted) {
    if (const auto number = parse_number(value.scalar)) return number_value(*number);
  }
  if (!check_.is_list(value, info.name, 64)) return {};
  std::uint64_t bits = 0;
  for (const YamlValue& item : value.items) {
    const auto number = item.quoted ? std::nullopt : parse_number(item.scalar);
    if (item.is_scalar() && number) {
      bits |= *number;
    } else if (const auto word = check_.word(item, info.name, info.words)) {
      bits |= std::uint64_t{1} << *word;
    }
  }
  return number_value(bits);
}

Value StepReader::ref_field(const YamlValue& value, const FieldInfo& info) {
  const Makes makes = makes_of(info.type);
  if (value.is_scalar() && !value.quoted) {
    if (const auto number = parse_number(value.scalar)) {
      return Value{.kind = Value::Kind::raw, .number = *number, .text = {}, .list = {}};
    }
    if (makes == Makes::file && value.scalar == "$drm") return {};
  }
  const bool call = info.type == FieldType::ref_call;
  const auto step = reference(value, info.name, Wanted{.makes = makes, .any = call});
  if (!step) return {};
  const auto type = static_cast<NodeType>(program_.steps[*step].op.type);
  if (call && !contract::has_region(type)) {
    check_.error(value,
                 in_quotes(value.scalar) + " is a " + std::string(contract::node_info(type).name) +
                     ", which has no user memory",
                 "expected a call that takes 'args_memory', such as an ioctl");
    return {};
  }
  return Value{.kind = Value::Kind::ref, .number = *step, .text = {}, .list = {}};
}

Value StepReader::nodes(const YamlValue& list, const FieldInfo& info, std::uint32_t depth) {
  const auto items_max = std::min<std::uint64_t>(info.max, contract::kMaxListItems);
  if (!check_.is_list(list, info.name, items_max)) return {};
  if (depth > kNodeDepthMax) {
    check_.error(list, in_quotes(info.name) + " is nested too deeply",
                 "expected at most " + std::to_string(kNodeDepthMax) + " levels");
    return {};
  }
  Value value;
  value.kind = Value::Kind::list;
  for (const YamlValue& item : list.items) {
    if (auto made = list_item(item, info.group, depth)) value.list.push_back(std::move(*made));
  }
  return value;
}

std::optional<Node> StepReader::list_item(const YamlValue& item, NodeGroup group,
                                          std::uint32_t depth) {
  // A group with one type needs no name: queues: [{ringbuf: 4KiB}].
  const auto& types = nodes_of(group);
  const std::string_view first_name = contract::node_info(types[0]).name;
  if (types.size() == 1 && item.is_map() && item.find(first_name) == nullptr) {
    return node(item, types[0], depth + 1);
  }
  // Nor more than the one field that it needs: syncobjs: [$a, $b].
  if (types.size() == 1 && item.is_scalar() && item.scalar.starts_with('$')) {
    return node(item, types[0], depth + 1);
  }
  const auto names = node_names(group);
  const bool bare = item.is_scalar() && !item.is_null();
  if (!bare && (!item.is_map() || item.entries.size() != 1)) {
    check_.error(item, "a list item is " + what_it_is(item),
                 "expected one name and its fields, such as {" + std::string(names[0]) + ": {}}");
    return std::nullopt;
  }
  const std::string& name = bare ? item.scalar : item.entries[0].key;
  const auto type = contract::node_by_name(group, name);
  if (!type) {
    check_.error(bare ? item.place : item.entries[0].key_place, "unknown " + in_quotes(name),
                 expected_words(name, names));
    return std::nullopt;
  }
  if (bare) return node(nothing_at(item.place), *type, depth + 1);
  return node(item.entries[0].value, *type, depth + 1);
}

std::optional<std::uint32_t> StepReader::reference(const YamlValue& value, std::string_view what,
                                                   Wanted wanted) {
  if (!check_.is_scalar(value, what)) return std::nullopt;
  if (!value.scalar.starts_with('$')) {
    const std::string kind(wanted.any ? "step" : makes_word(wanted.makes));
    check_.error(value, in_quotes(what) + " is " + what_it_is(value),
                 "expected a reference such as $" +
                     std::string(wanted.any ? "id" : makes_prefix(wanted.makes)) + " to a " + kind);
    return std::nullopt;
  }
  return step_named(value.place, std::string_view(value.scalar).substr(1), wanted, current_);
}

/// A step can use what ran before it in its own actor, and anything of another actor.
bool StepReader::may_use(std::uint32_t user, std::uint32_t step) const {
  if (user == kNoStep) return true;
  return step < user || program_.steps[step].actor != program_.steps[user].actor;
}

std::vector<std::string_view> StepReader::names_of(Wanted wanted, std::uint32_t user) const {
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    const Step& step = program_.steps[i];
    const auto makes = contract::node_info(static_cast<NodeType>(step.op.type)).makes;
    const bool fits = (wanted.any || makes == wanted.makes) && may_use(user, i);
    if (fits && !step.id.empty()) names.push_back(step.id);
  }
  return names;
}

std::optional<std::uint32_t> StepReader::step_named(Place place, std::string_view name,
                                                    Wanted wanted, std::uint32_t user) {
  const auto found = by_name_.find(name);
  const auto names = names_of(wanted, user);
  const std::string shown = "$" + std::string(name);
  if (found == by_name_.end()) {
    const std::string kind(wanted.any ? "step" : makes_word(wanted.makes));
    check_.error(place, "no step is named " + in_quotes(shown),
                 names.empty() ? "expected a " + kind + " with an id; this step can use none"
                               : expected_words(name, names));
    return std::nullopt;
  }
  const std::uint32_t step = found->second;
  const auto& info = contract::node_info(static_cast<NodeType>(program_.steps[step].op.type));
  if (!wanted.any && info.makes != wanted.makes) {
    check_.error(place,
                 in_quotes(shown) + " is a " + std::string(info.name) + ", which makes " +
                     (info.makes == Makes::nothing ? "" : "a ") +
                     std::string(makes_word(info.makes)),
                 "expected a " + std::string(makes_word(wanted.makes)));
    return std::nullopt;
  }
  if (!may_use(user, step)) {
    check_.error(place, in_quotes(shown) + (step == user ? " is the step itself" : " comes later"),
                 "expected an earlier step of the same actor, or a step of another actor");
    return std::nullopt;
  }
  return step;
}

}  // namespace protm::format
