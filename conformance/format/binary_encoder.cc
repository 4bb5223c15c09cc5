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

namespace protm::format {
namespace {

using contract::EventArg;
using contract::FieldInfo;
using contract::FieldType;
using contract::Node;
using contract::NodeType;
using contract::Program;
using contract::Step;
using contract::Value;
using vocab::MachineConfig;

/// Place of a step among candidates; nothing when it is none of them.
std::optional<std::uint8_t> place_in(const std::vector<std::uint32_t>& steps,
                                     std::uint64_t wanted) {
  const auto found = std::find(steps.begin(), steps.end(), wanted);
  if (found == steps.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - steps.begin());
}

/// Writes what Decoder reads, part by part in the same order.
class Encoder {
 public:
  explicit Encoder(Program program) : program_(std::move(program)) {
    for (Step& step : program_.steps) {
      step.actor = std::min(step.actor, contract::kMaxActors - 1);
    }
    sort_by_actor(program_);
    if (program_.steps.size() > contract::kMaxSteps) program_.steps.resize(contract::kMaxSteps);
  }

  std::vector<std::uint8_t> run() {
    out_.u8(kBinaryVersion);
    out_.number(0, 2);  // no swarm: opcodes are themselves
    header();
    const auto faults = std::min<std::size_t>(program_.faults.size(), contract::kMaxFaults);
    for (std::size_t i = 0; i < faults; ++i) fault(program_.faults[i]);
    schedule();
    for (std::uint32_t i = 0; i < program_.steps.size(); ++i) step(i);
    return out_.take();
  }

 private:
  void header() {
    const MachineConfig& config = program_.machine;
    const auto names = vocab::config_names();
    const auto name = std::find(names.begin(), names.end(), config.name);
    const auto index = name == names.end() ? 0 : static_cast<std::uint64_t>(name - names.begin());
    out_.u8(index == 0 ? 0 : layout::kOtherConfig + index);
    out_.u8(program_.boot == contract::Boot::cold ? layout::kCold : 0);
    firmware();
    heap();
    const std::uint64_t seed = config.latency_seed;
    const bool small = seed <= layout::kWideSeed - layout::kSmallSeed;
    out_.u8(seed == 0 ? 0 : small ? layout::kSmallSeed + seed - 1 : layout::kWideSeed);
    if (!small) out_.number(seed, 8);
    out_.u8(actors_with(&contract::Actor::sys_nice));
    numbers(vocab::config_by_name(names[index]).value_or(config));
    latencies();
    switches();
  }

  /// Bit n = actor n has the privilege.
  [[nodiscard]] std::uint64_t actors_with(bool contract::Actor::*privilege) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < program_.actors.size() && i < contract::kMaxActors; ++i) {
      if (program_.actors[i].*privilege) bits |= std::uint64_t{1} << i;
    }
    return bits;
  }

  void firmware() {
    const contract::FirmwareSpec& spec = program_.firmware;
    if (spec == contract::FirmwareSpec{}) return out_.u8(0);
    const bool words = spec.patched + spec.said != 0;
    out_.u8(words ? layout::kFirmwareWords : layout::kFirmware);
    out_.u8(spec.prot_sections);
    out_.u8(spec.prot_flavour);
    write_tagged(out_, spec.truncate_to, layout::kTruncateScale);
    if (!words) return;
    odd_words(std::span(spec.patch).first(spec.patched));
    odd_words(std::span(spec.says).first(spec.said));
  }

  void odd_words(std::span<const vocab::fw_image::OddWord> words) {
    out_.u8(words.size());
    for (const vocab::fw_image::OddWord& word : words) {
      write_tagged(out_, word.at, layout::kWordAtScale);
      write_tagged(out_, word.value, layout::kWordScale);
    }
  }

  void heap() {
    const bool usual = program_.heap_param_set && program_.heap_param == kDefaultHeapName &&
                       program_.heap_present && program_.heap_protected;
    const std::uint64_t admins = actors_with(&contract::Actor::sys_admin);
    if (usual && admins == 0) return out_.u8(0);
    out_.u8(layout::kHeap);
    out_.u8((program_.heap_param_set ? layout::kHeapSet : 0) |
            (program_.heap_present ? layout::kHeapPresent : 0) |
            (program_.heap_protected ? layout::kHeapProtected : 0) |
            (admins != 0 ? layout::kSysAdmin : 0));
    if (admins != 0) out_.u8(admins);
    if (program_.heap_param_set) write_text(out_, program_.heap_param, name_pool());
  }

  void numbers(const MachineConfig& base) {
    const MachineConfig& config = program_.machine;
    const bool usual = config.csg_slots == base.csg_slots &&
                       config.cs_per_csg == base.cs_per_csg &&
                       config.as_present == base.as_present && config.coherent == base.coherent;
    if (usual) return out_.u8(0);
    out_.u8(layout::kNumbers);
    out_.u8(config.csg_slots - 1);
    out_.u8(config.cs_per_csg - 1);
    out_.u8(static_cast<std::uint64_t>(std::popcount(config.as_present)) - 1);
    out_.u8(config.coherent);
  }

  void latencies() {
    const std::uint32_t named = program_.machine.latencies_named;
    if (named == 0) return out_.u8(0);
    out_.u8(layout::kLatencies + static_cast<std::uint64_t>(std::popcount(named)));
    for (std::size_t i = 0; i < vocab::kLatencyCount; ++i) {
      if ((named >> i & 1) == 0) continue;
      out_.u8(i);
      write_tagged(out_, program_.machine.latency_ns[i], kTimeScale);
    }
  }

  void switches() {
    std::vector<std::size_t> changed;
    for (const auto& row : vocab::switch_table()) {
      const auto i = static_cast<std::size_t>(row.id);
      if (program_.machine.switches[i] != row.default_word) changed.push_back(i);
    }
    out_.u8(changed.empty() ? 0 : layout::kSwitches + changed.size());
    for (const std::size_t i : changed) {
      out_.u8(i);
      out_.u8(program_.machine.switches[i]);
    }
  }

  void fault(const contract::Fault& fault) {
    const Extra extra = fault.host ? Extra::call_fault : Extra::machine_fault;
    out_.u8(operation_count() + static_cast<std::uint64_t>(extra));
    if (fault.host) return call_fault(fault.call);
    const vocab::MachineFault& machine = fault.machine;
    out_.u8(layout::fault_tag(machine.kind));
    std::uint64_t target = machine.target;
    const auto words = target_words(machine.kind);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].value == machine.target) target = i;
    }
    out_.u8(target);
    out_.u8(machine.slot == vocab::kAnySlot ? 0 : layout::kFaultSlot);
    if (machine.slot != vocab::kAnySlot) out_.u8(machine.slot);
    write_tagged(out_, machine.nth, layout::kCountScale);
    const bool forever = machine.times == vocab::kForever;
    out_.u8(forever ? layout::kForeverTag : layout::kTimes);
    if (!forever) write_tagged(out_, machine.times, layout::kCountScale);
    write_tagged(out_, machine.value_ns, kTimeScale);
    write_tagged(out_, machine.hold_ns, kTimeScale);
  }

  void call_fault(const contract::HostFault& fault) {
    write_text(out_, fault.call, call_pool());
    write_text(out_, fault.role, role_pool());
    write_tagged(out_, fault.nth, layout::kCountScale);
    out_.u8(fault.value > 0 ? layout::kShortBy : 0);
    if (fault.value > 0) {
      write_tagged(out_, static_cast<std::uint64_t>(fault.value), layout::kShortScale);
    } else {
      write_tagged(out_, static_cast<std::uint64_t>(-fault.value), layout::kErrnoScale);
    }
  }

  void schedule() {
    const auto turns = std::min<std::size_t>(program_.schedule.size(),
                                             contract::kMaxScheduleEntries);
    for (std::size_t i = 0; i < turns; ++i) {
      const contract::ScheduleEntry& entry = program_.schedule[i];
      out_.u8(operation_count() + static_cast<std::uint64_t>(Extra::turn));
      out_.u8(static_cast<std::uint64_t>(entry.verb));
      task(entry.task);
      out_.u8(static_cast<std::uint64_t>(entry.until.kind) |
              (entry.until.object.empty() ? 0 : layout::kObject));
      if (!entry.until.object.empty()) write_text(out_, entry.until.object, role_pool());
      write_tagged(out_, entry.until.count, layout::kCountScale);
    }
    const contract::ExploreSpec& spec = program_.explore;
    if (!spec.active()) return;
    out_.u8(operation_count() + static_cast<std::uint64_t>(Extra::explore));
    out_.u8(spec.preemptions);
    out_.u8(spec.pct_depth);
    write_tagged(out_, spec.runs, layout::kCountScale);
    write_tagged(out_, spec.seed, kPlainScale);
    const auto tasks = std::min<std::size_t>(spec.tasks.size(), layout::kExploreTasksMax);
    out_.u8(tasks);
    for (std::size_t i = 0; i < tasks; ++i) task(spec.tasks[i]);
  }

  void task(const contract::TaskSpec& task) {
    if (task.actor != contract::TaskSpec::kNoActor) return out_.u8(task.actor);
    const auto table = contract::task_role_table();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const auto& r) { return r.word == task.role; });
    out_.u8(layout::kRoleTask + static_cast<std::uint64_t>(row - table.begin()));
  }

  void step(std::uint32_t number) {
    const Step& step = program_.steps[number];
    user_ = number;
    out_.u8(step.op.type);
    out_.u8(0xf8 | step.actor);
    static_assert(0xf8 >= layout::kActor && 0xf8 % contract::kMaxActors == 0);
    trigger(step.when);
    node(step.op, 1);
    objects_.add(step, number);
  }

  void trigger(const contract::Trigger& when) {
    const contract::EventKind kind = when.after.kind;
    if (kind == contract::EventKind::none) {
      out_.u8(when.at_ns == 0 ? 0 : layout::kAt);
      if (when.at_ns != 0) write_tagged(out_, when.at_ns, kTimeScale);
      return;
    }
    const EventArg form = event_argument(kind);
    std::uint8_t tag = 0, index = static_cast<std::uint8_t>(when.after.arg);
    if (form == EventArg::step) {
      const auto before = place_in(objects_.all(*step_argument(kind)), when.after.arg);
      const auto later =
          place_in(later_objects(program_, user_, *step_argument(kind)), when.after.arg);
      if (!before && !later) return out_.u8(0);
      tag = ref_tag(before ? RefClass::live : RefClass::later);
      index = before ? *before : *later;
    }
    out_.u8(layout::kAfter);
    out_.u8(static_cast<std::uint64_t>(kind) - 1);
    if (form == EventArg::step) out_.u8(tag);
    if (form != EventArg::none) out_.u8(index);
    event_count(when.after.count);
    write_tagged(out_, when.delay_ns, kTimeScale);
  }

  void event_count(std::uint32_t count) {
    static_assert(layout::kCount % 4 == 0);
    if (count <= 1) return out_.u8(0);
    out_.u8(count <= 4 ? layout::kCount + count - 1 : layout::kWideCount);
    if (count > 4) write_tagged(out_, count, layout::kCountScale);
  }

  void node(const Node& node, std::uint32_t depth) {
    const auto& info = contract::node_info(static_cast<NodeType>(node.type));
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      field(node.fields[i], info.fields[i], depth);
    }
  }

  void field(const Value& value, const FieldInfo& info, std::uint32_t depth) {
    const bool absent = value.kind == Value::Kind::absent;
    switch (info.type) {
      case FieldType::number:
      case FieldType::size:
      case FieldType::time:
      case FieldType::va:
        if (absent) return out_.u8(0);
        return write_tagged(out_, value.number, scale_of(info));
      case FieldType::word: return word(value, info);
      case FieldType::flags: return flags(value, info);
      case FieldType::text: return write_text(out_, value.text, name_pool());
      case FieldType::nodes: return list(value, info, depth);
      default: return reference(value, info);
    }
  }

  void word(const Value& value, const FieldInfo& info) {
    if (value.kind == Value::Kind::absent) return out_.u8(0);
    const bool named = value.kind == Value::Kind::number && value.number < info.words.size();
    out_.u8(named ? layout::kWord + value.number : layout::kRawWord);
    if (!named) write_tagged(out_, value.number, kPlainScale);
  }

  void flags(const Value& value, const FieldInfo& info) {
    if (value.kind == Value::Kind::absent) return out_.u8(0);
    const std::uint64_t room = layout::kWideFlags - layout::kFlags;
    const bool narrow = value.number < room && (value.number & ~layout::known_flags(info)) == 0;
    out_.u8(narrow ? layout::kFlags + value.number : layout::kWideFlags);
    if (!narrow) write_tagged(out_, value.number, kPlainScale);
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by kNodeDepthMax.
  void list(const Value& value, const FieldInfo& info, std::uint32_t depth) {
    if (depth > kNodeDepthMax) return;
    if (value.kind != Value::Kind::list) return out_.u8(0);
    const auto most = std::min<std::uint64_t>(info.max, contract::kMaxListItems);
    const auto count = std::min<std::size_t>(value.list.size(), most);
    const bool memory = info.group == contract::NodeGroup::memory;
    out_.u8(memory      ? layout::kMemory + count
            : count < 8 ? layout::kList + count
                        : layout::kLongList);
    if (!memory && count >= 8) out_.u8(count);
    const auto& types = nodes_of(info.group);
    for (std::size_t i = 0; i < count; ++i) {
      const auto type = static_cast<NodeType>(value.list[i].type);
      out_.u8(static_cast<std::uint64_t>(std::find(types.begin(), types.end(), type) -
                                         types.begin()));
      node(value.list[i], depth + 1);
    }
  }

  void reference(const Value& value, const FieldInfo& info) {
    if (value.kind == Value::Kind::absent && !info.required) {
      return out_.u8(ref_tag(RefClass::absent));
    }
    if (value.kind == Value::Kind::ref) {
      if (const auto at = place_in(objects_.named_by(info.type, false), value.number)) {
        return indexed(RefClass::live, *at);
      }
      if (const auto at = place_in(objects_.named_by(info.type, true), value.number)) {
        return indexed(RefClass::dead, *at);
      }
      if (const auto at = place_in(later_named_by(program_, user_, info.type), value.number)) {
        return indexed(RefClass::later, *at);
      }
    }
    out_.u8(ref_tag(RefClass::raw));
    write_tagged(out_, value.number, kPlainScale);
  }

  void indexed(RefClass which, std::uint8_t index) {
    out_.u8(ref_tag(which));
    out_.u8(index);
  }

  Program program_;
  ByteWriter out_;
  LiveObjects objects_;
  std::uint32_t user_ = 0;
};

}  // namespace

std::vector<std::uint8_t> encode(const Program& program) { return Encoder(program).run(); }

}  // namespace protm::format
