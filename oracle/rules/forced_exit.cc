// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/forced_exit.h"

#include <algorithm>
#include <set>

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

// A driver answers within a few requests; each is heard, and acked, as late as the machine says, or
// twice as late under another seed.
constexpr std::uint64_t kSettleNs = vocab::kMs;
constexpr std::uint64_t kRequests = 2 * 8;

std::uint64_t settle_ns(const Program& program) {
  return kSettleNs + kRequests * (program.machine.effective_ns(vocab::Latency::doorbell) +
                                  program.machine.effective_ns(vocab::Latency::ack));
}

// Steps on whose behalf a driver maps, unmaps, or stops groups.
bool may_need_normal_mode(NodeType type) {
  switch (type) {
    case NodeType::vm_create:
    case NodeType::vm_destroy:
    case NodeType::vm_bind:
    case NodeType::stream_area:
    case NodeType::gem_close:
    case NodeType::group_create:
    case NodeType::group_destroy:
    case NodeType::close:
    case NodeType::raw_ioctl:
    case NodeType::unbind: return true;
    default: return false;
  }
}

bool reason_before(const Record& r) {
  return (is(r, K::doorbell) && r.a > 0) || is(r, K::rule_user_doorbell_inside) ||
         is(r, K::mmu_fault) || is(r, K::protm_fault) || is(r, K::cs_fault) ||
         is(r, K::cs_fatal) || is(r, K::exit_refused);
}

// Whether a group other than the one inside has an accepted job that is not finished: its work
// stands still until the GPU leaves.
bool others_have_work(const Program& program, const Trace& trace, std::size_t index) {
  SlotMap slots(program);
  std::set<std::uint32_t> open;
  std::uint32_t inside = kNoStep;
  for (std::size_t i = 0; i < index; ++i) {
    const Record& r = trace.records[i];
    slots.take(r);
    if (is(r, K::protm_active)) inside = slots.group_at(r.a);
    const bool accepted =
        r.kind == RecordKind::step_returned && static_cast<std::int64_t>(r.c) >= 0;
    if (accepted && step_type(program, r.b) == NodeType::group_submit) open.insert(r.b);
    if (r.kind == RecordKind::fence_signalled) open.erase(r.a);
  }
  return std::any_of(open.begin(), open.end(), [&](std::uint32_t job) {
    return group_of_job(program, job) != inside;
  });
}

bool reason_after(const Record& r) {
  return is(r, K::as_command) || is(r, K::csg_state_sampled) || is(r, K::ep_cfg_acked) ||
         is(r, K::flush_caches) || is(r, K::reset_started) || is(r, K::mcu_halt) ||
         is(r, K::mcu_disable);
}

}  // namespace

bool forced_exit_was_needed(const Program& program, const Trace& trace, std::size_t index) {
  for (std::size_t i = index; i-- > 0 && !is(trace.records[i], K::protm_active);) {
    if (reason_before(trace.records[i])) return true;
  }
  if (others_have_work(program, trace, index)) return true;
  std::set<std::uint32_t> in_flight;
  for (std::size_t i = 0; i < index; ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_started) in_flight.insert(r.b);
    if (r.kind == RecordKind::step_returned) in_flight.erase(r.b);
  }
  for (const std::uint32_t step : in_flight) {
    if (may_need_normal_mode(step_type(program, step))) return true;
  }
  std::uint64_t until_ns = UINT64_MAX;
  for (std::size_t i = index + 1; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.time_ns > until_ns) return false;
    if (reason_after(r)) return true;
    if (is(r, K::protm_exit_raised) && until_ns == UINT64_MAX) {
      until_ns = r.time_ns + settle_ns(program);
    }
  }
  return false;
}

}  // namespace protm::rules
