// SPDX-License-Identifier: GPL-2.0-only
#include "cli/timeline.h"

#include <array>
#include <utility>

#include "cli/timeline_builder.h"
#include "conformance/format/event_text.h"
#include "conformance/format/record_view.h"
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/fw_interface.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::cli {
namespace {

using contract::EventArg;
using contract::EventKind;
using contract::NodeType;
using contract::Program;
using contract::Record;
using contract::RecordKind;
using contract::Trace;
using K = vocab::ObservationKind;

constexpr LaneKey kKernel{LaneKind::kernel, 0};
constexpr LaneKey kProtm{LaneKind::protm, 0};
constexpr LaneKey kFirmware{LaneKind::firmware, 0};
constexpr LaneKey kFaults{LaneKind::fault, 0};
constexpr LaneKey kRules{LaneKind::rule, 0};
constexpr const char* kProtmName = "protected mode";
constexpr const char* kFirmwareName = "firmware";
/// A CS and a queue are numbered inside their slot or group.
constexpr std::uint32_t kMostInside = 64;

std::string number(std::uint64_t n) { return std::to_string(n); }

/// "0:1" for slot and CS.
std::string place(const Record& r) { return number(r.a) + ":" + number(r.b); }

/// Names of the fields that are set, without values and braces.
std::string field_names(std::span<const vocab::FieldInfo> fields, std::uint64_t bits) {
  const std::string all = vocab::describe_fields(fields, static_cast<std::uint32_t>(bits));
  const std::size_t open = all.find('{');
  const std::size_t close = all.find('}');
  return open == std::string::npos || close == std::string::npos
             ? all
             : all.substr(open + 1, close - open - 1);
}

/// Walks the records once and says what each means on its lane.
class Reader {
 public:
  Reader(const Trace& trace, const Program& program) : trace_(trace), program_(program) {}

  Timeline read(const std::vector<judge::Finding>& findings) {
    for (const judge::Finding& f : findings) {
      out_.instant({LaneKind::verdict, 0}, "verdict", f.at_ns,
                   {Look::bad, f.rule, f.rule + ": " + f.detail});
    }
    for (const Record& r : trace_.records) {
      switch (r.kind) {
        case RecordKind::machine: machine(r); break;
        case RecordKind::event: event(r); break;
        default: kernel(r);
      }
    }
    return out_.finish(contract::end_ns(trace_));
  }

 private:
  std::string step_name(std::uint32_t step) const {
    if (step >= program_.steps.size()) return "step " + number(step);
    const contract::Step& s = program_.steps[step];
    const std::string op(contract::node_info(static_cast<NodeType>(s.op.type)).name);
    return s.id.empty() ? op : op + " $" + s.id;
  }
  std::string short_name(std::uint32_t step) const {
    const bool named = step < program_.steps.size() && !program_.steps[step].id.empty();
    return named ? "$" + program_.steps[step].id : step_name(step);
  }
  /// "what field=value ..." as in the text trace.
  std::string words(const Record& r) const {
    const format::RecordView view = format::view_record(r, trace_, program_);
    std::string text(view.what);
    for (const format::RecordField& field : view.fields) {
      text += " " + std::string(field.name) + "=" + field.text;
    }
    return text;
  }

  // Lanes.
  std::string task_name(const Record& r) const {
    const bool known = r.a < program_.actors.size() && !program_.actors[r.a].name.empty();
    return "actor " + (known ? program_.actors[r.a].name : number(r.a));
  }
  static LaneKey task(const Record& r) { return {LaneKind::task, r.a}; }
  /// The queue that a submit goes to; jobs of one queue never overlap.
  LaneKey queue(std::uint32_t job) const {
    const contract::Node* const op = contract::step_op(program_, job);
    const std::uint32_t group = contract::group_of_job(program_, job);
    if (op == nullptr || group == contract::kNoStep) return {LaneKind::queue, job * kMostInside};
    const auto index = static_cast<std::uint32_t>(contract::field_number(*op, "queue"));
    return {LaneKind::queue, group * kMostInside + index % kMostInside};
  }
  std::string queue_name(std::uint32_t job) const {
    const contract::Node* const op = contract::step_op(program_, job);
    const std::uint32_t group = contract::group_of_job(program_, job);
    if (op == nullptr || group == contract::kNoStep) return "jobs of " + step_name(job);
    return "queue " + number(contract::field_number(*op, "queue")) + " of " + short_name(group);
  }
  static LaneKey slot(std::uint32_t n) { return {LaneKind::slot, n}; }
  static std::string slot_name(std::uint32_t n) { return "CSG slot " + number(n); }
  static LaneKey cs(const Record& r) { return {LaneKind::cs, r.a * kMostInside + r.b}; }
  static std::string cs_name(const Record& r) { return slot_name(r.a) + " CS " + number(r.b); }
  static LaneKey as(const Record& r) { return {LaneKind::as, r.a}; }
  static std::string as_name(const Record& r) { return "AS " + number(r.a); }

  void protm(const Record& r, Look look, std::string label) {
    out_.instant(kProtm, kProtmName, r.time_ns, {look, std::move(label), words(r)});
  }
  void firmware(const Record& r, std::string label, Look look = Look::plain) {
    out_.instant(kFirmware, kFirmwareName, r.time_ns, {look, std::move(label), words(r)});
  }

  Look step_look(std::uint32_t step) const {
    switch (contract::step_type(program_, step)) {
      case NodeType::vm_bind: return Look::bind;
      case NodeType::group_submit: return Look::submit;
      default: return Look::step;
    }
  }

  void returned(const Record& r) {
    const auto result = static_cast<std::int64_t>(r.c);
    const bool is_error = result < 0 && result > -4096;
    std::string more;
    if (is_error) {
      const std::string_view name = vocab::errno_name(static_cast<int>(-result));
      more = " = " + (name.empty() ? std::to_string(result) : "-" + std::string(name));
    }
    out_.end(task(r), r.time_ns, more, is_error);
  }

  void kernel(const Record& r) {
    const std::uint64_t ns = r.time_ns;
    switch (r.kind) {
      case RecordKind::step_started:
        out_.begin(task(r), task_name(r), ns, {step_look(r.b), step_name(r.b), {}});
        break;
      case RecordKind::step_blocked:
        out_.instant(task(r), task_name(r), ns, {Look::quiet, {}, "blocked"});
        break;
      case RecordKind::step_returned: returned(r); break;
      case RecordKind::fence_signalled: {
        // The end of a job that its group takes with it is not seen otherwise.
        if (r.d != 0) out_.end(queue(r.a), ns);
        const std::string error = r.d == 0 ? "" : std::string(vocab::errno_name(int(r.d)));
        out_.instant(queue(r.a), queue_name(r.a), ns,
                     {r.d == 0 ? Look::fence : Look::bad,
                      "fence " + short_name(r.a) + (error.empty() ? "" : " " + error),
                      "fence of " + step_name(r.a) + ", error " + number(r.d)});
        break;
      }
      case RecordKind::kernel_log:
        out_.instant(kKernel, "kernel", ns,
                     {Look::plain, std::string(trace_.text(r.text)), words(r)});
        break;
      case RecordKind::heap_alloc:
      case RecordKind::heap_buffer_freed:
        out_.instant(kKernel, "kernel", ns,
                     {Look::quiet, std::string(contract::record_name(r)), words(r)});
        break;
      case RecordKind::kernel_warn:
      case RecordKind::kernel_oops:
      case RecordKind::lock_misuse:
      case RecordKind::leak:
      case RecordKind::sut_stuck:
      case RecordKind::sut_livelock:
      case RecordKind::sut_crash:
      case RecordKind::sut_protocol:
        out_.instant(kKernel, "kernel", ns,
                     {Look::bad,
                      std::string(contract::record_name(r)) + " " +
                          std::string(trace_.text(r.text)),
                      words(r)});
        break;
      case RecordKind::fault_applied: fault(r); break;
      default: break;
    }
  }

  void fault(const Record& r) {
    out_.instant(kFaults, "faults", r.time_ns, {Look::bad, "fault " + number(r.a), words(r)});
  }

  void event(const Record& r) {
    const std::uint64_t ns = r.time_ns;
    switch (static_cast<EventKind>(r.sub)) {
      case EventKind::group_on_slot:
        out_.begin(slot(r.b), slot_name(r.b), ns, {Look::group, short_name(r.a), step_name(r.a)});
        break;
      case EventKind::group_off_slot: out_.end(slot(r.b), ns); break;
      case EventKind::job_started:
        out_.begin(queue(r.a), queue_name(r.a), ns,
                   {Look::job, short_name(r.a), step_name(r.a)});
        break;
      case EventKind::job_ended: out_.end(queue(r.a), ns); break;
      default: break;
    }
  }

  void machine(const Record& r) {
    const std::uint64_t ns = r.time_ns;
    switch (static_cast<K>(r.sub)) {
      case K::irq_line: irq_line(r); break;
      case K::region_started:
        out_.begin(cs(r), cs_name(r), ns, {Look::region, "region", "PROT_REGION"});
        break;
      case K::region_ended:
      case K::region_unfinished:
      case K::run_ended: out_.end(cs(r), ns); break;
      case K::cs_stopped: out_.end_all(LaneKind::cs, ns, cs(r).number, cs(r).number); break;
      case K::run_started:
        out_.begin(cs(r), cs_name(r), ns, {Look::run, "run", "RUN"});
        break;
      case K::cs_fault:
      case K::cs_fatal:
        out_.instant(cs(r), cs_name(r), ns,
                     {Look::bad, std::string(contract::record_name(r)), words(r)});
        break;
      case K::sync_object:
        out_.instant(cs(r), cs_name(r), ns, {Look::quiet, {}, words(r)});
        break;
      case K::as_command: as_command(r); break;
      case K::as_command_done: out_.end(as(r), ns); break;
      case K::mmu_fault: out_.instant(as(r), as_name(r), ns, {Look::bad, "fault", words(r)}); break;
      case K::fault_applied: fault(r); break;
      default: if (!session(r) && !interface(r)) rule(r);
    }
  }

  void as_command(const Record& r) {
    const auto names = format::event_arg_words(EventArg::as_command);
    std::string label = r.b < names.size() ? std::string(names[r.b]) : "command " + number(r.b);
    out_.end(as(r), r.time_ns);
    out_.begin(as(r), as_name(r), r.time_ns,
               {r.d == static_cast<std::uint64_t>(vocab::AsCommandState::accepted) ? Look::command
                                                                                   : Look::bad,
                std::move(label), words(r)});
  }

  /// Protected mode; false when the record is about something else.
  bool session(const Record& r) {
    switch (static_cast<K>(r.sub)) {
      case K::enter_sampled: enter(r); return true;
      case K::enter_acked: protm(r, Look::pend, "ack"); return true;
      case K::protm_active: active(r); return true;
      case K::protm_exit_raised: leave(r, "EXIT " + cause(r)); return true;
      case K::reset_completed:
        leave(r, {});
        out_.end(kFirmware, r.time_ns);
        for (const LaneKind kind : {LaneKind::slot, LaneKind::cs, LaneKind::as}) {
          out_.end_all(kind, r.time_ns);
        }
        return true;
      case K::protm_pend: protm(r, Look::pend, "PEND " + place(r)); return true;
      case K::protm_pend_acked: protm(r, Look::pend, "PEND ack " + place(r)); return true;
      case K::exit_cause: protm(r, Look::quiet, {}); return true;
      case K::exit_refused: protm(r, Look::bad, "refuses to leave"); return true;
      case K::protm_fault: protm(r, Look::bad, "protected fault"); return true;
      default: return false;
    }
  }
  static std::string cause(const Record& r) {
    const auto names = vocab::exit_cause_names();
    return r.a < names.size() ? std::string(names[r.a]) : number(r.a);
  }

  /// Firmware and its interface; false when the record is about something else.
  bool interface(const Record& r) {
    using vocab::fw::GlbReq;
    const auto states = format::event_arg_words(EventArg::csg_state);
    switch (static_cast<K>(r.sub)) {
      case K::mcu_boot: firmware(r, "MCU boots"); return true;
      case K::mcu_boot_failed: firmware(r, "MCU does not boot", Look::bad); return true;
      case K::mcu_halt: firmware(r, "MCU halts"); return true;
      case K::mcu_disable: firmware(r, "MCU off"); return true;
      case K::reset_started:
        out_.begin(kFirmware, kFirmwareName, r.time_ns, {Look::bad, "reset", words(r)});
        return true;
      case K::ping_sampled: firmware(r, "PING"); return true;
      case K::csg_state_acked:
        firmware(r, number(r.a) + " " +
                        std::string(r.c < states.size() ? states[r.c] : "unknown state"));
        if (r.c == static_cast<std::uint64_t>(vocab::fw::CsgState::terminate)) terminated(r);
        return true;
      case K::glb_event: firmware(r, field_names(GlbReq::fields, r.a)); return true;
      case K::csg_event:
      case K::glb_request:
      case K::glb_ack:
      case K::csg_state_sampled:
      case K::ep_cfg_acked:
      case K::status_update_sampled: firmware(r, {}, Look::quiet); return true;
      default: return false;
    }
  }

  void terminated(const Record& r) {
    out_.end_all(LaneKind::cs, r.time_ns, r.a * kMostInside, r.a * kMostInside + kMostInside - 1);
    out_.end(slot(r.a), r.time_ns);
  }

  void rule(const Record& r) {
    if (!vocab::is_rule_hit(static_cast<K>(r.sub))) return;
    constexpr std::string_view kPrefix = "rule_";
    out_.instant(kRules, "hardware rules", r.time_ns,
                 {Look::bad, std::string(contract::record_name(r).substr(kPrefix.size())),
                  words(r)});
  }

  void irq_line(const Record& r) {
    const auto lines = format::event_arg_words(EventArg::irq_line);
    if (r.a >= lines.size()) return;
    const LaneKey key{LaneKind::irq, r.a};
    out_.end(key, r.time_ns);
    if (r.b == 0) return;
    out_.begin(key, "IRQ " + std::string(lines[r.a]), r.time_ns, {Look::irq, {}, words(r)});
  }

  /// A session: from PROTM_ENTER to the exit; the window, in which the GPU is protected, inside.
  void enter(const Record& r) {
    leave(r, {});
    out_.begin(kProtm, kProtmName, r.time_ns, {Look::session, "ENTER", "session"});
    in_session_ = true;
  }
  void active(const Record& r) {
    if (in_window_) out_.end(kProtm, r.time_ns);
    out_.begin(kProtm, kProtmName, r.time_ns, {Look::window, "protected", "PROTM window"});
    in_window_ = true;
  }
  void leave(const Record& r, const std::string& why) {
    if (!in_session_ && !in_window_) return;
    if (!why.empty()) protm(r, Look::pend, why);
    if (in_window_) out_.end(kProtm, r.time_ns);
    if (in_session_) out_.end(kProtm, r.time_ns);
    in_window_ = in_session_ = false;
  }

  const Trace& trace_;
  const Program& program_;
  TimelineBuilder out_;
  bool in_session_ = false;
  bool in_window_ = false;
};

}  // namespace

Timeline timeline(const Trace& trace, const Program& program,
                  const std::vector<judge::Finding>& findings) {
  return Reader(trace, program).read(findings);
}

}  // namespace protm::cli
