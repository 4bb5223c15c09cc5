// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/known_defects.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>

#include "oracle/differential/profile_names.h"
#include "oracle/differential/stale_fatal.h"
#include "oracle/rules/liveness.h"
#include "sut-adapters/contract/object.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::differential {
namespace {

using namespace contract;

constexpr std::string_view kRealDriver = "linux-uml";
constexpr std::string_view kOlder = "linux-6.12";

/// Index of the first record at which the device began to go; the size of the Trace when it stays.
std::size_t unbind_index(const Program& program, const Trace& trace) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::step_started) continue;
    const NodeType type = step_type(program, r.b);
    if (type == NodeType::unbind || type == NodeType::unplug) return i;
  }
  return trace.records.size();
}

/// Index of the record at which that step returned; the size of the Trace when it did not.
std::size_t return_index(const Trace& trace, std::uint32_t step) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_returned && r.b == step) return i;
  }
  return trace.records.size();
}

/// Jobs that were accepted before record `before` and whose fence had not signalled by then, with
/// whether it ever did before the runner gave everything back.
struct OpenJob {
  std::uint32_t step = kNoStep;
  bool signals_later = false;
};
std::vector<OpenJob> open_jobs(const DefectContext& c, std::size_t before) {
  std::map<std::uint32_t, bool> open;  // job -> signals later
  std::set<std::uint32_t> signalled;   // a short one does so before its call has returned
  const std::size_t end = quiesce_index(c.trace);
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = c.trace.records[i];
    if (r.kind == RecordKind::step_returned && i < before && static_cast<std::int64_t>(r.c) >= 0 &&
        has_own_fence(c.program, r.b) && !signalled.contains(r.b)) {
      open.try_emplace(r.b, false);
    }
    if (r.kind != RecordKind::fence_signalled) continue;
    signalled.insert(r.a);
    const auto found = open.find(r.a);
    if (found == open.end()) continue;
    if (i < before) {
      open.erase(found);
    } else {
      found->second = true;
    }
  }
  std::vector<OpenJob> out;
  for (const auto& [step, later] : open) out.push_back({step, later});
  return out;
}

/// Accepted jobs of the whole run whose fence never signalled, without those that user space may
/// block by its own will.
std::vector<std::uint32_t> lost_jobs(const DefectContext& c) {
  const std::set<std::uint32_t> excused = rules::excused_lines(c.program);
  std::vector<std::uint32_t> out;
  for (const OpenJob& job : open_jobs(c, quiesce_index(c.trace))) {
    if (!excused.contains(rules::line_of(c.program, job.step))) out.push_back(job.step);
  }
  return out;
}

/// A job that was accepted before the unbind began, is a group's, and never ends.
bool lost_at_unbind(const DefectContext& c, std::uint32_t job) {
  const std::size_t unbind = unbind_index(c.program, c.trace);
  if (unbind == c.trace.records.size()) return false;
  if (step_type(c.program, job) != NodeType::group_submit) return false;
  const std::vector<OpenJob> open = open_jobs(c, unbind);
  return std::any_of(open.begin(), open.end(), [job](const OpenJob& o) {
    return o.step == job && !o.signals_later;
  });
}

/// The judge names each fence that is missing. The rule tells one job only: all that is lost must
/// be so for this reason, or the one that is not would hide behind the one that is.
bool job_at_unbind(const DefectContext& c, const judge::Finding& f) {
  if (f.rule == "fence" && f.field == "missing" && f.oracle_record) {
    return lost_at_unbind(c, c.oracle.records.at(*f.oracle_record).a);
  }
  if (f.rule != "L1") return false;
  const std::vector<std::uint32_t> lost = lost_jobs(c);
  return !lost.empty() && std::all_of(lost.begin(), lost.end(), [&](std::uint32_t job) {
    return lost_at_unbind(c, job);
  });
}

/// Whether a fence signalled as it may when the device goes: cancelled or timed out from then on,
/// or well, because its job ended before the device was gone.
bool ends_beside_unbind(const Program& program, const Trace& trace, std::size_t fence) {
  const std::size_t unbind = unbind_index(program, trace);
  if (fence >= trace.records.size() || fence < unbind) return false;
  const std::uint64_t error = trace.records[fence].d;
  if (error == ECANCELED || error == ETIMEDOUT) return true;
  return error == 0 && fence < return_index(trace, trace.records[unbind].b);
}

bool job_ends_beside_unbind(const DefectContext& c, const judge::Finding& f) {
  return f.rule == "fence" && f.field == "error" && f.candidate_record && f.oracle_record &&
         ends_beside_unbind(c.program, c.trace, *f.candidate_record) &&
         ends_beside_unbind(c.program, c.oracle, *f.oracle_record);
}

/// 6.12: panthor_sched_pre_reset() WARNs about each group that has work.
bool warn_of_reset(const DefectContext& c, const judge::Finding& f) {
  if (c.profile != kOlder || f.event != "kernel_warn" || !f.candidate_record) return false;
  const Record& warn = c.trace.records[*f.candidate_record];
  return c.trace.text(warn.text) == "panthor_sched.c panthor_sched_pre_reset" &&
         !open_jobs(c, *f.candidate_record).empty();
}

/// A job whose turn comes when the device has been taken from the driver: what was in front of it
/// on its queue timed out. The WARN is followed by its fence, at the same time, with EACCES.
bool warn_of_run_behind_unbind(const DefectContext& c, const judge::Finding& f) {
  if (f.event != "kernel_warn" || !f.candidate_record) return false;
  const std::size_t at = *f.candidate_record;
  const std::vector<Record>& records = c.trace.records;
  if (c.trace.text(records[at].text) != "panthor_sched.c queue_run_job") return false;
  const std::size_t unbind = unbind_index(c.program, c.trace);
  if (unbind >= at || return_index(c.trace, records[unbind].b) >= at) return false;
  for (std::size_t i = at + 1; i < records.size() && records[i].time_ns == records[at].time_ns;
       ++i) {
    const Record& r = records[i];
    if (r.kind != RecordKind::fence_signalled || r.d != EACCES) continue;
    return return_index(c.trace, r.a) < unbind;
  }
  return false;
}

/// Whether a GROUP_SUBMIT or VM_BIND was under way at that record.
bool inside_submit(const DefectContext& c, std::size_t record) {
  std::set<std::uint32_t> open;
  for (std::size_t i = 0; i < record; ++i) {
    const Record& r = c.trace.records[i];
    if (r.kind == RecordKind::step_returned) open.erase(r.b);
    if (r.kind != RecordKind::step_started) continue;
    const NodeType type = step_type(c.program, r.b);
    if (type == NodeType::group_submit || type == NodeType::vm_bind) open.insert(r.b);
  }
  return !open.empty();
}

bool signal_of_no_syncobj(const DefectContext& c, const judge::Finding& f) {
  if (f.event != "kernel_oops" || !f.candidate_record) return false;
  const Record& oops = c.trace.records[*f.candidate_record];
  return oops.sub == static_cast<std::uint16_t>(OopsKind::null_access) &&
         c.trace.text(oops.text) == "panic in panthor_submit_ctx_collect_jobs_signal_ops" &&
         inside_submit(c, *f.candidate_record);
}

/// Whether a job of that group is lost behind record `kill`: by its fence, or because its call is
/// refused.
bool loses_a_job(const DefectContext& c, std::uint32_t group, std::size_t kill) {
  for (std::size_t i = kill; i < c.trace.records.size(); ++i) {
    const Record& r = c.trace.records[i];
    const bool fence = r.kind == RecordKind::fence_signalled && r.d != 0;
    const bool refused = r.kind == RecordKind::step_returned &&
                         static_cast<std::int64_t>(r.c) == -EINVAL;
    if (!fence && !refused) continue;
    if (group_of_job(c.program, fence ? r.a : r.b) == group) return true;
  }
  return false;
}

/// Everything that may be seen of a group that was killed for the event of a former tenant: its
/// jobs, calls that name it, its state, and what its jobs did not store.
bool fatal_of_former_tenant(const DefectContext& c, const judge::Finding& f) {
  if (!f.candidate_record) return false;
  const auto killed = killed_by_stale_fatal(c.program, c.trace);
  const std::size_t at = *f.candidate_record;
  const Record& r = c.trace.records[at];
  if (f.rule == "memory") {
    const std::set<std::uint64_t> vms = vms_that_map(c.program, r.a);
    return std::any_of(killed.begin(), killed.end(), [&](const auto& k) {
      const Node* group = step_op(c.program, k.first);
      return group != nullptr && vms.contains(field_number(*group, "vm")) &&
             loses_a_job(c, k.first, k.second.record);
    });
  }
  const bool state = r.kind == RecordKind::group_state;
  const bool fence = r.kind == RecordKind::fence_signalled;
  const auto kill = killed.find(state ? r.a : group_of_job(c.program, fence ? r.a : r.b));
  if (kill == killed.end() || kill->second.record >= at) return false;
  if (state) return (r.c & kill->second.queues) != 0;
  if (fence) return f.field == "error" && (r.d == EINVAL || r.d == ECANCELED);
  return f.rule == "result/group_submit" && static_cast<std::int64_t>(r.c) == -EINVAL;
}

constexpr std::array kTable{
    KnownDefect{"job-in-flight-at-unbind",
                "a job that is in flight when the device is unbound is never finished while its "
                "file is open: its time-out only asks for a tick, and the tick leaves at once",
                "panthor_sched.c queue_timedout_job(), tick_work(): drm_dev_enter()",
                job_at_unbind},
    KnownDefect{"warn-at-each-reset",
                "a reset while a group has work WARNs",
                "panthor_sched.c (6.12) panthor_sched_pre_reset()",
                warn_of_reset},
    KnownDefect{"warn-of-job-behind-unbind",
                "a job that waited behind one in flight when the device was unbound gets its turn "
                "when that one times out; it WARNs, for the device cannot be woken any more",
                "panthor_sched.c queue_run_job(): drm_WARN_ON(pm_runtime_resume_and_get())",
                warn_of_run_behind_unbind},
    KnownDefect{"signal-of-no-syncobj",
                "a sync operation that is to signal a handle that names no syncobj is a NULL "
                "dereference in the clean-up of the call",
                "panthor_drv.c panthor_submit_ctx_add_sync_signal(), panthor_sync_signal_free()",
                signal_of_no_syncobj},
    KnownDefect{"fatal-of-a-former-tenant",
                "a group is killed for a fatal event of whoever had its CS before: the bit of one "
                "that was taken stays in CS_REQ, and a boot in between clears CS_ACK",
                "panthor_sched.c cs_slot_process_irq_locked(), cs_slot_prog_locked()",
                fatal_of_former_tenant},
    KnownDefect{"race-job-ends-beside-unbind",
                "no defect: a job that ends while the device goes ends well, is cancelled or times "
                "out; nothing orders its worker and the unbind",
                "panthor_sched.c group_term_post_processing(), panthor_sched_unplug()",
                job_ends_beside_unbind},
};

}  // namespace

std::span<const KnownDefect> known_defects() { return kTable; }

std::vector<std::string_view> known_by(const Program& program, const Comparison& comparison,
                                       const exec::Candidate& candidate) {
  const judge::Verdict& verdict = comparison.verdict;
  if (candidate.name != kRealDriver || verdict.outcome != judge::Outcome::diverged) return {};
  const DefectContext context{.program = program,
                              .trace = comparison.candidate,
                              .oracle = comparison.oracle,
                              .profile = release_of(candidate.profile)};
  std::array<bool, kTable.size()> used{};
  for (const judge::Finding& f : verdict.findings) {
    bool explained = false;
    for (std::size_t i = 0; i < kTable.size() && !explained; ++i) {
      explained = kTable[i].explains(context, f);
      used[i] = used[i] || explained;
    }
    if (!explained) return {};
  }
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (used[i]) ids.push_back(kTable[i].id);
  }
  return ids;
}

}  // namespace protm::differential
