// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/record_view.h"

#include <array>

#include "conformance/format/case_words.h"
#include "conformance/format/event_text.h"
#include "conformance/format/quantity.h"
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/machine_fault.h"
#include "gpu-model/vocab/observation.h"
#include "gpu-model/vocab/register_map.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::format {
namespace {

using contract::EventArg;
using contract::Program;
using contract::Record;
using contract::RecordKind;
using contract::Trace;
using vocab::ObservationKind;

constexpr std::array<std::string_view, 4> kAsStates{"accepted", "deferred_protm", "while_busy",
                                                    "stuck"};
constexpr std::array<std::string_view, 3> kOopses{"null_access", "use_after_free", "bad_call"};
/// Index = LockMisuse - 1.
constexpr std::array<std::string_view, 8> kMisuses{
    "abba",                 "self_deadlock",      "unlock_by_other",    "sleep_in_atomic",
    "read_write_inversion", "flush_of_dependent", "freed_while_locked", "held_at_return"};
constexpr std::array<std::string_view, 3> kPowerDomains{"shader", "tiler", "L2"};

std::string_view word_of(std::span<const std::string_view> words, std::uint64_t index) {
  return index < words.size() ? words[static_cast<std::size_t>(index)] : std::string_view{};
}

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const std::string_view candidate : names) {
    if (candidate == name) return true;
  }
  return false;
}

/// Addresses and masks are read in hex.
bool is_hex(std::string_view name) {
  return name.ends_with("_buf") || name.ends_with("_slots") ||
         one_of(name, {"va", "pa", "lockaddr", "stream", "ring_base", "payload", "rawstat", "mask",
                       "bits", "faultstatus", "ready", "ack_irq_mask", "opcode", "info",
                       "endpoint", "command", "digest", "fd_flags", "heap_flags"});
}

class Viewer {
 public:
  Viewer(const Record& record, const Trace& trace, const Program& program)
      : r_(record), trace_(trace), program_(program) {}

  RecordView view() {
    view_.what = contract::record_name(r_);
    // Of the GPU's records, where there are two.
    const bool gpus = r_.kind == RecordKind::machine || r_.device != 0;
    if (gpus && program_.devices > 1) number("gpu", r_.device + 1u);
    if (r_.kind == RecordKind::machine) machine();
    else if (!operations()) others();
    return std::move(view_);
  }

 private:
  void number(std::string_view name, std::uint64_t value) {
    std::string shown = is_hex(name) ? hex_text(value) : number_text(value);
    view_.fields.push_back({name, std::move(shown), true, value});
  }
  void text(std::string_view name, std::string value) {
    view_.fields.push_back({name, std::move(value), false, 0});
  }
  void actor() {
    const bool known = r_.a < program_.actors.size();
    text("actor", known ? program_.actors[r_.a].name : std::to_string(r_.a));
  }
  void step(std::string_view name, std::uint32_t number) {
    const bool known = number < program_.steps.size() && !program_.steps[number].id.empty();
    text(name, known ? "$" + program_.steps[number].id : "step " + std::to_string(number));
  }
  void operation() {
    if (r_.b >= program_.steps.size()) return;
    const auto type = static_cast<contract::NodeType>(program_.steps[r_.b].op.type);
    text("op", std::string(contract::node_info(type).name));
  }
  void words() { text("text", std::string(trace_.text(r_.text))); }

  void machine() {
    const auto kind = static_cast<ObservationKind>(r_.sub);
    if (kind == ObservationKind::register_read || kind == ObservationKind::register_write) {
      text("register", vocab::describe(r_.a, r_.b));
      return;
    }
    if (r_.sub >= static_cast<std::uint16_t>(ObservationKind::count)) return;
    const vocab::ObservationInfo& info = vocab::observation_info(kind);
    machine_field(kind, info.a, r_.a);
    machine_field(kind, info.b, r_.b);
    machine_field(kind, info.c, r_.c);
    machine_field(kind, info.d, r_.d);
  }

  void machine_field(ObservationKind kind, std::string_view name, std::uint64_t value) {
    if (name.empty()) return;
    const std::string_view word = machine_word(kind, name, value);
    const bool glb_bits = kind == ObservationKind::glb_request ||
                          kind == ObservationKind::glb_ack || kind == ObservationKind::glb_event;
    const bool csg_bits = kind == ObservationKind::csg_event;
    const auto raw = static_cast<std::uint32_t>(value);
    if (!word.empty()) {
      text(name, std::string(word));
    } else if (name == "bits" && glb_bits) {
      text(name, vocab::describe_fields(vocab::fw::GlbReq::fields, raw));
    } else if (name == "bits" && csg_bits) {
      text(name, vocab::describe_fields(vocab::fw::CsgReq::fields, raw));
    } else if (name == "glb_req" || name == "glb_ack") {
      text(name, vocab::describe_fields(vocab::fw::GlbReq::fields, raw));
    } else {
      number(name, value);
    }
  }

  static std::string_view machine_word(ObservationKind kind, std::string_view name,
                                       std::uint64_t value) {
    const bool as = kind == ObservationKind::as_command ||
                    kind == ObservationKind::as_command_done ||
                    kind == ObservationKind::rule_as_command_while_active;
    if (as && name == "command") return word_of(event_arg_words(EventArg::as_command), value);
    if (as && name == "state") return word_of(kAsStates, value);
    if (name == "cause") return word_of(vocab::exit_cause_names(), value);
    if (name == "problem") return word_of(vocab::boot_problem_names(), value);
    if (name == "code") return vocab::exception_name(static_cast<std::uint32_t>(value));
    if (name == "line") return word_of(event_arg_words(EventArg::irq_line), value);
    if (name == "domain") return word_of(kPowerDomains, value);
    if (name == "slot" && value == vocab::kAnySlot) return "any";
    const bool csg = kind == ObservationKind::csg_state_sampled ||
                     kind == ObservationKind::csg_state_acked;
    if (csg && one_of(name, {"from", "to"})) {
      return word_of(event_arg_words(EventArg::csg_state), value);
    }
    return {};
  }

  /// Records of steps and fences; false for all others.
  bool operations() {
    switch (r_.kind) {
      case RecordKind::step_started:
      case RecordKind::step_blocked:
        actor();
        step("step", r_.b);
        operation();
        return true;
      case RecordKind::step_returned:
        actor();
        step("step", r_.b);
        operation();
        result(static_cast<std::int64_t>(r_.c));
        return true;
      case RecordKind::user_write:
        actor();
        step("step", r_.b);
        number("field", r_.c);
        number("value", r_.d);
        return true;
      case RecordKind::fence_signalled:
        step("job", r_.a);
        text("error", r_.d == 0 ? "none" : error_text(static_cast<std::int64_t>(r_.d)));
        number("seqno", r_.c);
        return true;
      default: return false;
    }
  }

  void others() {
    switch (r_.kind) {
      case RecordKind::buffer_content:
        step("bo", r_.a);
        number("bytes", r_.b);
        number("digest", r_.d);
        break;
      case RecordKind::kernel_oops:
        text("kind", std::string(word_of(kOopses, r_.sub)));
        words();
        break;
      case RecordKind::lock_misuse:
        text("kind", r_.sub == 0 ? "" : std::string(word_of(kMisuses, r_.sub - 1u)));
        words();
        break;
      case RecordKind::heap_alloc:
        number("heap", r_.a);
        number("bytes", r_.c);
        number("fd_flags", r_.b);
        number("heap_flags", r_.d);
        result(-std::int64_t{r_.sub});
        break;
      case RecordKind::heap_buffer_freed:
        number("heap", r_.a);
        number("bytes", r_.c);
        break;
      case RecordKind::leak:
        words();
        number("objects", r_.a);
        break;
      case RecordKind::rest_state:
        words();
        if (r_.a != 0) number("gpu", r_.a);
        number("value", r_.c);
        break;
      case RecordKind::event:
        text("event", event_name(static_cast<contract::EventKind>(r_.sub), r_.a, program_.steps));
        break;
      case RecordKind::group_state: group_state(); break;
      case RecordKind::vm_state:
        step("vm", r_.a);
        text("state", r_.b == 0 ? "usable" : "unusable");
        break;
      case RecordKind::mapping:
        step("vm", r_.a);
        number("va", r_.c);
        number("bytes", r_.d);
        text("mapped", std::string(word_of(kNoYes, r_.b)));
        break;
      case RecordKind::fault_applied: number("fault", r_.a); break;
      default: words(); break;
    }
  }

  void group_state() {
    step("group", r_.a);
    std::string states;
    for (std::size_t i = 0; i < kGroupStates.size(); ++i) {
      if ((r_.b >> i & 1) == 0) continue;
      if (!states.empty()) states += ' ';
      states += kGroupStates[i];
    }
    text("state", states.empty() ? "none" : states);
    number("fatal_queues", r_.c);
  }

  static std::string error_text(std::int64_t number) {
    const std::string_view name = vocab::errno_name(static_cast<int>(number));
    return name.empty() ? std::to_string(number) : std::string(name);
  }

  void result(std::int64_t value) {
    const bool error = value < 0 && value > -4096;
    if (error && !vocab::errno_name(static_cast<int>(value)).empty()) {
      text("result", "-" + error_text(value));
    } else if (value < 0) {
      text("result", std::to_string(value));
    } else {
      number("result", static_cast<std::uint64_t>(value));
    }
  }

  const Record& r_;
  const Trace& trace_;
  const Program& program_;
  RecordView view_;
};

}  // namespace

RecordView view_record(const Record& record, const Trace& trace, const Program& program) {
  return Viewer(record, trace, program).view();
}

}  // namespace protm::format
