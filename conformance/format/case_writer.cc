// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/case_writer.h"

#include <algorithm>
#include <bit>

#include "conformance/format/case_words.h"
#include "conformance/format/event_text.h"
#include "conformance/format/fault_text.h"
#include "conformance/format/node_words.h"
#include "conformance/format/program_order.h"
#include "conformance/format/quantity.h"
#include "conformance/format/schedule_text.h"
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/contract/capability.h"

namespace protm::format {
namespace {

using contract::Fact;
using contract::FactKind;
using contract::FieldInfo;
using contract::FieldType;
using contract::Node;
using contract::NodeGroup;
using contract::NodeInfo;
using contract::NodeType;
using contract::Program;
using contract::Step;
using contract::Value;

constexpr std::size_t kColumns = 100;
/// Stands after a comma where a line may end; never part of a text.
constexpr char kBreak = '\x01';

/// A scalar that means the same with and without quotes, also inside [] and {}.
bool is_plain(std::string_view text) {
  if (text.empty() || text == "null" || text == "none" || parse_number(text)) return false;
  const char first = text.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  return letter && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.' || c == '/';
         });
}

/// With the end of a line as YAML writes it, which single quotes cannot.
std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string in_quotes(std::string_view text) {
  if (text.find('\n') != std::string_view::npos) return in_double_quotes(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c < ' ' && c >= 0 ? ' ' : c;
  }
  return out + "'";
}

std::string scalar(std::string_view text) {
  return is_plain(text) ? std::string(text) : in_quotes(text);
}

/// Prose outside of [] and {}: quotes only where YAML would see structure.
std::string prose(std::string_view text) {
  if (text.empty()) return "''";
  const char first = text.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  const bool plain = letter && text != "null" && text.back() != ':' && text.back() != ' ' &&
                     text.find(": ") == text.npos && text.find(" #") == text.npos &&
                     std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  return plain ? std::string(text) : in_quotes(text);
}

/// "{a: 1, b: 2}" or "[a, b]".
class Flow {
 public:
  explicit Flow(char open) : text_(1, open), close_(open == '{' ? '}' : ']') {}
  void item(std::string_view text) {
    if (!empty_) {
      text_ += ',';
      text_ += kBreak;
    }
    empty_ = false;
    text_ += text;
  }
  void entry(std::string_view key, std::string_view value) {
    item(std::string(key) + ": " + std::string(value));
  }
  [[nodiscard]] bool empty() const { return empty_; }
  [[nodiscard]] std::string done() const { return text_ + close_; }

 private:
  std::string text_;
  char close_;
  bool empty_ = true;
};

/// Ends lines at breaks so that they fit, further lines indented by `indent`.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kBreak), text.size());
    const std::string_view piece = text.substr(0, end);
    if (!out.empty() && column + 1 + piece.size() > kColumns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!out.empty()) {
      out += ' ';
      ++column;
    }
    out += piece;
    column += piece.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

std::string flags_text(std::uint64_t bits, std::span<const std::string_view> words) {
  Flow flow('[');
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((bits >> i & 1) != 0) flow.item(words[i]);
  }
  const std::uint64_t known = (std::uint64_t{1} << words.size()) - 1;
  if ((bits & ~known) != 0) flow.item(hex_text(bits & ~known));
  return flow.done();
}

std::string word_text(std::uint64_t index, std::span<const std::string_view> words) {
  return index < words.size() ? std::string(words[index]) : number_text(index);
}

class CaseWriter {
 public:
  CaseWriter(Program program, Defaults defaults)
      : program_(std::move(program)), defaults_(defaults) {
    sort_by_actor(program_);
    name_used_steps(program_);
  }

  std::string write() {
    out_ = "schema: 1\n";
    head();
    machine();
    firmware_and_heap();
    actors();
    faults();
    schedule();
    facts();
    return std::move(out_);
  }

 private:
  void line(std::string_view text, std::size_t indent = 2) { out_ += wrapped(text, indent); }
  void entry(std::string_view key, const std::string& value) {
    line(std::string(key) + ": " + value);
  }

  void head() {
    if (!program_.id.empty()) entry("id", scalar(program_.id));
    if (!program_.id.empty() || !program_.entries.empty()) {
      Flow flow('[');
      for (const std::string& name : program_.entries) flow.item(scalar(name));
      entry("entries", flow.done());
    }
    if (!program_.id.empty() || !program_.title.empty()) entry("title", prose(program_.title));
    if (!program_.id.empty() || !program_.why.empty()) entry("why", prose(program_.why));
    Flow needs('[');
    for (const auto& row : contract::capability_table()) {
      if (contract::has(program_.requires_mask, row.id)) needs.item(row.name);
    }
    if (!needs.empty()) entry("requires", needs.done());
  }

  void machine() {
    const vocab::MachineConfig& config = program_.machine;
    const vocab::MachineConfig base = vocab::config_by_name(config.name)
                                          .value_or(*vocab::config_by_name("arch10-fw1"));
    Flow flow('{'), rest('{');
    (config.name == vocab::config_names()[0] ? rest : flow).entry("config", config.name);
    const auto number = [&](MachineNumber which, std::uint32_t now, std::uint32_t usual) {
      const std::string_view name = kMachineNumbers[static_cast<std::size_t>(which)];
      (now == usual ? rest : flow).entry(name, std::to_string(now));
    };
    number(MachineNumber::csg_slots, config.csg_slots, base.csg_slots);
    number(MachineNumber::cs_per_csg, config.cs_per_csg, base.cs_per_csg);
    number(MachineNumber::as_count, static_cast<std::uint32_t>(std::popcount(config.as_present)),
           static_cast<std::uint32_t>(std::popcount(base.as_present)));
    (config.coherent == base.coherent ? rest : flow)
        .entry("coherent", word_text(config.coherent, kNoYes));
    for (const auto& row : vocab::latency_table()) {
      const auto i = static_cast<std::size_t>(row.id);
      const bool named = (config.latencies_named >> i & 1) != 0;
      (named ? flow : rest).entry(row.name, time_text(config.latency_ns[i]));
    }
    for (const auto& row : vocab::switch_table()) {
      const std::uint8_t word = config.word(row.id);
      (word == row.default_word ? rest : flow).entry(row.name, word_text(word, row.words));
    }
    if (program_.devices != 1) flow.entry("devices", std::to_string(program_.devices));
    (config.latency_seed == 0 ? rest : flow).entry("seed", number_text(config.latency_seed));
    if (!flow.empty()) entry("machine", flow.done());
    comment("machine defaults", rest, 0);
  }

  /// Says defaults in a comment, which reading leaves out again.
  void comment(std::string_view what, const Flow& flow, std::size_t indent) {
    if (defaults_ == Defaults::leave_out || flow.empty()) return;
    const std::string lead = std::string(indent, ' ') + "# ";
    std::string text = wrapped(lead + std::string(what) + ": " + flow.done(), 0);
    for (std::size_t at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1)) {
      text.insert(at + 1, lead + "  ");
    }
    out_ += text;
  }

  static std::string odd_words(std::span<const vocab::fw_image::OddWord> words) {
    Flow list('[');
    for (const vocab::fw_image::OddWord& word : words) {
      Flow item('{');
      item.entry("at", hex_text(word.at));
      item.entry("is", hex_text(word.value));
      list.item(item.done());
    }
    return list.done();
  }

  void firmware_and_heap() {
    const Program base;
    const auto& spec = program_.firmware;
    Flow fw('{'), fw_rest('{');
    (spec.prot_sections == base.firmware.prot_sections ? fw_rest : fw)
        .entry("prot_sections", std::to_string(spec.prot_sections));
    (spec.prot_flavour == 0 ? fw_rest : fw)
        .entry("prot", word_text(spec.prot_flavour, kProtFlavours));
    if (spec.patched != 0) fw.entry("patch", odd_words(std::span(spec.patch).first(spec.patched)));
    if (spec.said != 0) fw.entry("says", odd_words(std::span(spec.says).first(spec.said)));
    (spec.truncate_to == 0 ? fw_rest : fw).entry("truncate_to", size_text(spec.truncate_to));
    if (!fw.empty()) entry("firmware", fw.done());
    comment("firmware defaults", fw_rest, 0);
    if (program_.boot != contract::Boot::probed) entry("boot", "cold");
    Flow heap('{'), rest('{');
    const bool usual = program_.heap_param_set && program_.heap_param == kDefaultHeapName;
    (usual ? rest : heap)
        .entry("param", program_.heap_param_set ? scalar(program_.heap_param) : "none");
    (program_.heap_present ? rest : heap).entry("present", program_.heap_present ? "yes" : "no");
    (program_.heap_protected ? rest : heap)
        .entry("protected", program_.heap_protected ? "yes" : "no");
    if (!heap.empty()) entry("heap", heap.done());
    comment("heap defaults", rest, 0);
  }

  void actors() {
    out_ += program_.actors.empty() ? "actors: {}\n" : "actors:\n";
    Flow caps('{');
    for (std::uint32_t actor = 0; actor < program_.actors.size(); ++actor) {
      const contract::Actor& one = program_.actors[actor];
      std::string words;
      if (one.sys_nice) words = kCapWords[0];
      if (one.sys_admin) words += (words.empty() ? "" : ", ") + std::string(kCapWords[1]);
      if (!words.empty()) caps.entry(one.name, "[" + words + "]");
      const bool any = std::any_of(program_.steps.begin(), program_.steps.end(),
                                   [actor](const Step& step) { return step.actor == actor; });
      out_ += "  " + one.name + (any ? ":\n" : ": []\n");
      for (const Step& s : program_.steps) {
        if (s.actor == actor) step(s);
      }
    }
    if (!caps.empty()) entry("caps", caps.done());
  }

  void step(const Step& step) {
    Flow flow('{');
    if (step.when.after.kind != contract::EventKind::none) {
      std::string text = event_text(step.when.after, program_.steps);
      if (step.when.delay_ns != 0) text += " + " + time_text(step.when.delay_ns);
      flow.entry("after", text);
    } else if (step.when.at_ns != 0) {
      flow.entry("at", time_text(step.when.at_ns));
    }
    if (!step.id.empty()) flow.entry("id", step.id);
    if (step.device != 0) flow.entry("device", std::to_string(step.device + 1));
    flow.item(node(step.op));
    if (defaults_ == Defaults::all) {
      Flow rest('{');
      absent_fields(step.op, rest);
      comment("defaults", rest, 4);
    }
    line("    - " + flow.done(), 7);
  }

  void absent_fields(const Node& node, Flow& rest) {
    const NodeInfo& info = contract::node_info(static_cast<NodeType>(node.type));
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      const FieldInfo& field = info.fields[i];
      if (node.fields[i].kind == Value::Kind::absent) {
        rest.entry(field.name, default_text(field));
      }
      for (const Node& item : node.fields[i].list) absent_fields(item, rest);
    }
  }

  static std::string default_text(const FieldInfo& field) {
    if (field.type == FieldType::ref_file) return "$drm";
    if (makes_of(field.type) != contract::Makes::nothing) return "none";
    if (field.type == FieldType::nodes) return "[]";
    if (field.fallback == UINT64_MAX) return "fitting";
    Value value;
    value.kind = Value::Kind::number;
    value.number = field.fallback;
    return number(value, field);
  }

  /// "name: value", "name: {..}" or "name".
  std::string node(const Node& node) {
    const NodeInfo& info = contract::node_info(static_cast<NodeType>(node.type));
    const auto bare = bare_field_of(info);
    Flow flow('{');
    std::uint32_t given = 0;
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      if (node.fields[i].kind == Value::Kind::absent) continue;
      ++given;
      flow.entry(info.fields[i].name, value(node.fields[i], info.fields[i]));
    }
    std::string text(info.name);
    const bool alone = given == 1 && bare && node.fields[*bare].kind != Value::Kind::absent;
    return text + ": " + (alone ? value(node.fields[*bare], info.fields[*bare]) : flow.done());
  }

  std::string list_item(const Node& item) {
    const NodeInfo& info = contract::node_info(static_cast<NodeType>(item.type));
    const bool nameless = info.group == NodeGroup::queue || info.group == NodeGroup::point ||
                          info.group == NodeGroup::job;
    if (nameless) {
      Flow flow('{');
      for (std::size_t i = 0; i < info.fields.size(); ++i) {
        if (item.fields[i].kind == Value::Kind::absent) continue;
        flow.entry(info.fields[i].name, value(item.fields[i], info.fields[i]));
      }
      return flow.done();
    }
    return info.fields.empty() ? std::string(info.name) : "{" + node(item) + "}";
  }

  std::string value(const Value& value, const FieldInfo& field) {
    switch (value.kind) {
      case Value::Kind::ref: return step_name(static_cast<std::uint32_t>(value.number));
      case Value::Kind::raw: return number_text(value.number);
      case Value::Kind::text: return scalar(value.text);
      case Value::Kind::number: return number(value, field);
      case Value::Kind::list: {
        Flow flow('[');
        for (const Node& item : value.list) flow.item(list_item(item));
        return flow.done();
      }
      case Value::Kind::absent: break;
    }
    return "";
  }

  static std::string number(const Value& value, const FieldInfo& field) {
    switch (field.type) {
      case FieldType::size: return size_text(value.number);
      case FieldType::time: return time_text(value.number);
      case FieldType::va: return hex_text(value.number);
      case FieldType::word: return word_text(value.number, field.words);
      case FieldType::flags: return flags_text(value.number, field.words);
      default: return number_text(value.number);
    }
  }

  std::string step_name(std::uint32_t number) {
    if (number >= program_.steps.size()) return number_text(number);
    return "$" + program_.steps[number].id;
  }

  void faults() {
    if (program_.faults.empty()) return;
    out_ += "faults:\n";
    for (const contract::Fault& fault : program_.faults) {
      line("  - " + (fault.host ? call_fault(fault.call) : machine_fault(fault.machine)), 5);
    }
  }

  static std::string machine_fault(const vocab::MachineFault& fault) {
    Flow flow('{');
    flow.entry("machine", vocab::fault_table()[static_cast<std::size_t>(fault.kind)].name);
    if (target_form(fault.kind) == TargetForm::as_number) {
      flow.entry("target", number_text(fault.target));
    }
    for (const TargetWord& word : target_words(fault.kind)) {
      if (word.value == fault.target) flow.entry("target", word.name);
    }
    if (fault.slot != vocab::kAnySlot) flow.entry("slot", number_text(fault.slot));
    if (fault.nth != 1) flow.entry("nth", number_text(fault.nth));
    if (fault.times == vocab::kForever) flow.entry("times", "forever");
    else if (fault.times != 1) flow.entry("times", number_text(fault.times));
    if (fault.value_ns != 0) flow.entry("value", time_text(fault.value_ns));
    if (fault.hold_ns != 0) flow.entry("hold", time_text(fault.hold_ns));
    return flow.done();
  }

  static std::string call_fault(const contract::HostFault& fault) {
    Flow flow('{');
    flow.entry("call", scalar(fault.call));
    flow.entry("role", scalar(fault.role));
    if (fault.nth != 1) flow.entry("nth", number_text(fault.nth));
    if (fault.value > 0) flow.entry("short_by", size_text(static_cast<std::uint64_t>(fault.value)));
    else flow.entry("error", vocab::errno_name(static_cast<int>(fault.value)));
    return flow.done();
  }

  void schedule() {
    if (!program_.schedule.empty()) out_ += "schedule:\n";
    for (const contract::ScheduleEntry& one : program_.schedule) {
      Flow flow('{');
      const bool run = one.verb == contract::ScheduleEntry::Verb::run;
      flow.entry(run ? "run" : "let", task_text(one.task, program_.actors));
      flow.entry("until", point_text(one.until));
      line("  - " + flow.done(), 5);
    }
    const contract::ExploreSpec& spec = program_.explore;
    if (!spec.active()) return;
    Flow flow('{');
    const bool random = spec.pct_depth != 0;
    flow.entry(random ? "pct" : "preemptions",
               number_text(random ? spec.pct_depth : spec.preemptions));
    if (spec.runs != 0) flow.entry("runs", number_text(spec.runs));
    if (spec.seed != 1) flow.entry("seed", number_text(spec.seed));
    Flow tasks('[');
    for (const auto& task : spec.tasks) tasks.item(task_text(task, program_.actors));
    if (!tasks.empty()) flow.entry("tasks", tasks.done());
    entry("explore", flow.done());
  }

  void facts() {
    Flow reaches('[');
    for (const auto& event : program_.reaches) reaches.item(event_text(event, program_.steps));
    if (!reaches.empty()) entry("reaches", reaches.done());
    if (program_.then.empty()) return;
    out_ += "then:\n";
    for (const Fact& one : program_.then) line("  - " + fact(one), 5);
  }

  std::string fact(const Fact& fact) {
    Flow flow('{');
    switch (fact.kind) {
      case FactKind::result:
        flow.entry("result", step_name(fact.step));
        flow.entry("is", result_text(fact.value));
        break;
      case FactKind::fence:
        flow.entry("fence", step_name(fact.step));
        flow.entry("is", fact.value == 0 ? "signalled"
                                         : vocab::errno_name(static_cast<int>(fact.value)));
        break;
      case FactKind::output:
        flow.entry("output", step_name(fact.step));
        if (fact.index != 0) flow.entry("field", number_text(fact.index));
        flow.entry("is", number_text(fact.value));
        break;
      case FactKind::memory:
        flow.entry("memory", step_name(fact.step));
        if (fact.offset != 0) flow.entry("offset", number_text(fact.offset));
        flow.entry("is", number_text(fact.value));
        break;
      case FactKind::never: flow.entry("never", event_text(fact.event, program_.steps)); break;
      case FactKind::at_most:
        flow.entry("at_most", number_text(fact.value));
        flow.entry("of", event_text(fact.event, program_.steps));
        break;
      case FactKind::group_state:
        flow.entry("group_state", step_name(fact.step));
        flow.entry("is", flags_text(fact.value, kGroupStates));
        break;
      case FactKind::lead: flow.entry("lead", number_text(fact.value)); break;
    }
    return flow.done();
  }

  static std::string result_text(std::uint64_t value) {
    const auto number = static_cast<std::int64_t>(value);
    const bool error = number < 0 && number > -4096;
    const std::string_view name = error ? vocab::errno_name(static_cast<int>(number)) : "";
    return name.empty() ? number_text(value) : std::string(name);
  }

  Program program_;
  Defaults defaults_;
  std::string out_;
};

}  // namespace

std::string write_case(const Program& program, Defaults defaults) {
  return CaseWriter(program, defaults).write();
}

}  // namespace protm::format
