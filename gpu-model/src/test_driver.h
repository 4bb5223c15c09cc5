// SPDX-License-Identifier: GPL-2.0-only
// A tiny driver for the machine's own tests: writes page tables, loads an image, boots, programs
// slots, rings doorbells. It polls and has no scheduler.
// Leaves out: everything that makes a driver a driver.
// Source: register sequences of facts-driver-7x.md 10.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <vector>

#include "gpu-model/src/fw_image_builder.h"
#include "gpu-model/src/fw_image_reader.h"
#include "gpu-model/src/machine.h"
#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/lpae.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/job_control.h"

namespace protm::gpu {

namespace fw = vocab::fw;
namespace isa = vocab::cs;
using vocab::Observation;
using vocab::ObservationKind;

/// One translation table tree.
class TestVm {
 public:
  explicit TestVm(Machine& machine) : machine_(machine) { root_ = page(); }

  vocab::Pa map_new(std::uint64_t va, PageKind kind = PageKind::normal,
                    std::uint64_t flags = vocab::lpae::kNoexec) {
    const vocab::Pa pa = machine_.ram().alloc_page(kind);
    map(va, pa, flags);
    return pa;
  }
  void map(std::uint64_t va, vocab::Pa pa, std::uint64_t flags) {
    using namespace vocab::lpae;
    std::uint64_t* entry = leaf(va);
    *entry = pa.value | kTypePage | kAccessFlag | kNotGlobal | kApUnprivileged | flags;
  }
  void unmap(std::uint64_t va) { *leaf(va) = 0; }
  [[nodiscard]] std::uint64_t root() const { return root_.value; }
  /// CPU pointer to a mapped VA.
  [[nodiscard]] std::byte* at(std::uint64_t va) {
    const std::uint64_t entry = *leaf(va);
    return machine_.ram().page(vocab::Pa{entry & vocab::lpae::kAddressMask}) +
           (va & vocab::kPageMask);
  }
  [[nodiscard]] std::uint32_t get32(std::uint64_t va) {
    std::uint32_t v = 0;
    std::memcpy(&v, at(va), 4);
    return v;
  }
  [[nodiscard]] std::uint64_t get64(std::uint64_t va) {
    std::uint64_t v = 0;
    std::memcpy(&v, at(va), 8);
    return v;
  }
  void set32(std::uint64_t va, std::uint32_t v) { std::memcpy(at(va), &v, 4); }
  void set64(std::uint64_t va, std::uint64_t v) { std::memcpy(at(va), &v, 8); }

 private:
  vocab::Pa page() { return machine_.ram().alloc_page(PageKind::normal); }
  std::uint64_t* leaf(std::uint64_t va) {
    std::uint64_t table = root_.value;
    for (unsigned level = 0;; ++level) {
      auto* entries = reinterpret_cast<std::uint64_t*>(machine_.ram().page(vocab::Pa{table}));
      std::uint64_t* entry = entries + vocab::lpae::level_index(va, level);
      if (level == 3) return entry;
      if (*entry == 0) *entry = page().value | vocab::lpae::kTypeTable;
      table = *entry & vocab::lpae::kAddressMask;
    }
  }

  Machine& machine_;
  vocab::Pa root_;
};

inline vocab::MachineConfig test_config() { return *vocab::config_by_name("arch10-fw1"); }

inline constexpr std::uint32_t kPage = 4096;
inline constexpr std::uint32_t kGpuIrqWanted =
    vocab::GpuIrq::gpu_fault.mask | vocab::GpuIrq::protm_fault.mask |
    vocab::GpuIrq::reset_completed.mask | vocab::GpuIrq::clean_caches_completed.mask;
inline constexpr std::uint32_t kGlbIrqWanted =
    fw::kGlbCfgProgressTimer | fw::kGlbCfgAllocEn | fw::kGlbCfgPwroffTimer | fw::kGlbProtmEnter |
    fw::kGlbPing | fw::kGlbIdleEn | fw::kGlbProtmExit | fw::kGlbIdle;

/// Where the test's objects lie.
inline constexpr std::uint64_t kRingVa = 0x100000;         // group VM, one ring per CS, 4 KiB
inline constexpr std::uint64_t kStreamVa = 0x200000;       // group VM
inline constexpr std::uint64_t kDataVa = 0x300000;         // group VM
inline constexpr std::uint64_t kRingPagesVa = 0x05000000;  // MCU VM, 8 KiB per CS
inline constexpr std::uint64_t kSuspendVa = 0x05100000;    // MCU VM, 4 KiB per slot
inline constexpr std::uint64_t kProtmSuspendVa = 0x05200000;

class TestDriver {
 public:
  explicit TestDriver(const vocab::MachineConfig& config = test_config(),
                      FirmwareImageSpec spec = {},
                      std::pmr::memory_resource* memory = std::pmr::new_delete_resource())
      : machine(config, memory),
        mcu(machine),
        vm(machine),
        image(build_firmware_image(spec, std::pmr::new_delete_resource())) {
    machine.expect_image(image);
  }

  void wait(std::uint64_t ns) { machine.advance(machine.now() + ns); }
  /// Runs the machine until nothing is left to happen, at most `ns`.
  void settle(std::uint64_t ns = 100 * vocab::kMs) {
    const vocab::SimTime end = machine.now() + ns;
    while (machine.next_event_ns() <= end.ns) machine.advance({machine.next_event_ns()});
  }
  template <class L>
  std::uint32_t read(const vocab::Reg<L>& reg) {
    return machine.read(reg.offset);
  }
  template <class L>
  void write(const vocab::Reg<L>& reg, std::uint32_t value) {
    machine.write(reg.offset, value);
  }
  [[nodiscard]] std::size_t count(ObservationKind kind) const {
    std::size_t n = 0;
    for (const Observation& o : machine.observations()) n += o.kind == kind ? 1 : 0;
    return n;
  }
  /// The n-th observation of a kind, or a record of kind `count` when there is none.
  [[nodiscard]] Observation nth(ObservationKind kind, std::size_t n = 0) const {
    for (const Observation& o : machine.observations()) {
      if (o.kind == kind && n-- == 0) return o;
    }
    Observation none;
    none.kind = ObservationKind::count;
    return none;
  }

  void as_command(std::uint32_t as, vocab::AsCommand command) {
    machine.write(vocab::as_offset({as}, vocab::kAsCommand), static_cast<std::uint32_t>(command));
  }
  void program_as(std::uint32_t as, std::uint64_t root) {
    const std::uint64_t cfg = vocab::kTranscfgPtwMemattrWb | vocab::kTranscfgPtwRa |
                              7ull << vocab::kTranscfgInaBitsShift |
                              vocab::kTranscfgAdrmodeAarch64_4k;
    machine.write(vocab::as_offset({as}, vocab::kAsTranstabLo), static_cast<std::uint32_t>(root));
    machine.write(vocab::as_offset({as}, vocab::kAsTranstabHi),
                  static_cast<std::uint32_t>(root >> 32));
    machine.write(vocab::as_offset({as}, vocab::kAsTranscfgLo),
                  static_cast<std::uint32_t>(root == 0 ? 1 : cfg));
    machine.write(vocab::as_offset({as}, vocab::kAsTranscfgHi),
                  static_cast<std::uint32_t>(root == 0 ? 0 : cfg >> 32));
    as_command(as, vocab::AsCommand::update);
    settle();
  }

  void power_on() {
    if (vocab::has_pwr_control(machine.config().gpu_id)) {
      write(vocab::kPwrCmdargLo, 1);
      write(vocab::kPwrCommand, static_cast<std::uint32_t>(vocab::PwrCommandType::power_up));
    } else {
      write(vocab::kL2PwronLo, 1);
    }
    settle();
  }
  void load_image(PageKind prot_kind = PageKind::protected_memory) {
    std::pmr::vector<ImageSection> sections(std::pmr::new_delete_resource());
    read_image_sections(image, sections);
    for (const ImageSection& s : sections) {
      const bool prot = (s.flags & vocab::fw_image::kFlagProt) != 0;
      for (std::uint32_t page = 0; page < s.size; page += 4096) {
        mcu.map_new(s.va + page, prot ? prot_kind : PageKind::normal, 0);
        if (prot || page >= s.data_size) continue;
        const std::size_t bytes = std::min<std::size_t>(4096, s.data_size - page);
        std::memcpy(mcu.at(s.va + page), image.data() + s.data_start + page, bytes);
      }
    }
  }
  /// What firmware wrote into its own data, and behind it, goes: the next boot is a cold one.
  enum class Tails : std::uint8_t { cleared, left };
  void reload_data(Tails tails = Tails::cleared) {
    std::pmr::vector<ImageSection> sections(std::pmr::new_delete_resource());
    read_image_sections(image, sections);
    constexpr std::uint32_t kOthers = vocab::fw_image::kFlagShared | vocab::fw_image::kFlagProt;
    for (const ImageSection& s : sections) {
      if ((s.flags & kOthers) != 0 || (s.flags & vocab::fw_image::kFlagWr) == 0) continue;
      std::memcpy(mcu.at(s.va), image.data() + s.data_start, s.data_size);
      const bool clear = tails == Tails::cleared && (s.flags & vocab::fw_image::kFlagZero) != 0;
      for (std::uint32_t at = s.data_size; clear && at < s.size; at += 4) mcu.set32(s.va + at, 0);
    }
  }
  /// Halts the MCU, and takes the request back for the next boot.
  void halt() {
    mcu.set32(glb_in(0), mcu.get32(glb_in(0)) | fw::kGlbHalt);
    ring(0);
    settle();
    mcu.set32(glb_in(0), mcu.get32(glb_in(0)) & ~fw::kGlbHalt);
  }
  void start_mcu() {
    write(vocab::kGpuIrqMask, kGpuIrqWanted);
    write(vocab::kMmuIrqMask, vocab::kMmuIrqPageFaultMask);
    write(vocab::kJobIrqClear, ~0u);
    write(vocab::kJobIrqMask, ~0u);
    write(vocab::kMcuControl, 2);
    wait(machine.config().effective_ns(vocab::Latency::boot));
  }
  /// Power, image, AS 0, MCU, global configuration.
  void boot(PageKind prot_kind = PageKind::protected_memory) {
    power_on();
    load_image(prot_kind);
    program_as(0, mcu.root());
    start_mcu();
    program_as(1, vm.root());
    write(vocab::kJobIrqClear, ~0u);
    mcu.set32(glb_in(fw::glb_input::kAckIrqMask), kGlbIrqWanted);
    mcu.set32(glb_in(fw::glb_input::kIdleTimer), 16);
    mcu.set64(glb_in(fw::glb_input::kCoreEnMask), ~0ull);
    request_glb(fw::kGlbIdleEn | fw::kGlbCfgAllocEn | fw::kGlbCfgPwroffTimer |
                fw::kGlbCfgProgressTimer);
    settle();
  }

  // Interface blocks, as the control blocks tell.
  [[nodiscard]] std::uint64_t glb_in(std::uint32_t field) {
    return mcu.get32(fw::kSharedVa + fw::glb_control::kInputVa) + field;
  }
  [[nodiscard]] std::uint64_t glb_out(std::uint32_t field) {
    return mcu.get32(fw::kSharedVa + fw::glb_control::kOutputVa) + field;
  }
  [[nodiscard]] std::uint64_t group(std::uint32_t slot) {
    return fw::kSharedVa + fw::kCsgControlBase +
           slot * mcu.get32(fw::kSharedVa + fw::glb_control::kGroupStride);
  }
  [[nodiscard]] std::uint64_t stream(std::uint32_t slot, std::uint32_t cs) {
    return group(slot) + fw::kCsControlBase +
           cs * mcu.get32(group(slot) + fw::csg_control::kStreamStride);
  }
  [[nodiscard]] std::uint64_t csg_in(std::uint32_t slot, std::uint32_t field) {
    return mcu.get32(group(slot) + fw::csg_control::kInputVa) + field;
  }
  [[nodiscard]] std::uint64_t csg_out(std::uint32_t slot, std::uint32_t field) {
    return mcu.get32(group(slot) + fw::csg_control::kOutputVa) + field;
  }
  [[nodiscard]] std::uint64_t cs_in(std::uint32_t slot, std::uint32_t cs, std::uint32_t field) {
    return mcu.get32(stream(slot, cs) + fw::cs_control::kInputVa) + field;
  }
  [[nodiscard]] std::uint64_t cs_out(std::uint32_t slot, std::uint32_t cs, std::uint32_t field) {
    return mcu.get32(stream(slot, cs) + fw::cs_control::kOutputVa) + field;
  }

  void ring(std::uint32_t page) { machine.write(vocab::doorbell_offset(page), 1); }
  /// Toggles request bits of GLB_REQ against GLB_ACK and rings doorbell 0.
  void request_glb(std::uint32_t bits) {
    const std::uint32_t req = mcu.get32(glb_in(0));
    const std::uint32_t ack = mcu.get32(glb_out(0));
    mcu.set32(glb_in(0), (req & ~bits) | (~ack & bits));
    ring(0);
  }
  [[nodiscard]] bool glb_pending(std::uint32_t bits) {
    return ((mcu.get32(glb_in(0)) ^ mcu.get32(glb_out(0))) & bits) != 0;
  }
  void ack_glb(std::uint32_t bits) {
    const std::uint32_t req = mcu.get32(glb_in(0));
    mcu.set32(glb_in(0), (req & ~bits) | (mcu.get32(glb_out(0)) & bits));
  }
  void name_slot(std::uint32_t slot) {
    const std::uint64_t in = glb_in(fw::glb_input::kDoorbellReq);
    const std::uint32_t ack = mcu.get32(glb_out(fw::glb_output::kDoorbellAck));
    const std::uint32_t bit = 1u << slot;
    mcu.set32(in, (mcu.get32(in) & ~bit) | (~ack & bit));
    ring(0);
  }
  void request_csg(std::uint32_t slot, std::uint32_t state, std::uint32_t toggles) {
    const std::uint32_t req = mcu.get32(csg_in(slot, 0));
    const std::uint32_t ack = mcu.get32(csg_out(slot, 0));
    mcu.set32(csg_in(slot, 0), (req & ~(fw::kCsgStateMask | toggles)) | state | (~ack & toggles));
    const bool starts = state == static_cast<std::uint32_t>(fw::CsgState::start) ||
                        state == static_cast<std::uint32_t>(fw::CsgState::resume);
    if (starts && csg_state(slot) != state) name_streams(slot);
    name_slot(slot);
  }
  /// Rings the doorbells of all CS of a slot: START and RESUME look at those only.
  void name_streams(std::uint32_t slot) {
    mcu.set32(csg_in(slot, fw::csg_input::kDoorbellReq),
              ~mcu.get32(csg_out(slot, fw::csg_output::kDoorbellAck)));
  }
  /// The words CS_STATUS_* say what is so now.
  void ask_status(std::uint32_t slot) {
    request_csg(slot, csg_state(slot), fw::kCsgStatusUpdate);
    settle();
  }
  [[nodiscard]] std::uint32_t csg_state(std::uint32_t slot) {
    return mcu.get32(csg_out(slot, 0)) & fw::kCsgStateMask;
  }
  [[nodiscard]] bool pend_pending(std::uint32_t slot, std::uint32_t cs = 0) {
    return ((mcu.get32(cs_in(slot, cs, 0)) ^ mcu.get32(cs_out(slot, cs, 0))) & fw::kCsProtmPend) !=
           0;
  }
  void ack_pend(std::uint32_t slot, std::uint32_t cs = 0) {
    const std::uint32_t req = mcu.get32(cs_in(slot, cs, 0));
    const std::uint32_t ack = mcu.get32(cs_out(slot, cs, 0));
    mcu.set32(cs_in(slot, cs, 0), (req & ~fw::kCsProtmPend) | (ack & fw::kCsProtmPend));
  }

  /// As panthor answers CS_FAULT: acks it. Whoever wants the CS to go on rings behind it.
  void ack_fault(std::uint32_t slot, std::uint32_t cs = 0) {
    const std::uint64_t in = cs_in(slot, cs, fw::cs_input::kReq);
    mcu.set32(in, mcu.get32(in) ^ fw::kCsFault);
  }

  void ring_streams(std::uint32_t slot) {
    name_streams(slot);
    name_slot(slot);
    ring(0);
    settle();
  }

  /// Programs CS 0 of a slot and its group, ring empty.
  void prepare_slot(std::uint32_t slot, std::uint32_t priority,
                    PageKind protm_kind = PageKind::protected_memory) {
    const std::uint64_t pages = kRingPagesVa + slot * 2 * kPage;
    const std::uint64_t ring_va = kRingVa + slot * kPage;
    mcu.map_new(pages);
    mcu.map_new(pages + kPage);
    vm.map_new(ring_va);
    mcu.map_new(kSuspendVa + slot * kPage);
    mcu.map_new(kProtmSuspendVa + slot * kPage, protm_kind);
    mcu.set64(cs_in(slot, 0, fw::cs_input::kRingbufBase), ring_va);
    mcu.set32(cs_in(slot, 0, fw::cs_input::kRingbufSize), kPage);
    mcu.set64(cs_in(slot, 0, fw::cs_input::kRingbufInput), pages);
    mcu.set64(cs_in(slot, 0, fw::cs_input::kRingbufOutput), pages + kPage);
    mcu.set32(cs_in(slot, 0, fw::cs_input::kConfig), (slot + 1) << 8);
    mcu.set32(cs_in(slot, 0, fw::cs_input::kAckIrqMask), ~0u);
    mcu.set32(cs_in(slot, 0, 0), 1 | fw::kCsIdleSyncWait | fw::kCsIdleEmpty);
    mcu.set32(csg_in(slot, fw::csg_input::kEndpointReq), priority << 28);
    mcu.set32(csg_in(slot, fw::csg_input::kConfig), 1);
    mcu.set64(csg_in(slot, fw::csg_input::kAllowCompute), 1);
    mcu.set64(csg_in(slot, fw::csg_input::kAllowFragment), 1);
    mcu.set32(csg_in(slot, fw::csg_input::kAllowOther), 1);
    mcu.set64(csg_in(slot, fw::csg_input::kSuspendBuf), kSuspendVa + slot * kPage);
    mcu.set64(csg_in(slot, fw::csg_input::kProtmSuspendBuf), kProtmSuspendVa + slot * kPage);
    mcu.set32(csg_in(slot, fw::csg_input::kAckIrqMask), ~0u);
  }
  /// Appends words to the slot's ring and moves INSERT; no doorbell.
  void push(std::uint32_t slot, const std::vector<std::uint64_t>& words) {
    const std::uint64_t pages = kRingPagesVa + slot * 2 * kPage;
    std::uint64_t insert = mcu.get64(pages);
    for (const std::uint64_t word : words) {
      vm.set64(kRingVa + slot * kPage + (insert & (kPage - 1)), word);
      insert += 8;
    }
    mcu.set64(pages, insert);
  }
  [[nodiscard]] std::uint64_t extract(std::uint32_t slot) {
    return mcu.get64(kRingPagesVa + slot * 2 * kPage + kPage);
  }
  [[nodiscard]] std::uint64_t insert(std::uint32_t slot) {
    return mcu.get64(kRingPagesVa + slot * 2 * kPage);
  }
  void start_slot(std::uint32_t slot) {
    request_csg(slot, static_cast<std::uint32_t>(fw::CsgState::start), fw::kCsgEpCfg);
    settle();
  }

  Machine machine;
  TestVm mcu;
  TestVm vm;
  std::pmr::vector<std::byte> image;
};

}  // namespace protm::gpu
