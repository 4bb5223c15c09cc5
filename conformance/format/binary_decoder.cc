// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "conformance/format/binary.h"
#include "conformance/format/binary_code.h"
#include "conformance/format/binary_layout.h"
#include "conformance/format/case_words.h"
#include "conformance/format/fault_text.h"
#include "conformance/format/node_words.h"
#include "conformance/format/program_order.h"
#include "conformance/format/ready_made.h"
#include "conformance/format/schedule_text.h"
#include "gpu-model/vocab/errno.h"

namespace protm::format {
namespace {

using contract::EventArg;
using contract::FieldInfo;
using contract::FieldType;
using contract::Makes;
using contract::Node;
using contract::NodeType;
using contract::Program;
using contract::Step;
using contract::Value;
using vocab::MachineConfig;

/// Marks a reference to a later step until all steps are known.
constexpr std::uint64_t kLaterRef = std::uint64_t{1} << 32;
constexpr std::uint32_t kLaterArg = 1u << 31;

Value number_value(std::uint64_t number) {
  return Value{.kind = Value::Kind::number, .number = number, .text = {}, .list = {}};
}
Value raw_value(std::uint64_t number) {
  return Value{.kind = Value::Kind::raw, .number = number, .text = {}, .list = {}};
}

class Decoder {
 public:
  explicit Decoder(std::span<const std::uint8_t> bytes) : in_(bytes), ready_(program_, objects_) {}

  Program run() {
    in_.u8();  // the version: there is only one
    const auto swarm = static_cast<std::uint16_t>(in_.number(2));
    const OpcodeMap opcodes(swarm);
    // Without swarm weights the bytes are an encoded Program.
    const std::uint32_t most = swarm == 0 ? contract::kMaxSteps : contract::kMaxRandomSteps;
    header();
    while (!in_.exhausted() && program_.steps.size() < most) {
      one(opcodes.opcode(in_.u8()));
    }
    drop_unused_actors();
    sort_by_actor(program_);
    resolve_later();
    settle_changes();
    name_used_steps(program_);
    return std::move(program_);
  }

 private:
  void header() {
    const std::uint8_t config = in_.u8();
    if (config >= layout::kOtherConfig) {
      const auto names = vocab::config_names();
      program_.machine = *vocab::config_by_name(names[(config & 15) % names.size()]);
    }
    if (in_.u8() >= layout::kCold) program_.boot = contract::Boot::cold;
    const std::uint8_t image = in_.u8();
    if (image >= layout::kFirmware) firmware();
    if (image >= layout::kFirmwareWords) {
      contract::FirmwareSpec& spec = program_.firmware;
      spec.patched = odd_words(kPatchEnd, spec.patch);
      spec.said = odd_words(kSaysEnd, spec.says);
    }
    heap();
    seed();
    sys_nice_ = in_.u8();
    if (in_.u8() >= layout::kNumbers) machine_numbers();
    latencies();
    switches();
  }

  void firmware() {
    program_.firmware.prot_sections = static_cast<std::uint8_t>(in_.u8() % (kProtSectionsMax + 1));
    program_.firmware.prot_flavour = static_cast<std::uint8_t>(in_.u8() % kProtFlavours.size());
    const auto bytes = read_tagged(in_, layout::kTruncateScale);
    program_.firmware.truncate_to = static_cast<std::uint32_t>(bytes.value_or(0));
  }

  std::uint8_t odd_words(std::uint32_t end, std::span<vocab::fw_image::OddWord> words) {
    const auto count = static_cast<std::uint8_t>(in_.u8() % (words.size() + 1));
    for (vocab::fw_image::OddWord& word : words.first(count)) {
      const std::uint64_t at = read_tagged(in_, layout::kWordAtScale).value_or(0) % end;
      word.at = static_cast<std::uint32_t>(at & ~std::uint64_t{3});
      word.value = static_cast<std::uint32_t>(read_tagged(in_, layout::kWordScale).value_or(0));
    }
    return count;
  }

  void heap() {
    program_.heap_param = kDefaultHeapName;
    if (in_.u8() < layout::kHeap) return;
    const std::uint8_t flags = in_.u8();
    program_.heap_param_set = (flags & layout::kHeapSet) != 0;
    program_.heap_present = (flags & layout::kHeapPresent) != 0;
    program_.heap_protected = (flags & layout::kHeapProtected) != 0;
    if ((flags & layout::kSysAdmin) != 0) sys_admin_ = in_.u8();
    program_.heap_param = program_.heap_param_set ? read_text(in_, name_pool()) : "";
  }

  void seed() {
    const std::uint8_t tag = in_.u8();
    if (tag < layout::kSmallSeed) return;
    const bool wide = tag >= layout::kWideSeed;
    program_.machine.latency_seed = wide ? in_.number(8) : tag - layout::kSmallSeed + 1;
  }

  void machine_numbers() {
    MachineConfig& config = program_.machine;
    const MachineConfig base = config;
    config.csg_slots = 1 + in_.u8() % vocab::kMaxCsgSlots;
    config.cs_per_csg = 1 + in_.u8() % vocab::kMaxCsPerCsg;
    config.as_present = (1u << (1 + in_.u8() % vocab::kMaxAs)) - 1;
    config.coherent = in_.u8() & 1;
    if (!vocab::config_problem(config).empty()) config = base;
  }

  void latencies() {
    const std::uint8_t tag = in_.u8();
    if (tag < layout::kLatencies) return;
    for (std::uint32_t left = tag & 15; left > 0; --left) {
      const auto which = static_cast<vocab::Latency>(in_.u8() % vocab::kLatencyCount);
      const std::uint64_t ns = read_tagged(in_, kTimeScale).value_or(1);
      program_.machine.set_latency(which, std::max<std::uint64_t>(ns, 1));
    }
  }

  void switches() {
    const std::uint8_t tag = in_.u8();
    if (tag < layout::kFewSwitches) return;
    for (std::uint32_t left = tag & (tag < layout::kSwitches ? 3 : 31); left > 0; --left) {
      const auto& row = vocab::switch_table()[in_.u8() % vocab::kSwitchCount];
      const auto word = static_cast<std::uint8_t>(in_.u8() % row.words.size());
      program_.machine.set_switch(row.id, word);
    }
  }

  void one(std::uint32_t opcode) {
    if (opcode >= operation_count()) return extra(static_cast<Extra>(opcode - operation_count()));
    take_actor();
    Step step;
    step.actor = actor_;
    step.when = trigger();
    complete_ = true;
    step.op = node(static_cast<NodeType>(opcode), 1);
    if (!complete_) return;
    if (opcode == static_cast<std::uint32_t>(NodeType::heap_register)) {
      registered_.push_back(step.op.fields.front().text);
    }
    objects_.add(step, static_cast<std::uint32_t>(program_.steps.size()));
    program_.steps.push_back(std::move(step));
  }

  void extra(Extra extra) {
    if (extra == Extra::machine_fault || extra == Extra::call_fault) {
      contract::Fault fault;
      fault.host = extra == Extra::call_fault;
      if (fault.host) fault.call = call_fault();
      else fault.machine = machine_fault();
      if (program_.faults.size() < contract::kMaxFaults) program_.faults.push_back(fault);
      return;
    }
    if (extra == Extra::turn) return turn();
    if (extra == Extra::explore) return explore();
    take_actor();
    ready_.add_job(extra == Extra::job ? JobKind::normal : JobKind::protected_region, actor_, in_);
  }

  void turn() {
    contract::ScheduleEntry entry;
    entry.verb = static_cast<contract::ScheduleEntry::Verb>(in_.u8() & 1);
    entry.task = task();
    const std::uint8_t tag = in_.u8();
    const auto kinds = static_cast<std::uint32_t>(contract::PointKind::count);
    entry.until.kind = static_cast<contract::PointKind>((tag & ~layout::kObject) % kinds);
    if ((tag & layout::kObject) != 0) entry.until.object = read_text(in_, role_pool());
    entry.until.count = positive(read_tagged(in_, layout::kCountScale));
    // What has no form in YAML is no point.
    if (parse_point(point_text(entry.until)) != entry.until) entry.until.object.clear();
    if (program_.schedule.size() < contract::kMaxScheduleEntries) {
      program_.schedule.push_back(entry);
    }
  }

  void explore() {
    contract::ExploreSpec spec;
    spec.preemptions = in_.u8() % (contract::kMaxPreemptions + 1);
    spec.pct_depth = in_.u8() % (contract::kMaxPctDepth + 1);
    if (spec.preemptions != 0) spec.pct_depth = 0;
    spec.runs = static_cast<std::uint32_t>(read_tagged(in_, layout::kCountScale).value_or(0) %
                                           1'000'000);
    spec.seed = read_tagged(in_, kPlainScale).value_or(1);
    for (std::uint32_t left = in_.u8() % (layout::kExploreTasksMax + 1); left > 0; --left) {
      spec.tasks.push_back(task());
    }
    program_.explore = spec.active() ? spec : contract::ExploreSpec{};
  }

  contract::TaskSpec task() {
    const std::uint8_t tag = in_.u8();
    if (tag < layout::kRoleTask) return {.actor = tag % contract::kMaxActors, .role = {}};
    const auto table = contract::task_role_table();
    const auto row = (tag - layout::kRoleTask) % table.size();
    return {.actor = contract::TaskSpec::kNoActor, .role = std::string(table[row].word)};
  }

  void take_actor() {
    const std::uint8_t tag = in_.u8();
    if (tag >= layout::kActor) actor_ = tag % contract::kMaxActors;
  }

  contract::Trigger trigger() {
    contract::Trigger when;
    const std::uint8_t tag = in_.u8();
    if (tag < layout::kAt) return when;
    if (tag < layout::kAfter) {
      when.at_ns = read_tagged(in_, kTimeScale).value_or(0);
      return when;
    }
    const auto kinds = static_cast<std::uint32_t>(contract::EventKind::count) - 1;
    const auto kind = static_cast<contract::EventKind>(1 + in_.u8() % kinds);
    const auto arg = event_arg(kind);
    const std::uint32_t count = event_count();
    when.delay_ns = read_tagged(in_, kTimeScale).value_or(0);
    if (!arg) return {};
    when.after = {.kind = kind, .arg = *arg, .count = count};
    return when;
  }

  std::uint32_t event_count() {
    const std::uint8_t tag = in_.u8();
    if (tag < layout::kCount) return 1;
    if (tag < layout::kWideCount) return 1 + tag % 4;
    return positive(read_tagged(in_, layout::kCountScale));
  }

  /// The event's argument, or nothing when no step fits: then the step has no trigger.
  std::optional<std::uint32_t> event_arg(contract::EventKind kind) {
    const EventArg form = event_argument(kind);
    if (form == EventArg::none) return 0;
    if (form == EventArg::fault) return in_.u8() % contract::kMaxFaults;
    if (form != EventArg::step) {
      return static_cast<std::uint32_t>(in_.u8() % layout::event_words(form).size());
    }
    const bool later = ref_class(in_.u8(), true) == RefClass::later;
    const std::uint8_t index = in_.u8();
    if (later) return kLaterArg | index;
    const auto steps = objects_.all(*step_argument(kind));
    if (steps.empty()) return std::nullopt;
    return steps[index % steps.size()];
  }

  Node node(NodeType type, std::uint32_t depth) {
    Node made = empty_node(type);
    // A name that is taken is rarely what a registration wants, and always what the others want.
    names_ = type == NodeType::heap_register ? std::span<const std::string>{} : registered_;
    const auto& info = contract::node_info(type);
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      made.fields[i] = field(info.fields[i], depth);
    }
    return made;
  }

  Value field(const FieldInfo& info, std::uint32_t depth) {
    switch (info.type) {
      case FieldType::number:
      case FieldType::size:
      case FieldType::time:
      case FieldType::va: {
        const auto number = read_tagged(in_, scale_of(info));
        if (number) return number_value(*number);
        return info.required ? number_value(info.fallback) : Value{};
      }
      case FieldType::word: return word(info);
      case FieldType::flags: return flags(info);
      case FieldType::text:
        return Value{.kind = Value::Kind::text,
                     .number = 0,
                     .text = read_text(in_, name_pool(), names_),
                     .list = {}};
      case FieldType::nodes: return list(info, depth);
      default: return reference(info);
    }
  }

  Value word(const FieldInfo& info) {
    const std::uint8_t tag = in_.u8();
    if (tag >= layout::kRawWord) return raw_value(read_tagged(in_, kPlainScale).value_or(0));
    if (tag >= layout::kWord) return number_value((tag - layout::kWord) % info.words.size());
    return info.required ? number_value(info.fallback) : Value{};
  }

  Value flags(const FieldInfo& info) {
    const std::uint8_t tag = in_.u8();
    if (tag >= layout::kWideFlags) return number_value(read_tagged(in_, kPlainScale).value_or(0));
    if (tag < layout::kFlags) return info.required ? number_value(info.fallback) : Value{};
    return number_value((tag - layout::kFlags) & layout::known_flags(info));
  }

  Value list(const FieldInfo& info, std::uint32_t depth) {
    if (depth > kNodeDepthMax) return {};
    const std::uint8_t tag = in_.u8();
    const bool memory = info.group == contract::NodeGroup::memory;
    if (tag < (memory ? layout::kMemory : layout::kList)) return {};
    std::uint32_t left = tag & 7;
    if (!memory && tag >= layout::kLongList) left = in_.u8() % (contract::kMaxListItems + 1);
    const auto& types = nodes_of(info.group);
    Value value;
    value.kind = Value::Kind::list;
    for (; left > 0 && !in_.exhausted(); --left) {
      value.list.push_back(node(types[in_.u8() % types.size()], depth + 1));
    }
    return value;
  }

  Value reference(const FieldInfo& info) {
    const RefClass which = ref_class(in_.u8(), info.required);
    if (which == RefClass::absent) return {};
    if (which == RefClass::raw) return raw_value(read_tagged(in_, kPlainScale).value_or(0));
    const std::uint8_t index = in_.u8();
    Value value;
    value.kind = Value::Kind::ref;
    if (which == RefClass::later) {
      value.number = kLaterRef | index;
      return value;
    }
    auto steps = objects_.named_by(info.type, which == RefClass::dead);
    if (steps.empty()) steps = objects_.named_by(info.type, which != RefClass::dead);
    if (steps.empty()) {
      // Nothing to work on: the whole step would only fail, so it is left out.
      if (info.required) complete_ = false;
      return {};
    }
    value.number = steps[index % steps.size()];
    return value;
  }

  vocab::MachineFault machine_fault() {
    vocab::MachineFault fault;
    fault.id = static_cast<std::uint32_t>(program_.faults.size());
    fault.kind = layout::fault_kind(in_.u8());
    const std::uint8_t target = in_.u8();
    const auto words = target_words(fault.kind);
    if (!words.empty()) fault.target = words[target % words.size()].value;
    if (target_form(fault.kind) == TargetForm::as_number) fault.target = target % vocab::kMaxAs;
    const std::uint8_t slot = in_.u8();
    if (slot >= layout::kFaultSlot) fault.slot = in_.u8() % vocab::kMaxCsgSlots;
    fault.nth = positive(read_tagged(in_, layout::kCountScale));
    const std::uint8_t times = in_.u8();
    if (times >= layout::kForeverTag) fault.times = vocab::kForever;
    else if (times >= layout::kTimes) fault.times = positive(read_tagged(in_, layout::kCountScale));
    fault.value_ns = read_tagged(in_, kTimeScale).value_or(0);
    fault.hold_ns = read_tagged(in_, kTimeScale).value_or(0);
    return fault;
  }

  contract::HostFault call_fault() {
    contract::HostFault fault;
    fault.call = read_text(in_, call_pool());
    fault.role = read_text(in_, role_pool());
    fault.nth = positive(read_tagged(in_, layout::kCountScale));
    if (in_.u8() >= layout::kShortBy) {
      const auto bytes = read_tagged(in_, layout::kShortScale);
      fault.value = std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes.value_or(4096)));
      return fault;
    }
    const auto number = static_cast<int>(read_tagged(in_, layout::kErrnoScale).value_or(ENOMEM));
    fault.value = vocab::errno_name(number).empty() ? -ENOMEM : -number;
    return fault;
  }

  static std::uint32_t positive(std::optional<std::uint64_t> number) {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, number.value_or(1)));
  }

  void drop_unused_actors() {
    std::array<std::uint32_t, contract::kMaxActors> number{};
    std::array<bool, contract::kMaxActors> used{};
    for (const Step& step : program_.steps) used[step.actor] = true;
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) continue;
      number[i] = static_cast<std::uint32_t>(program_.actors.size());
      program_.actors.push_back({.name = "a" + std::to_string(program_.actors.size()),
                                 .sys_nice = (sys_nice_ >> i & 1) != 0,
                                 .sys_admin = (sys_admin_ >> i & 1) != 0});
    }
    for (Step& step : program_.steps) step.actor = number[step.actor];
    const auto gone = [&](contract::TaskSpec& task) {
      if (task.actor == contract::TaskSpec::kNoActor) return false;
      if (!used[task.actor]) return true;
      task.actor = number[task.actor];
      return false;
    };
    std::erase_if(program_.schedule, [&](auto& entry) { return gone(entry.task); });
    std::erase_if(program_.explore.tasks, gone);
  }

  void resolve_later() {
    for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
      Step& step = program_.steps[i];
      resolve_node(step.op, i);
      contract::Trigger& when = step.when;
      const EventArg form = event_argument(when.after.kind);
      if (form == EventArg::fault && when.after.arg >= program_.faults.size()) when = {};
      if (form != EventArg::step || (when.after.arg & kLaterArg) == 0) continue;
      const auto steps = later_objects(program_, i, *step_argument(when.after.kind));
      if (steps.empty()) when = {};
      else when.after.arg = steps[(when.after.arg & ~kLaterArg) % steps.size()];
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by kNodeDepthMax.
  void resolve_node(Node& node, std::uint32_t user) {
    const auto& info = contract::node_info(static_cast<NodeType>(node.type));
    for (std::size_t i = 0; i < node.fields.size(); ++i) {
      Value& value = node.fields[i];
      for (Node& item : value.list) resolve_node(item, user);
      if (value.kind != Value::Kind::ref || value.number < kLaterRef) continue;
      const auto steps = later_named_by(program_, user, info.fields[i].type);
      if (!steps.empty()) value.number = steps[(value.number & ~kLaterRef) % steps.size()];
      else value = info.fields[i].required ? raw_value(0) : Value{};
    }
  }

  /// A change needs a region that its call has; every call has its struct.
  void settle_changes() {
    const auto& info = contract::node_info(NodeType::change_memory);
    const auto of = contract::field_index(info, "of").value();
    const auto memory = contract::field_index(info, "memory").value();
    for (Step& step : program_.steps) {
      if (static_cast<NodeType>(step.op.type) != NodeType::change_memory) continue;
      const Value& target = step.op.fields[of];
      Value& region = step.op.fields[memory];
      if (target.kind != Value::Kind::ref || region.kind != Value::Kind::number) continue;
      const Node& call = program_.steps[static_cast<std::size_t>(target.number)].op;
      if (!contract::has_region(static_cast<NodeType>(call.type), region.number)) region = Value{};
    }
  }

  ByteReader in_;
  std::vector<std::string> registered_;   ///< names of heaps that earlier steps register
  std::span<const std::string> names_;    ///< those that the present node may take
  Program program_;
  LiveObjects objects_;
  ReadyMade ready_;
  std::uint32_t actor_ = 0;
  std::uint8_t sys_nice_ = 0, sys_admin_ = 0;
  bool complete_ = true;   ///< false: a required reference of the step has nothing to name
};

}  // namespace

Program decode(std::span<const std::uint8_t> bytes) { return Decoder(bytes).run(); }

Program canonical(const Program& program) { return decode(encode(program)); }

}  // namespace protm::format
