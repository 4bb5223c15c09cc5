// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/stale_fatal.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/differential/known_defects.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using vocab::ObservationKind;

namespace {

constexpr std::uint32_t kSlot = 2, kCs = 1;
constexpr std::uint32_t kGlbReq = 0x0400040e;   // of an interface that was not loaded anew

/// Two groups of two VMs, a buffer in each, and a job of the second group.
struct World {
  Program program;
  std::uint32_t vms[2]{}, bos[2]{}, groups[2]{}, job = 0;

  World() {
    program.actors.push_back({"user", false});
    for (std::size_t i = 0; i < 2; ++i) {
      vms[i] = add_step(program, make_node(NodeType::vm_create));
      bos[i] = add_step(program, make_node(NodeType::bo_create));
      const auto bind = add_step(
          program, make_node(NodeType::vm_bind, {{"vm", Value::Kind::ref, vms[i]}}));
      set_list(program, bind, "ops",
               {make_node(NodeType::bind_map, {{"bo", Value::Kind::ref, bos[i]}})});
      groups[i] = add_step(
          program, make_node(NodeType::group_create, {{"vm", Value::Kind::ref, vms[i]}}));
    }
    job = add_job(program, groups[1]);
  }
};

/// The driver's line about an event of a CS.
void tell(TraceBuilder& b) {
  b.record(RecordKind::kernel_log, {}, "panthor N.gpu: [drm] CSG slot N CS slot: N");
}

/// A fatal event of the first group, as often as `fatals` says, and its line each time.
TraceBuilder former_tenant(const World& w, int fatals = 1) {
  TraceBuilder b;
  b.at(1).event(EventKind::group_on_slot, w.groups[0], kSlot);
  for (int i = 0; i < fatals; ++i) {
    b.after(1).saw(ObservationKind::cs_fatal, {.a = kSlot, .b = kCs});
    tell(b);
  }
  return b;
}

/// What the defect needs: a boot, the second group on that slot, and a line too many.
TraceBuilder killed(const World& w, std::uint32_t glb_req = kGlbReq) {
  TraceBuilder b = former_tenant(w);
  b.at(10).saw(ObservationKind::mcu_boot, {.a = glb_req});
  b.after(1).event(EventKind::group_on_slot, w.groups[1], kSlot);
  b.after(1);
  tell(b);
  return b;
}

std::map<std::uint32_t, differential::StaleKill> read(const World& w, const TraceBuilder& b) {
  return differential::killed_by_stale_fatal(w.program, b.trace());
}

/// Whether the last record of the trace, as the one finding, is known.
bool known(const World& w, const TraceBuilder& b, std::string rule, std::string field) {
  differential::Comparison c;
  c.candidate = b.trace();
  c.verdict.outcome = judge::Outcome::diverged;
  judge::Finding f;
  f.rule = f.slug = std::move(rule);
  f.field = std::move(field);
  f.candidate_record = c.candidate.records.size() - 1;
  c.verdict.findings = {f};
  exec::Candidate who;
  who.name = "linux-uml";
  who.profile = "linux-6.12";
  const auto ids = differential::known_by(w.program, c, who);
  return ids == std::vector<std::string_view>{"fatal-of-a-former-tenant"};
}

}  // namespace

TEST_CASE("stale fatal: who has the CS when a line tells of an event that nobody raised") {
  const World w;
  const auto found = read(w, killed(w));
  REQUIRE(found.size() == 1);
  CHECK(found.begin()->first == w.groups[1]);
  CHECK(found.begin()->second.queues == 1u << kCs);
}

TEST_CASE("stale fatal: not without a boot, nor behind one that clears the interface") {
  const World w;
  TraceBuilder b = former_tenant(w);
  b.after(1).event(EventKind::group_on_slot, w.groups[1], kSlot);
  tell(b);
  CHECK(read(w, b).empty());
  CHECK(read(w, killed(w, 0)).empty());
}

TEST_CASE("stale fatal: two events leave the bit as it was, and a boot in between does too") {
  const World w;
  TraceBuilder b = former_tenant(w, 2);
  b.at(10).saw(ObservationKind::mcu_boot, {.a = kGlbReq});
  b.after(1).event(EventKind::group_on_slot, w.groups[1], kSlot);
  tell(b);
  CHECK(read(w, b).empty());
}

TEST_CASE("stale fatal: a line that an event of the firmware accounts for kills nobody") {
  const World w;
  for (const ObservationKind kind : {ObservationKind::cs_fatal, ObservationKind::cs_fault}) {
    TraceBuilder b = former_tenant(w);
    b.at(10).saw(ObservationKind::mcu_boot, {.a = kGlbReq});
    b.after(1).event(EventKind::group_on_slot, w.groups[1], kSlot);
    b.after(1).saw(kind, {.a = kSlot, .b = 0});
    tell(b);
    CHECK(read(w, b).empty());
    tell(b);
    CHECK(read(w, b).size() == 1);
  }
}

TEST_CASE("stale fatal: another slot, and the slot of another GPU, have no event left over") {
  const World w;
  for (const std::uint8_t device : {0, 1}) {
    TraceBuilder b;
    b.at(1).event(EventKind::group_on_slot, w.groups[0], kSlot);
    b.saw(ObservationKind::cs_fatal, {.a = kSlot, .b = kCs});
    tell(b);
    b.at(10).saw(ObservationKind::mcu_boot, {.a = kGlbReq});
    b.event(EventKind::group_on_slot, w.groups[1], device == 0 ? 0 : kSlot, device);
    tell(b);
    CHECK_FALSE(read(w, b).contains(w.groups[1]));
  }
}

TEST_CASE("stale fatal: the jobs of the group, its calls and its state are known") {
  const World w;
  for (const std::uint64_t error : {EINVAL, ECANCELED}) {
    TraceBuilder b = killed(w);
    b.after(1).fence(w.job, error);
    CHECK(known(w, b, "fence", "error"));
    CHECK_FALSE(known(w, b, "fence", "order"));
  }
  TraceBuilder late = killed(w);
  late.after(1).fence(w.job, ETIMEDOUT);
  CHECK_FALSE(known(w, late, "fence", "error"));
  TraceBuilder call = killed(w);
  call.after(1).returned(w.job, -EINVAL);
  CHECK(known(w, call, "result/group_submit", "EINVAL"));
  TraceBuilder memory = killed(w);
  memory.after(1).returned(w.job, -ENOMEM);
  CHECK_FALSE(known(w, memory, "result/group_submit", "ENOMEM"));
  const auto state = [&](std::uint32_t group, std::uint64_t queues) {
    TraceBuilder b = killed(w);
    b.after(1).record(RecordKind::group_state, {.a = group, .b = 2, .c = queues});
    return known(w, b, "rest-state", "state");
  };
  CHECK(state(w.groups[1], 1u << kCs));
  CHECK_FALSE(state(w.groups[1], 1));        // another queue died
  CHECK_FALSE(state(w.groups[0], 1u << kCs));  // the former tenant
}

TEST_CASE("stale fatal: a fence in front of the line is not known, nor one of another group") {
  World w;
  TraceBuilder b = former_tenant(w);
  b.at(10).saw(ObservationKind::mcu_boot, {.a = kGlbReq});
  b.after(1).event(EventKind::group_on_slot, w.groups[1], kSlot);
  b.after(1).fence(w.job, EINVAL);
  CHECK_FALSE(known(w, b, "fence", "error"));
  const std::uint32_t other = add_job(w.program, w.groups[0]);
  TraceBuilder dead = killed(w);
  dead.after(1).fence(other, EINVAL);
  CHECK_FALSE(known(w, dead, "fence", "error"));
}

TEST_CASE("stale fatal: a buffer of the group's VM is known where a job of the group is lost") {
  const World w;
  const auto content = [&](std::uint32_t bo, bool lost) {
    TraceBuilder b = killed(w);
    b.after(1).fence(w.job, lost ? ECANCELED : 0);
    b.after(1).record(RecordKind::buffer_content, {.a = bo});
    return known(w, b, "memory", "bytes");
  };
  CHECK(content(w.bos[1], true));
  CHECK_FALSE(content(w.bos[1], false));
  CHECK_FALSE(content(w.bos[0], true));
}
