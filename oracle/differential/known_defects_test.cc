// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/known_defects.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <vector>

#include "sut-adapters/contract/op_table.h"

using namespace protm;
using namespace protm::contract;
using differential::Comparison;

namespace {

constexpr std::uint32_t kGroup = 0, kJob = 1, kUnbind = 2, kLate = 3;

Node node(NodeType type) {
  Node n;
  n.type = static_cast<std::uint16_t>(type);
  n.fields.resize(node_info(type).fields.size());
  return n;
}

Node submit() {
  Node n = node(NodeType::group_submit);
  Value& group = n.fields[*field_index(node_info(NodeType::group_submit), "group")];
  group.kind = Value::Kind::ref;
  group.number = kGroup;
  return n;
}

/// A group, a job, an unbind, and one more job.
Program program() {
  Program p;
  p.actors.push_back({"user", false});
  for (Node op : {node(NodeType::group_create), submit(), node(NodeType::unbind), submit()}) {
    Step step;
    step.op = std::move(op);
    p.steps.push_back(std::move(step));
  }
  return p;
}

Record record(std::uint64_t ns, RecordKind kind, std::uint32_t a, std::uint32_t b = 0) {
  return Record{.time_ns = ns, .kind = kind, .a = a, .b = b};
}

judge::Finding finding(std::string slug, std::string field) {
  judge::Finding f;
  f.slug = f.rule = std::move(slug);
  f.field = std::move(field);
  return f;
}

/// The job is accepted, the device goes, and no fence signals; the judge saw that the fence is
/// missing and that the rule is broken.
Comparison lost_job() {
  Comparison c;
  c.candidate.records = {record(1, RecordKind::step_returned, 0, kGroup),
                         record(2, RecordKind::step_returned, 0, kJob),
                         record(3, RecordKind::step_started, 0, kUnbind),
                         record(4, RecordKind::step_returned, 0, kUnbind),
                         record(9, RecordKind::rest_state, 0)};
  c.verdict.outcome = judge::Outcome::diverged;
  c.verdict.findings = {finding("L1", "fence"), finding("fence", "missing")};
  c.oracle.records = {record(3, RecordKind::fence_signalled, kJob)};
  c.verdict.findings[1].oracle_record = 0;
  return c;
}

exec::Candidate kernel(const char* profile = "linux-7.x") {
  exec::Candidate who;
  who.name = "linux-uml";
  who.profile = profile;
  return who;
}

}  // namespace

TEST_CASE("known defects: a job in flight at unbind is known, and what follows from it") {
  const auto ids = differential::known_by(program(), lost_job(), kernel());
  REQUIRE(ids.size() == 1);
  CHECK(ids[0] == "job-in-flight-at-unbind");
}

TEST_CASE("known defects: nothing is known of a candidate that is no released driver") {
  exec::Candidate who = kernel();
  who.name = "series-v1";
  CHECK(differential::known_by(program(), lost_job(), who).empty());
}

TEST_CASE("known defects: a finding that is left over keeps the run unknown") {
  Comparison c = lost_job();
  c.verdict.findings.push_back(finding("memory", "bytes"));
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: without the unbind, or with the job behind it, nothing is explained") {
  Comparison c = lost_job();
  c.candidate.records[2].kind = RecordKind::kernel_log;
  CHECK(differential::known_by(program(), c, kernel()).empty());
  c = lost_job();
  std::swap(c.candidate.records[1], c.candidate.records[2]);
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: one job that is lost for another reason does not hide behind one") {
  Comparison c = lost_job();
  c.candidate.records.insert(c.candidate.records.begin() + 4,
                             record(5, RecordKind::step_returned, 0, kLate));
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: the fence that is missing is the one that must have been in flight") {
  Comparison c = lost_job();
  c.oracle.records[0].a = kLate;
  CHECK(differential::known_by(program(), c, kernel()).empty());
  c.verdict.findings[1].oracle_record.reset();
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: a fence that signals before its call returns is not open") {
  Comparison c = lost_job();
  c.candidate.records.insert(c.candidate.records.begin() + 4,
                             {record(5, RecordKind::fence_signalled, kLate),
                              record(6, RecordKind::step_returned, 0, kLate)});
  CHECK(differential::known_by(program(), c, kernel()).size() == 1);
}

TEST_CASE("known defects: a fence that signals late was not lost") {
  Comparison c = lost_job();
  c.candidate.records.insert(c.candidate.records.begin() + 4,
                             record(5, RecordKind::fence_signalled, kJob));
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: the WARN of 6.12's reset needs a group with work, and 6.12") {
  Comparison c = lost_job();
  c.candidate.texts.emplace_back("panthor_sched.c panthor_sched_pre_reset");
  Record warn = record(3, RecordKind::kernel_warn, 0);
  warn.text = 1;
  c.candidate.records = {record(2, RecordKind::step_returned, 0, kJob), warn,
                         record(4, RecordKind::fence_signalled, kJob)};
  judge::Finding f = finding("sut/warn:panthor_sched.c-panthor_sched_pre_reset", "warn");
  f.event = "kernel_warn";
  f.candidate_record = 1;
  c.verdict.findings = {f};
  CHECK(differential::known_by(program(), c, kernel("linux-6.12")).size() == 1);
  CHECK(differential::known_by(program(), c, kernel()).empty());
  c.candidate.records.erase(c.candidate.records.begin());
  c.verdict.findings[0].candidate_record = 0;
  CHECK(differential::known_by(program(), c, kernel("linux-6.12")).empty());
}

TEST_CASE("known defects: the WARN of a job behind an unbind needs the job, and that it is lost") {
  Comparison c = lost_job();
  c.candidate.texts.emplace_back("panthor_sched.c queue_run_job");
  Record warn = record(7, RecordKind::kernel_warn, 0);
  warn.text = 1;
  Record fence = record(7, RecordKind::fence_signalled, kJob);
  fence.d = EACCES;
  c.candidate.records.insert(c.candidate.records.begin() + 4, {warn, fence});
  judge::Finding f = finding("sut/warn:panthor_sched.c-queue_run_job", "warn");
  f.event = "kernel_warn";
  f.candidate_record = 4;
  c.verdict.findings = {f};
  const auto known = [&] { return differential::known_by(program(), c, kernel()); };
  CHECK(known() == std::vector<std::string_view>{"warn-of-job-behind-unbind"});
  c.candidate.records[5].d = ECANCELED;
  CHECK(known().empty());
  c.candidate.records[5].d = EACCES;
  c.candidate.records[5].time_ns = 8;
  CHECK(known().empty());
  c.candidate.records[5].time_ns = 7;
  c.candidate.records[5].a = kLate;   // one that the driver never took
  CHECK(known().empty());
  c.candidate.records[5].a = kJob;
  c.candidate.records.erase(c.candidate.records.begin() + 3);   // the unbind has not returned
  c.verdict.findings[0].candidate_record = 3;
  CHECK(known().empty());
}

TEST_CASE("known defects: a job that ends while the device goes may end well or be cancelled") {
  Comparison c = lost_job();
  const auto with_fence = [&](std::uint64_t error, std::size_t at) {
    Trace trace = lost_job().candidate;
    Record fence = record(3, RecordKind::fence_signalled, kJob);
    fence.d = error;
    trace.records.insert(trace.records.begin() + static_cast<std::ptrdiff_t>(at), fence);
    return trace;
  };
  judge::Finding f = finding("fence", "error");
  c.candidate = with_fence(0, 3);
  f.candidate_record = 3;
  c.oracle = with_fence(ECANCELED, 4);
  f.oracle_record = 4;
  c.verdict.findings = {f};
  CHECK(differential::known_by(program(), c, kernel()) ==
        std::vector<std::string_view>{"race-job-ends-beside-unbind"});
  // Well, but after the device was gone; cancelled before it began to go; another error.
  c.candidate = with_fence(0, 4);
  c.verdict.findings[0].candidate_record = 4;
  CHECK(differential::known_by(program(), c, kernel()).empty());
  c.candidate = with_fence(ECANCELED, 2);
  c.verdict.findings[0].candidate_record = 2;
  CHECK(differential::known_by(program(), c, kernel()).empty());
  c.candidate = with_fence(EINVAL, 3);
  c.verdict.findings[0].candidate_record = 3;
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: a NULL access in a submit's clean-up is known inside a submit only") {
  Comparison c;
  c.candidate.texts.emplace_back("panic in panthor_submit_ctx_collect_jobs_signal_ops");
  Record oops = record(3, RecordKind::kernel_oops, 0);
  oops.text = 1;
  c.candidate.records = {record(2, RecordKind::step_started, 0, kJob), oops};
  c.verdict.outcome = judge::Outcome::diverged;
  judge::Finding f = finding("sut/oops", "null access");
  f.event = "kernel_oops";
  f.candidate_record = 1;
  c.verdict.findings = {f};
  CHECK(differential::known_by(program(), c, kernel()) ==
        std::vector<std::string_view>{"signal-of-no-syncobj"});
  c.candidate.records[0].b = kGroup;  // a group_create
  CHECK(differential::known_by(program(), c, kernel()).empty());
  c.candidate.records[0].b = kJob;
  c.candidate.texts[1] = "panic in panthor_vm_bind";
  CHECK(differential::known_by(program(), c, kernel()).empty());
}

TEST_CASE("known defects: each has words, a source and an id of its own") {
  std::set<std::string_view> ids;
  for (const differential::KnownDefect& d : differential::known_defects()) {
    CHECK(ids.insert(d.id).second);
    CHECK(!d.what.empty());
    CHECK(d.source.find("panthor_") != std::string_view::npos);
    CHECK(bool(d.explains));
  }
}
