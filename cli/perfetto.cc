// SPDX-License-Identifier: GPL-2.0-only
#include "cli/perfetto.h"

#include <array>
#include <map>
#include <vector>

#include <protozero/pbf_writer.hpp>

#include "conformance/format/record_view.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::cli {
namespace {

using contract::EventKind;
using contract::Program;
using contract::Record;
using contract::RecordKind;
using contract::Trace;
using perfetto::EventType;
using K = vocab::ObservationKind;

constexpr std::array<const char*, 3> kLines{"IRQ job", "IRQ mmu", "IRQ gpu"};
constexpr const char* kProtm = "protected mode";
constexpr const char* kFirmware = "firmware";
constexpr const char* kMmu = "MMU";

/// Writes packets; makes tracks when they are first used.
class Writer {
 public:
  void begin(const std::string& track, const std::string& name, std::uint64_t ns) {
    ++open_[track];
    event(track, EventType::slice_begin, name, ns);
  }
  /// Closes the innermost slice of the track; nothing happens when none is open.
  void end(const std::string& track, std::uint64_t ns) {
    if (open_[track] == 0) return;
    --open_[track];
    event(track, EventType::slice_end, {}, ns);
  }
  void instant(const std::string& track, const std::string& name, std::uint64_t ns) {
    event(track, EventType::instant, name, ns);
  }
  std::string finish(std::uint64_t ns) {
    for (auto& [track, depth] : open_) {
      for (; depth != 0; --depth) event(track, EventType::slice_end, {}, ns);
    }
    return std::move(bytes_);
  }

 private:
  std::uint64_t uuid(const std::string& track) {
    const auto [at, is_new] = uuids_.try_emplace(track, uuids_.size() + 1);
    if (is_new) {
      protozero::pbf_writer trace(bytes_);
      protozero::pbf_writer packet(trace, perfetto::kTracePacket);
      packet.add_uint32(perfetto::kPacketSequenceId, 1);
      protozero::pbf_writer descriptor(packet, perfetto::kPacketTrackDescriptor);
      descriptor.add_uint64(perfetto::kTrackUuid, at->second);
      descriptor.add_string(perfetto::kTrackName, track);
    }
    return at->second;
  }

  void event(const std::string& track, EventType type, const std::string& name,
             std::uint64_t ns) {
    const std::uint64_t id = uuid(track);
    protozero::pbf_writer trace(bytes_);
    protozero::pbf_writer packet(trace, perfetto::kTracePacket);
    packet.add_uint64(perfetto::kPacketTimestamp, ns);
    packet.add_uint32(perfetto::kPacketSequenceId, 1);
    protozero::pbf_writer event(packet, perfetto::kPacketTrackEvent);
    event.add_enum(perfetto::kEventType, static_cast<std::int32_t>(type));
    event.add_uint64(perfetto::kEventTrackUuid, id);
    if (!name.empty()) event.add_string(perfetto::kEventName, name);
  }

  std::string bytes_;
  std::map<std::string, std::uint64_t> uuids_;
  std::map<std::string, std::uint32_t> open_;
};

/// Walks the records once and says what each means on its track.
class Painter {
 public:
  Painter(const Trace& trace, const Program& program) : trace_(trace), program_(program) {}

  std::string paint() {
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
    if (step >= program_.steps.size()) return "step " + std::to_string(step);
    const contract::Step& s = program_.steps[step];
    const std::string op(contract::node_info(static_cast<contract::NodeType>(s.op.type)).name);
    return s.id.empty() ? op : op + " $" + s.id;
  }
  std::string actor(const Record& r) const {
    const bool known = r.a < program_.actors.size() && !program_.actors[r.a].name.empty();
    return "actor " + (known ? program_.actors[r.a].name : std::to_string(r.a));
  }
  /// Track of the queue that a submit goes to; jobs of one queue never overlap.
  std::string queue(std::uint32_t job) const {
    const contract::Node* const op = contract::step_op(program_, job);
    const std::uint32_t group = contract::group_of_job(program_, job);
    if (op == nullptr || group == contract::kNoStep) return "jobs of " + step_name(job);
    return "queue " + std::to_string(contract::field_number(*op, "queue")) + " of " +
           step_name(group);
  }
  static std::string slot(std::uint32_t n) { return "CSG slot " + std::to_string(n); }
  static std::string cs(const Record& r) {
    return slot(r.a) + " CS " + std::to_string(r.b);
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

  void kernel(const Record& r) {
    const std::uint64_t ns = r.time_ns;
    switch (r.kind) {
      case RecordKind::step_started: out_.begin(actor(r), step_name(r.b), ns); break;
      case RecordKind::step_blocked: out_.instant(actor(r), "blocked", ns); break;
      case RecordKind::step_returned: out_.end(actor(r), ns); break;
      case RecordKind::fence_signalled:
        out_.instant(queue(r.a), "fence of " + step_name(r.a) + ", error " + std::to_string(r.d),
                     ns);
        break;
      case RecordKind::kernel_warn:
      case RecordKind::kernel_oops:
      case RecordKind::kernel_log:
      case RecordKind::lock_misuse:
      case RecordKind::leak:
      case RecordKind::sut_stuck:
      case RecordKind::sut_livelock: out_.instant("kernel", words(r), ns); break;
      default: break;
    }
  }

  void event(const Record& r) {
    switch (static_cast<EventKind>(r.sub)) {
      case EventKind::group_on_slot: out_.begin(slot(r.b), step_name(r.a), r.time_ns); break;
      case EventKind::group_off_slot: out_.end(slot(r.b), r.time_ns); break;
      case EventKind::job_started: out_.begin(queue(r.a), step_name(r.a), r.time_ns); break;
      case EventKind::job_ended: out_.end(queue(r.a), r.time_ns); break;
      default: break;
    }
  }

  void machine(const Record& r) {
    const std::uint64_t ns = r.time_ns;
    switch (static_cast<K>(r.sub)) {
      case K::irq_line: irq_line(r); break;
      case K::region_started: out_.begin(cs(r), "PROT_REGION", ns); break;
      case K::region_ended:
      case K::region_unfinished:
      case K::run_ended: out_.end(cs(r), ns); break;
      case K::run_started: out_.begin(cs(r), "RUN", ns); break;
      case K::enter_sampled: enter(ns); break;
      case K::enter_acked: out_.instant(kProtm, "PROTM_ENTER acked", ns); break;
      case K::protm_active: active(ns); break;
      case K::protm_exit_raised: leave(words(r), ns); break;
      case K::reset_completed: leave("reset", ns); break;
      case K::protm_pend:
      case K::protm_pend_acked:
      case K::exit_cause:
      case K::exit_refused:
      case K::protm_fault: out_.instant(kProtm, words(r), ns); break;
      case K::as_command:
      case K::as_command_done:
      case K::mmu_fault: out_.instant(kMmu, words(r), ns); break;
      case K::mcu_boot:
      case K::mcu_boot_failed:
      case K::mcu_halt:
      case K::mcu_disable:
      case K::reset_started:
      case K::glb_request:
      case K::glb_ack:
      case K::ping_sampled:
      case K::csg_state_sampled:
      case K::csg_state_acked:
      case K::csg_event:
      case K::glb_event: out_.instant(kFirmware, words(r), ns); break;
      case K::cs_fault:
      case K::cs_fatal:
      case K::sync_object: out_.instant(cs(r), words(r), ns); break;
      default:
        if (vocab::is_rule_hit(static_cast<K>(r.sub))) out_.instant("hardware rules", words(r), ns);
    }
  }

  void irq_line(const Record& r) {
    if (r.a >= kLines.size()) return;
    bool& is_high = line_high_[r.a];
    if (is_high) out_.end(kLines[r.a], r.time_ns);
    is_high = r.b != 0;
    if (is_high) out_.begin(kLines[r.a], "high", r.time_ns);
  }

  /// A session: from PROTM_ENTER to the exit; the window, in which the GPU is protected, inside.
  void enter(std::uint64_t ns) {
    leave({}, ns);
    out_.begin(kProtm, "session", ns);
    in_session_ = true;
  }
  void active(std::uint64_t ns) {
    if (in_window_) out_.end(kProtm, ns);
    out_.begin(kProtm, "PROTM window", ns);
    in_window_ = true;
  }
  void leave(const std::string& why, std::uint64_t ns) {
    if (!in_session_ && !in_window_) return;
    if (!why.empty()) out_.instant(kProtm, why, ns);
    if (in_window_) out_.end(kProtm, ns);
    if (in_session_) out_.end(kProtm, ns);
    in_window_ = in_session_ = false;
  }

  const Trace& trace_;
  const Program& program_;
  Writer out_;
  std::array<bool, kLines.size()> line_high_{};
  bool in_session_ = false;
  bool in_window_ = false;
};

}  // namespace

std::string perfetto_trace(const Trace& trace, const Program& program) {
  return Painter(trace, program).paint();
}

}  // namespace protm::cli
