// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/binary.h"

#include <doctest/doctest.h>

#include <cstdio>

#include "conformance/format/binary_code.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/program_order.h"
#include "conformance/format/random_programs.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::format;

TEST_CASE("read_tagged: every number is read back as it was written") {
  const std::uint64_t numbers[] = {0,    1,     63,        64,         255,       319,
                                   320,  4095,  4096,      65535,      65536,     0x200000,
                                   8192, 1u << 31, UINT32_MAX, 1ull << 32, 59'999'999'999,
                                   UINT64_MAX};
  for (const Scale& scale : {kPlainScale, kSizeScale, Scale{.base = 0x200000, .unit = 4096}}) {
    for (const std::uint64_t number : numbers) {
      ByteWriter out;
      write_tagged(out, number, scale);
      const auto bytes = out.take();
      ByteReader in(bytes);
      CHECK(read_tagged(in, scale) == number);
      CHECK(in.exhausted());
    }
  }
}

TEST_CASE("decode: 20000 random strings are Programs that survive encoding") {
  RandomBytes random(1);
  Shares shares;
  for (int i = 0; i < 20'000; ++i) {
    const auto bytes = random.string();
    const Program program = decode(bytes);
    shares.add(program);
    const auto again = encode(program);
    const Program same = decode(again);
    if (!equal(program, same) || encode(same) != again) {
      FAIL("string " << i << "\n" << write_case(program) << "\nbecame\n" << write_case(same));
    }
  }
  const auto permille = [&](std::uint64_t n) { return 1000 * n / shares.total; };
  std::printf("random strings, per mille: boot %u, create a VM or BO %u, submit %u, submit a "
              "region %u; steps in 1000 of them %u\n",
              static_cast<unsigned>(permille(shares.boots)),
              static_cast<unsigned>(permille(shares.creates)),
              static_cast<unsigned>(permille(shares.submits)),
              static_cast<unsigned>(permille(shares.protected_submits)),
              static_cast<unsigned>(permille(shares.steps)));
  CHECK(permille(shares.boots) >= 900);
  CHECK(permille(shares.creates) >= 500);
  CHECK(permille(shares.submits) >= 250);
  CHECK(permille(shares.protected_submits) >= 100);
}

TEST_CASE("decode: what random strings become can be written as YAML and read back") {
  RandomBytes random(2);
  for (int i = 0; i < 1'500; ++i) {
    const Program program = decode(random.string());
    const std::string text = write_case(program);
    const auto read = read_case("t.yaml", text);
    if (!read) FAIL(diagnostics_text(read.error()) << text);
    if (!equal(*read, program)) FAIL(text << "\nbecame\n" << write_case(*read));
  }
}

TEST_CASE("decode: every prefix of a Program's bytes is a Program") {
  RandomBytes random(3);
  for (int i = 0; i < 20; ++i) {
    const auto bytes = encode(decode(random.string()));
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
      const Program program = decode(std::span(bytes).first(length));
      CHECK(equal(canonical(program), program));
    }
  }
}

TEST_CASE("decode: one opcode is a whole job, with what it needs") {
  std::vector<std::uint8_t> bytes(12, 0);
  bytes[0] = kBinaryVersion;
  const std::uint32_t opcode =
      operation_count() + static_cast<std::uint32_t>(Extra::protected_job);
  bytes.push_back(static_cast<std::uint8_t>(opcode));
  bytes.push_back(0);
  const Program program = decode(bytes);
  CHECK(program.steps.size() == 7);
  CHECK(write_case(program).find("prot_region: [{run_compute: 500us}") != std::string::npos);
}

TEST_CASE("canonical: names and words go, what runs stays") {
  const auto read = read_case("t.yaml", R"(schema: 1
id: sched/x
title: t
why: w
entries: [SCHED-1]
machine: {csg_slots: 3, seed: 99999999999, ack_ns: 3ms}
actors:
  first: []
  ui:
    - {after: step $made returned, vm_destroy: $made}
    - {id: made2, vm_create: {}}
  video:
    - {id: made, vm_create: {}}
    - {vm_destroy: $made2}
    - {vm_destroy: $made2}
caps: {video: [sys_nice, sys_admin], ui: [sys_admin]}
then: [{result: $made, is: 0}]
)");
  REQUIRE(read.has_value());
  CHECK(write_case(canonical(*read)) == R"(schema: 1
machine: {csg_slots: 3, ack_ns: 3ms, seed: 0x174876e7ff}
actors:
  a0:
    - {after: step $vm2 returned, vm_destroy: $vm2}
    - {id: vm1, vm_create: {}}
  a1:
    - {id: vm2, vm_create: {}}
    - {vm_destroy: $vm1}
    - {vm_destroy: $vm1}
caps: {a0: [sys_admin], a1: [sys_nice, sys_admin]}
)");
}
