// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/forced_exit.h"

#include <algorithm>
#include <optional>

#include "gpu-model/vocab/fw_interface.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

// A driver answers within a few requests; each is heard, and acked, as late as the machine says, or
// twice as late under another seed.
constexpr std::uint64_t kSettleNs = vocab::kMs;
constexpr std::uint64_t kRequests = 2 * 8;

// How long a driver waits for the answer of a slot before it asks for the next thing. Timers of the
// wheel are late by an eighth at most.
// Source: panthor_sched.c (7.3), csgs_upd_ctx_apply_locked(); kernel/time/timer.c.
constexpr std::uint64_t kSlotWaitNs = 100 * vocab::kMs / 8 * 9;

// Where the activation of the job line was lost, a driver finds out that its requests are done when
// its waits end: 500 ms for the exit, and one wait for a slot before it asks for the next.
// Source: patch 7/8, panthor_fw_protm_exit_wait_event_timeout().
constexpr std::uint64_t kUnheardNs = 500 * vocab::kMs / 8 * 9 + kSlotWaitNs;

std::uint64_t settle_ns(const Program& program) {
  return kSettleNs + kRequests * (program.machine.effective_ns(vocab::Latency::doorbell) +
                                  program.machine.effective_ns(vocab::Latency::ack));
}

// Steps on whose behalf a driver maps, unmaps, or stops groups.
bool needs_normal_mode(NodeType type) {
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
    case NodeType::unbind:
    case NodeType::suspend:
    case NodeType::unplug:
    case NodeType::unload: return true;
    default: return false;
  }
}

bool reason_before(const Record& r) {
  return (is(r, K::doorbell) && r.a > 0) || is(r, K::rule_user_doorbell_inside) ||
         is(r, K::mmu_fault) || is(r, K::protm_fault) || is(r, K::cs_fault) ||
         is(r, K::cs_fatal) || is(r, K::exit_refused);
}

bool reason_after(const Record& r) {
  return is(r, K::as_command) || is(r, K::csg_state_sampled) || is(r, K::ep_cfg_acked) ||
         is(r, K::flush_caches) || is(r, K::reset_started) || is(r, K::mcu_halt) ||
         is(r, K::mcu_disable);
}

// How long the driver that asked for the exit may take to its next request: longer where it does
// not hear of the exit, and where the Program keeps back the answer of a slot that it asks first.
class Settling {
 public:
  Settling(const Program& program, const JobLine& job_line)
      : program_(program), job_line_(job_line), ns_(settle_ns(program)) {
    hear();
  }
  void take(const Record& r) {
    (void)job_line_.take(r);
    hear();
    if (is(r, K::fault_applied) && r.a < program_.faults.size()) ns_ += kept_back_ns(r.a);
    if (is(r, K::protm_exit_raised) && !exit_ns_) exit_ns_ = r.time_ns;
  }
  [[nodiscard]] bool over(std::uint64_t now_ns) const {
    return exit_ns_ && now_ns > *exit_ns_ + ns_;
  }

 private:
  void hear() {
    if (unheard_ || !job_line_.deaf()) return;
    unheard_ = true;
    ns_ += kUnheardNs;
  }
  // A change of state is a reason when it is sampled, so only what comes before it counts.
  [[nodiscard]] std::uint64_t kept_back_ns(std::uint32_t fault) const {
    using enum vocab::FaultKind;
    const vocab::MachineFault& f = program_.faults[fault].machine;
    const auto target = static_cast<vocab::AckTarget>(f.target);
    if (f.kind != late_ack && f.kind != lose_ack) return 0;
    if (target != vocab::AckTarget::csg_status_update && target != vocab::AckTarget::csg_ep_cfg) {
      return 0;
    }
    return f.kind == lose_ack ? kSlotWaitNs : std::min(f.value_ns, kSlotWaitNs);
  }

  const Program& program_;
  JobLine job_line_;
  std::uint64_t ns_;
  bool unheard_ = false;
  std::optional<std::uint64_t> exit_ns_;
};

}  // namespace

void Needs::take(const Record& r) {
  slots_.take(r);
  (void)job_line_.take(r);
  if (is(r, K::protm_active)) inside_ = slots_.group_at(r.a);
  if (r.kind == RecordKind::step_started) steps_.insert(r.b);
  if (r.kind == RecordKind::step_returned) {
    steps_.erase(r.b);
    const bool accepted = static_cast<std::int64_t>(r.c) >= 0;
    if (accepted && step_type(program_, r.b) == NodeType::group_submit) jobs_.insert(r.b);
  }
  if (r.kind == RecordKind::fence_signalled) {
    jobs_.erase(r.a);
    const bool several = uses_instruction(program_.steps[r.a].op, NodeType::job);
    if (several && r.d == 0) others_.insert(r.a);
  }
  if (is(r, K::csg_event) && r.b == vocab::fw::kCsgIdle) {
    const std::uint32_t idle = slots_.group_at(r.a);
    std::erase_if(others_, [&](auto job) { return group_of_job(program_, job) == idle; });
  }
}

bool Needs::outside(const std::set<std::uint32_t>& jobs) const {
  return std::any_of(jobs.begin(), jobs.end(), [&](std::uint32_t job) {
    return group_of_job(program_, job) != inside_;
  });
}

bool Needs::any() const {
  // The work of a group outside stands still until the GPU leaves.
  if (outside(jobs_) || outside(others_)) return true;
  return std::any_of(steps_.begin(), steps_.end(), [&](std::uint32_t step) {
    return needs_normal_mode(step_type(program_, step));
  });
}

bool forced_exit_was_needed(const Program& program, const Trace& trace, std::size_t index,
                            const Needs& needs) {
  for (std::size_t i = index; i-- > 0 && !is(trace.records[i], K::protm_active);) {
    if (reason_before(trace.records[i])) return true;
  }
  if (needs.any()) return true;
  Settling settling(program, needs.job_line());
  for (std::size_t i = index + 1; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (settling.over(r.time_ns)) return false;
    if (reason_after(r)) return true;
    settling.take(r);
  }
  return false;
}

RuleResult unneeded_exits(const Program& program, const Trace& trace,
                          bool (*inside)(const Record&), std::string_view field,
                          std::string_view detail) {
  RuleResult out;
  Needs needs(program);
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    needs.take(r);
    if (is(r, K::protm_active)) ++out.armed;
    if (out.violation || !inside(r)) continue;
    if (forced_exit_was_needed(program, trace, i, needs)) continue;
    out.violation = Violation{i, r.time_ns, field, std::string(detail)};
  }
  return out;
}

}  // namespace protm::rules
