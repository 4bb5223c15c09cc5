// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/gpu_views.h"

namespace protm::judge {

using namespace contract;

namespace {

/// Whether an event record is made by a GPU, and not by the step runner.
bool of_gpu(const Record& r) {
  using enum EventKind;
  const auto kind = static_cast<EventKind>(r.sub);
  return kind == group_on_slot || kind == group_off_slot || kind == job_started ||
         kind == job_ended;
}

Program program_of(const Program& program, std::uint32_t device) {
  Program own = program;
  for (std::uint32_t i = 0; i < own.steps.size(); ++i) {
    Node& op = own.steps[i].op;
    const auto type = static_cast<NodeType>(op.type);
    const bool of_all = type == NodeType::close || type < NodeType::load;
    if (of_all || device_of_step(program, i) == device) continue;
    op = {.type = static_cast<std::uint16_t>(NodeType::sleep), .fields = {}};
    op.fields.resize(node_info(NodeType::sleep).fields.size());
  }
  return own;
}

/// Whether the record is about another GPU than `device`.
bool of_another(const Record& r, std::uint32_t device) {
  if (r.kind == RecordKind::rest_state) return r.a != 0 && r.a != device + 1;
  if (r.kind == RecordKind::event && !of_gpu(r)) return false;
  return (r.kind == RecordKind::machine || r.kind == RecordKind::event) && r.device != device;
}

Trace trace_of(const Trace& trace, std::uint32_t device) {
  Trace own = trace;
  for (Record& r : own.records) {
    if (!of_another(r, device)) continue;
    r = {.time_ns = r.time_ns, .kind = RecordKind::kernel_log};
  }
  return own;
}

}  // namespace

GpuViews::GpuViews(const Program& program, const Trace& trace) : program_(program), trace_(trace) {
  if (program.devices == 1) return;
  for (std::uint32_t device = 0; device < program.devices; ++device) {
    views_.push_back(View{program_of(program, device), trace_of(trace, device)});
  }
}

std::vector<Window> windows_of(const Program& program, const Trace& trace) {
  const GpuViews views(program, trace);
  std::vector<Window> out;
  for (std::uint32_t device = 0; device < views.size(); ++device) {
    const auto own = protected_windows(views.program(device), views.trace(device));
    out.insert(out.end(), own.begin(), own.end());
  }
  return out;
}

}  // namespace protm::judge
