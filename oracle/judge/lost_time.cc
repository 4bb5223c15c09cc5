// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/lost_time.h"

#include <algorithm>
#include <utility>

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

/// The time that a job may take, whoever keeps it from running, and how much of it others spend
/// where chance decides whose turn the rest was.
constexpr std::uint64_t kJobTimeoutNs = 5 * vocab::kSec;
constexpr std::uint64_t kCrowdedNs = 4 * vocab::kSec;

using Part = std::pair<std::uint64_t, std::uint64_t>;

/// How long the union of the parts is within [begin, end].
std::uint64_t length_of(std::vector<Part> parts, std::uint64_t begin_ns, std::uint64_t end_ns) {
  std::sort(parts.begin(), parts.end());
  std::uint64_t length = 0;
  std::uint64_t done_ns = begin_ns;
  for (const auto& [from, to] : parts) {
    const std::uint64_t from_ns = std::max(from, done_ns);
    const std::uint64_t to_ns = std::min(to, end_ns);
    if (to_ns <= from_ns) continue;
    length += to_ns - from_ns;
    done_ns = to_ns;
  }
  return length;
}

}  // namespace

std::uint64_t LostTime::priority_of(std::uint32_t group) const {
  return field_number(program_.steps[group].op, "priority");
}

bool LostTime::is_group(std::uint32_t step) const {
  return step < program_.steps.size() && step_type(program_, step) == NodeType::group_create;
}

void LostTime::close(std::vector<Span>& spans, std::uint32_t group, std::uint64_t time_ns) {
  for (Span& span : spans) {
    if (group == kNoStep || span.group == group) span.to_ns = std::min(span.to_ns, time_ns);
  }
}

void LostTime::take(std::size_t index, const Seats& seats) {
  const Record& r = trace_.records[index];
  const auto seated = [&] { return seats.at(r.a, index).group; };
  if (is(r, K::enter_acked)) {
    entry_ns_ = r.time_ns;
  } else if (is(r, K::protm_active)) {
    // From the ack on the firmware runs nobody else.
    sessions_.push_back({.group = seated(), .from_ns = entry_ns_.value_or(r.time_ns)});
    entry_ns_.reset();
  } else if (is(r, K::protm_exit_raised) || is(r, K::reset_completed)) {
    close(sessions_, kNoStep, r.time_ns);
  } else if (is(r, K::protm_pend)) {
    requests_.push_back({.group = seated(), .from_ns = r.time_ns});
  } else if (is(r, K::protm_pend_acked)) {
    close(requests_, seated(), r.time_ns);
  } else if (is(r, K::reset_started)) {
    close(requests_, kNoStep, r.time_ns);
    close(stalls_, kNoStep, r.time_ns);
  } else if (is(r, K::fault_applied) && r.a < program_.faults.size()) {
    const bool of_entry = program_.faults[r.a].machine.target ==
                          static_cast<std::uint32_t>(vocab::AckTarget::glb_protm_enter);
    const bool lost = r.b == static_cast<std::uint32_t>(vocab::FaultKind::lose_ack);
    if (lost && of_entry) stalls_.push_back({.from_ns = r.time_ns});
  } else if (r.kind == RecordKind::step_returned && static_cast<std::int64_t>(r.c) >= 0 &&
             group_of_job(program_, r.b) != kNoStep) {
    jobs_[r.b] = {.group = group_of_job(program_, r.b), .from_ns = r.time_ns};
  } else if (r.kind == RecordKind::fence_signalled) {
    if (const auto job = jobs_.find(r.a); job != jobs_.end()) job->second.to_ns = r.time_ns;
  }
}

bool LostTime::crowded_out(std::uint32_t group, std::uint64_t end_ns) const {
  if (!is_group(group)) return false;
  std::vector<Part> parts;
  // One alone leaves a job a second of its own, which is what a case may be about.
  if (stalls_.size() > 1) {
    for (const Span& stall : stalls_) parts.emplace_back(stall.from_ns, stall.to_ns);
  }
  for (const Span& stay : sessions_) {
    if (stay.group == group || !is_group(stay.group)) continue;
    if (priority_of(stay.group) < priority_of(group)) continue;
    parts.emplace_back(stay.from_ns, stay.to_ns);
  }
  for (const Span& request : requests_) {
    if (request.group != group) continue;
    for (const auto& [step, job] : jobs_) {
      if (!is_group(job.group) || priority_of(job.group) <= priority_of(group)) continue;
      parts.emplace_back(std::max(request.from_ns, job.from_ns),
                         std::min(request.to_ns, job.to_ns));
    }
  }
  const std::uint64_t begin_ns = end_ns - std::min(end_ns, kJobTimeoutNs);
  return length_of(std::move(parts), begin_ns, end_ns) >= kCrowdedNs;
}

}  // namespace protm::judge
