// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/trace_text.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "conformance/format/case_reader.h"
#include "conformance/format/trace_json.h"
#include "gpu-model/vocab/observation.h"
#include "gpu-model/vocab/register_map.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::format;
using vocab::ObservationKind;

namespace {

Program program() {
  return *read_case("t.yaml",
                    "schema: 1\nactors: {ui: [{id: v, vm_create: {}}, {vm_destroy: $v}]}\n");
}

Record machine(std::uint64_t ns, ObservationKind kind, std::uint32_t a, std::uint32_t b,
               std::uint64_t c = 0, std::uint64_t d = 0) {
  return Record{.time_ns = ns,
                .kind = RecordKind::machine,
                .sub = static_cast<std::uint16_t>(kind),
                .a = a,
                .b = b,
                .text = 0,
                .c = c,
                .d = d};
}

Trace trace() {
  Trace t;
  t.texts.push_back("a \"quoted\" line");
  t.records.push_back(Record{.time_ns = 1, .kind = RecordKind::step_started, .a = 0, .b = 0});
  t.records.push_back(machine(1500, ObservationKind::register_write,
                              vocab::register_offset("GPU_COMMAND").value(), 1));
  t.records.push_back(machine(2000, ObservationKind::as_command, 1, 2, 0x200000, 1));
  t.records.push_back(machine(2500, ObservationKind::glb_request, 0x110, 0));
  t.records.push_back(machine(2600, ObservationKind::exit_cause, 1, 0, UINT64_MAX));
  t.records.push_back(Record{.time_ns = 151'000,
                             .kind = RecordKind::step_returned,
                             .a = 0,
                             .b = 1,
                             .c = static_cast<std::uint64_t>(-EINVAL)});
  t.records.push_back(Record{.time_ns = 151'000,
                             .kind = RecordKind::event,
                             .sub = static_cast<std::uint16_t>(EventKind::step_returned),
                             .a = 0});
  t.records.push_back(Record{.time_ns = 151'001, .kind = RecordKind::kernel_log, .text = 1});
  return t;
}

}  // namespace

TEST_CASE("trace_text: records print with names") {
  const std::string text = trace_text(trace(), program());
  INFO(text);
  const auto has = [&](std::string_view part) { CHECK(text.find(part) != std::string::npos); };
  has("       0.001us  step_started        actor=ui step=$v op=vm_create\n");
  has("  register_write      GPU_COMMAND=0x00000001");
  has("as=1 command=LOCK lockaddr=0x200000 state=deferred_protm\n");
  has("{PROTM_ENTER PING} inside=0\n");
  has("cause=forced_by_ping");
  has("     151.000us  step_returned       actor=ui step=step 1 op=vm_destroy result=-EINVAL\n");
  has("  event               step $v returned\n");
}

TEST_CASE("trace_text: records of a GPU say whose they are where there are two") {
  Program p = program();
  Trace t = trace();
  CHECK(trace_text(t, p).find("gpu=") == std::string::npos);
  p.devices = 2;
  const std::string first = trace_text(t, p);
  CHECK(first.find("as_command          gpu=1 as=1 command=LOCK") != std::string::npos);
  CHECK(first.find("step_started        actor=ui") != std::string::npos);
  for (Record& r : t.records) r.device = r.kind == RecordKind::machine ? 1 : 0;
  t.records.push_back(Record{.kind = RecordKind::rest_state, .a = 2, .text = 1, .c = 7});
  const std::string second = trace_text(t, p);
  CHECK(second.find("as_command          gpu=2 as=1 command=LOCK") != std::string::npos);
  CHECK(second.find("gpu=2 value=7") != std::string::npos);
}

TEST_CASE("trace_text: every observation and every record kind has a name and prints") {
  const Program p = program();
  for (std::uint32_t kind = 0; kind < static_cast<std::uint32_t>(ObservationKind::count); ++kind) {
    const Record r = machine(1, static_cast<ObservationKind>(kind), 1, 2, 3, 4);
    CHECK(record_text(r, Trace{}, p).size() > 17);
  }
  for (std::uint16_t kind = 1; kind <= static_cast<std::uint16_t>(RecordKind::fault_applied);
       ++kind) {
    const Record r{.time_ns = 1, .kind = static_cast<RecordKind>(kind), .sub = 1};
    CHECK(record_text(r, Trace{}, p).find("unknown") == std::string::npos);
  }
}

TEST_CASE("trace_json: text is escaped and large numbers are strings") {
  const std::string json = trace_json(trace(), program());
  INFO(json);
  CHECK(json.find("{\"t\":151001,\"what\":\"kernel_log\",\"text\":\"a \\\"quoted\\\" line\"}") !=
        std::string::npos);
  CHECK(json.find("\"slot\":\"18446744073709551615\"") != std::string::npos);
  CHECK(json.find("\"result\":\"-EINVAL\"") != std::string::npos);
}
