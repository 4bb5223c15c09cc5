// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "conformance/format/case_words.h"
#include "conformance/format/fault_text.h"
#include "fuzzers/generator/machine.h"
#include "fuzzers/mutator/editor.h"
#include "fuzzers/mutator/program_cut.h"
#include "gpu-model/vocab/ids.h"
#include "gpu-model/vocab/machine_config.h"

namespace protm::fuzz {

using contract::Fault;
using vocab::FaultKind;
using vocab::MachineConfig;
using vocab::fw_image::OddWord;

namespace {

/// Roles of allocations in the drivers, beside the pool of the binary form.
constexpr std::string_view kRoles[] = {
    "kbo_va:protm_suspend", "kbo_va:suspend",  "kbo_va:fw_section", "kbo_va:syncobjs",
    "kbo_va:ringbuf",       "kbo_va:profiling", "kbo_va:heap_pool",  "kbo_va:heap_chunk",
    "kbo_va",               "kbo",             "bo",                "vm",
    "vma",                  "vm_bind",         "group",             "queue",
    "job",                  "dma_fence",       "dma_buf",           "protm_heap",
    "protected",            "pgtable",         "heap_pool",         "heap_chunk"};
constexpr std::int32_t kErrors[] = {-12, -12, -12, -4, -11, -16, -22, -28};

}  // namespace

Fault Editor::draw_fault() {
  Fault fault;
  fault.host = random_.percent(30);
  fault.machine.kind = static_cast<FaultKind>(
      random_.below(static_cast<std::uint64_t>(FaultKind::count)));
  // What keeps a machine from booting ends the run at once.
  constexpr FaultKind kAtBoot[] = {FaultKind::late_boot, FaultKind::fail_boot,
                                   FaultKind::stuck_reset, FaultKind::stuck_power};
  const bool at_boot = std::find(std::begin(kAtBoot), std::end(kAtBoot), fault.machine.kind) !=
                       std::end(kAtBoot);
  if (at_boot && random_.percent(75)) fault.machine.kind = FaultKind::refuse_exit;
  const auto calls = format::call_pool();
  fault.call.call = calls[random_.below(calls.size())];
  fault.call.role = random_.one_of(kRoles);
  fault.call.value = random_.one_of(kErrors);
  vary(fault);
  return fault;
}

void Editor::vary(Fault& fault) {
  constexpr std::uint32_t kNth[] = {1, 1, 1, 2, 2, 3, 4, 5, 8, 16};
  if (fault.host) {
    contract::HostFault& call = fault.call;
    switch (random_.below(4)) {
      case 0: call.role = random_.one_of(kRoles); break;
      case 1: call.value = random_.one_of(kErrors); break;
      case 2: call.value = static_cast<std::int64_t>(4096 * random_.between(1, 4)); break;
      default: call.nth = random_.one_of(kNth); break;
    }
    return;
  }
  vocab::MachineFault& machine = fault.machine;
  const auto words = format::target_words(machine.kind);
  if (!words.empty() && random_.percent(50)) {
    machine.target = words[random_.below(words.size())].value;
  }
  if (format::target_form(machine.kind) == format::TargetForm::as_number) {
    machine.target = static_cast<std::uint32_t>(random_.below(4));
  }
  switch (random_.below(6)) {
    case 0: machine.nth = random_.one_of(kNth); break;
    case 1: machine.times = random_.percent(30) ? vocab::kForever : random_.one_of(kNth); break;
    case 2:
      machine.slot = random_.percent(50) ? vocab::kAnySlot
                                         : static_cast<std::uint32_t>(random_.below(4));
      break;
    case 3: machine.hold_ns = draw_time(); break;
    default: machine.value_ns = random_.percent(20) ? 0 : draw_time(); break;
  }
}

bool Editor::change_fault() {
  std::vector<Fault>& faults = program_.faults;
  const std::uint64_t way = faults.empty() ? 0 : random_.below(4);
  if (way == 0) {
    if (faults.size() >= contract::kMaxFaults) return false;
    faults.push_back(draw_fault());
    faults.back().machine.id = static_cast<std::uint32_t>(faults.size() - 1);
    return true;
  }
  const std::size_t at = random_.below(faults.size());
  if (way == 1) remove_faults(program_, at, 1);
  else vary(faults[at]);
  return true;
}

bool Editor::change_latency() {
  MachineConfig& machine = program_.machine;
  const std::uint64_t way = random_.below(10);
  if (way == 0) {
    machine.latency_seed = 0;
  } else if (way <= 3) {
    machine.latency_seed = random_.between(1, 100);
  } else {
    const std::size_t which = random_.below(vocab::kLatencyCount);
    const std::uint64_t now = machine.latency_ns[which];
    // A driver gives up on answers that take much longer than they should.
    const std::uint64_t ns = random_.percent(20) ? draw_time() : now * random_.between(1, 40) / 8;
    machine.set_latency(static_cast<vocab::Latency>(which), std::max<std::uint64_t>(ns, 1));
  }
  return true;
}

bool Editor::change_machine() {
  MachineConfig changed = program_.machine;
  switch (random_.below(8)) {
    case 0: {
      const auto names = vocab::config_names();
      const auto base = vocab::config_by_name(names[random_.below(names.size())]);
      changed = random_.percent(50) ? *base : vocab::moved_to(changed, *base);
      break;
    }
    case 1:
    case 2: changed.csg_slots = static_cast<std::uint32_t>(random_.between(2, 8)); break;
    case 3: changed.cs_per_csg = static_cast<std::uint32_t>(random_.between(1, 8)); break;
    case 4: changed.as_present = (1u << random_.between(2, 8)) - 1; break;
    case 5: changed.coherent ^= 1; break;
    default: {
      const auto& row = vocab::switch_table()[random_.below(vocab::kSwitchCount)];
      changed.set_switch(row.id, static_cast<std::uint8_t>(random_.below(row.words.size())));
      break;
    }
  }
  if (!vocab::config_problem(changed).empty()) return false;
  program_.machine = changed;
  return true;
}

namespace {

/// Puts the word in, or in the place of another; the number of words that there are then.
std::uint8_t put_word(std::span<OddWord> words, std::uint8_t count, std::uint64_t place,
                      OddWord word) {
  const std::size_t at = std::min<std::size_t>(place % (count + 1u), words.size() - 1);
  words[at] = word;
  return std::max(count, static_cast<std::uint8_t>(at + 1));
}

}  // namespace

bool Editor::change_firmware() {
  contract::FirmwareSpec& spec = program_.firmware;
  const std::uint64_t what = random_.below(6), place = random_.next();
  switch (what) {
    case 0: spec = {}; break;
    case 1:
      spec.prot_sections = static_cast<std::uint8_t>(random_.below(format::kProtSectionsMax + 1));
      break;
    case 2:
      spec.prot_flavour = static_cast<std::uint8_t>(random_.below(format::kProtFlavours.size()));
      break;
    case 3: spec.patched = put_word(spec.patch, spec.patched, place, draw_patch(random_)); break;
    case 4: spec.said = put_word(spec.says, spec.said, place, draw_said(random_)); break;
    default:
      spec.truncate_to = static_cast<std::uint32_t>(
          random_.percent(30) ? 0 : random_.below(64 * 1024));
      break;
  }
  return true;
}

bool Editor::change_heap() {
  switch (random_.below(4)) {
    case 0: program_.heap_present = !program_.heap_present; break;
    case 1: program_.heap_protected = !program_.heap_protected; break;
    case 2:
      program_.heap_param_set = !program_.heap_param_set;
      program_.heap_param = program_.heap_param_set ? format::kDefaultHeapName : "";
      break;
    default: {
      const auto names = format::name_pool();
      program_.heap_param = names[random_.below(names.size())];
      program_.heap_param_set = true;
      break;
    }
  }
  return true;
}

bool Editor::change_boot() {
  using contract::Boot;
  program_.boot = program_.boot == Boot::cold ? Boot::probed : Boot::cold;
  return true;
}

}  // namespace protm::fuzz
