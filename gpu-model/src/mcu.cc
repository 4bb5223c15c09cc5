// SPDX-License-Identifier: GPL-2.0-only
// MCU control: boot from the image that the driver mapped, halt, disable, reset.
#include <algorithm>
#include <cstring>

#include "gpu-model/src/firmware.h"
#include "gpu-model/src/fw_image_reader.h"
#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/regs/job_control.h"

namespace protm::gpu {

namespace fw = vocab::fw;
namespace img = vocab::fw_image;
using vocab::BootProblem;
using vocab::Latency;
using vocab::McuState;
using vocab::ObservationKind;

namespace {

/// What `slot` names as the size of a protected suspend buffer.
std::uint32_t protm_suspend_size(const vocab::MachineConfig& c, std::uint32_t slot) {
  using vocab::ProtmSuspendSize;
  const auto sizes = static_cast<ProtmSuspendSize>(c.word(vocab::Switch::protm_suspend_size));
  if (sizes == ProtmSuspendSize::zero) return 0;
  const bool odd = sizes == ProtmSuspendSize::differing && slot + 1 == c.csg_slots;
  return c.protm_suspend_size + (odd ? static_cast<std::uint32_t>(vocab::kPageSize) : 0);
}

}  // namespace

Firmware::Firmware(Core& core, Mmu& mmu, GpuControl& gpu, std::pmr::memory_resource* memory)
    : core_(core),
      mmu_(mmu),
      gpu_(gpu),
      sections_(memory),
      odd_words_(memory),
      slots_(memory),
      cs_(memory),
      saved_(memory) {
  slots_.resize(core.config.csg_slots);
  cs_.resize(std::size_t{core.config.csg_slots} * core.config.cs_per_csg);
}

void Firmware::expect_image(std::span<const std::byte> image) {
  image_ = image;
  sections_.clear();
  read_image_sections(image, sections_);
  odd_words_.clear();
  read_odd_words(image, sections_, odd_words_);
}

void Firmware::set_mcu(McuState state) {
  if (mcu_ == state) return;
  mcu_ = state;
  core_.gpu.raise(vocab::GpuIrq::mcu_status_changed.mask);
}

void Firmware::write_mcu_control(std::uint32_t value) {
  const auto old = vocab::Word<vocab::McuControl>(mcu_control_)[vocab::McuControl::req];
  const auto req = vocab::Word<vocab::McuControl>(value)[vocab::McuControl::req];
  mcu_control_ = value;
  ++mcu_generation_;  // a boot or a disable under way is overtaken
  if (req == vocab::McuRequest::disable) {
    core_.observe(ObservationKind::mcu_disable, static_cast<std::uint32_t>(core_.protm));
    if (!core_.in_protm()) core_.protm = ProtmState::normal;  // an entry under way is forgotten
    core_.after(core_.latency(Latency::mcu_disable),
                {.kind = EventKind::mcu_disabled, .generation = mcu_generation_});
    return;
  }
  if (old != vocab::McuRequest::disable && mcu_ == McuState::enabled) return;
  const auto late = core_.play(vocab::FaultKind::late_boot);
  core_.after(core_.latency(Latency::boot) + (late ? late->value_ns : 0),
              {.kind = EventKind::boot_done, .generation = mcu_generation_});
}

bool Firmware::section_loaded(const ImageSection& section) {
  const bool shared = section.va == fw::kSharedVa;
  for (std::uint32_t page = 0; page < section.size; page += vocab::kPageSize) {
    const Translation t = mmu_.probe(vocab::AsNr{0}, section.va + std::uint64_t{page});
    if (t.result != WalkResult::ok) return false;
    if (page >= section.data_size) continue;
    // The interface blocks are rewritten while the firmware runs; behind them is the image.
    if (shared && page < core_.config.layout.shared_size) continue;
    const std::size_t left = section.data_size - page;
    const std::size_t bytes = left < vocab::kPageSize ? left : vocab::kPageSize;
    if ((section.flags & img::kFlagWr) != 0 && !shared) continue;
    if (std::memcmp(t.at, image_.data() + section.data_start + page, bytes) != 0) return false;
  }
  return true;
}

std::optional<BootProblem> Firmware::boot_problem() {
  if (l2_ready_ == 0) return BootProblem::l2_off;
  if (!mmu_.enabled(vocab::AsNr{0})) return BootProblem::as0_disabled;
  for (std::uint32_t page = 0; page < core_.config.layout.shared_size; page += vocab::kPageSize) {
    if (mmu_.probe(vocab::AsNr{0}, fw::kSharedVa + page).result != WalkResult::ok) {
      return BootProblem::shared_not_mapped;
    }
  }
  for (const ImageSection& s : sections_) {
    if ((s.flags & img::kFlagProt) != 0 || s.size == 0) continue;
    if (!section_loaded(s)) return BootProblem::image_not_loaded;
  }
  // What firmware that was stopped in its tracks left in its data is of no use to it.
  if (halted_ == 0 && !is_cold()) return BootProblem::image_not_loaded;
  if (is_cold() && !tails_are_clear()) return BootProblem::image_not_loaded;
  return std::nullopt;
}

bool Firmware::prot_sections_ok() const {
  bool any = false;
  for (const ImageSection& s : sections_) {
    if ((s.flags & img::kFlagProt) == 0) continue;
    any = true;
    for (std::uint32_t page = 0; page < s.size; page += vocab::kPageSize) {
      const Translation t = mmu_.probe(vocab::AsNr{0}, s.va + std::uint64_t{page});
      if (t.result != WalkResult::ok) return false;
      if (core_.ram.kind(t.pa) != PageKind::protected_memory) return false;
    }
    // Two sections are two pieces of memory.
    for (const ImageSection& other : sections_) {
      if (&other == &s) break;
      if ((other.flags & img::kFlagProt) == 0) continue;
      const auto pa = [this](const ImageSection& of) { return mmu_.probe({0}, of.va).pa; };
      if (pa(s) == pa(other)) return false;
    }
  }
  return any;
}

namespace {

/// What running firmware has in its data; a host that loads the section again overwrites it.
constexpr std::uint32_t kRunningMark = 'R' | 'U' << 8 | 'N' << 16 | '!' << 24;

bool is_private_data(const ImageSection& s) {
  constexpr std::uint32_t kOthers = img::kFlagShared | img::kFlagProt;
  return (s.flags & img::kFlagWr) != 0 && (s.flags & kOthers) == 0 && s.data_size >= 4;
}

/// The last word of data that the image wants cleared behind what it brings.
std::optional<std::uint32_t> cleared_word(const ImageSection& s) {
  constexpr std::uint32_t kOf = img::kFlagShared | img::kFlagProt | img::kFlagWr | img::kFlagZero;
  const bool ours = (s.flags & kOf) == (img::kFlagWr | img::kFlagZero);
  if (!ours || s.size < s.data_size + 4) return std::nullopt;
  return s.va + s.size - 4;
}

}  // namespace

bool Firmware::tails_are_clear() {
  return std::all_of(sections_.begin(), sections_.end(), [this](const ImageSection& s) {
    const auto word = cleared_word(s);
    return !word || load32(*word) == 0;
  });
}

bool Firmware::is_cold() {
  const auto data = std::find_if(sections_.begin(), sections_.end(), is_private_data);
  return data == sections_.end() || load32(data->va) != kRunningMark;
}

// Structures for protected mode are made at a cold boot, in memory that the host gives before;
// sections that come later count from the next one on. Source: Liviu Dudau, 12 May 2026.
void Firmware::prepare_protm() {
  if (is_cold()) prot_prepared_ = prot_sections_ok() ? 1 : 0;
  const auto data = std::find_if(sections_.begin(), sections_.end(), is_private_data);
  if (data == sections_.end()) return;   // each boot is a cold one, and finds what the last left
  store32(data->va, kRunningMark);
  for (const ImageSection& s : sections_) {
    if (const auto word = cleared_word(s)) store32(*word, kRunningMark);
  }
}

void Firmware::drop_slots() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    const std::uint32_t generation = slots_[slot].generation + 1;
    const bool used = slots_[slot].used != 0;
    slots_[slot] = Slot{};
    slots_[slot].generation = generation;
    for (std::uint32_t cs = 0; used && cs < core_.config.cs_per_csg; ++cs) cs_of(slot, cs) = Cs{};
  }
  glb_inflight_ = 0;
  halt_seen_ = 0;
  glb_busy_ = 0;
  ping_noted_ = 0;
  progress_ns_ = 0;
  pwroff_ns_ = 0;
  enabled_cores_ = 0;
  cores_armed_ = 0;
  ++idle_serial_;
}

void Firmware::publish_interfaces() {
  const auto& c = core_.config;
  const std::uint64_t shared = fw::kSharedVa;
  const auto low = [](std::uint64_t va) { return static_cast<std::uint32_t>(va); };
  store32(shared + fw::glb_control::kVersion, c.fw_version);
  store32(shared + fw::glb_control::kFeatures, c.glb_features);
  store32(shared + fw::glb_control::kInputVa, low(glb_in(0)));
  store32(shared + fw::glb_control::kOutputVa, low(glb_out(0)));
  store32(shared + fw::glb_control::kGroupNum, c.csg_slots);
  store32(shared + fw::glb_control::kGroupStride, c.layout.group_stride);
  store32(shared + fw::glb_control::kPrfcntSize, c.prfcnt_size);
  store32(shared + fw::glb_control::kInstrFeatures, c.instr_features);
  for (std::uint32_t slot = 0; slot < c.csg_slots; ++slot) {
    const std::uint64_t group =
        shared + fw::kCsgControlBase + std::uint64_t{slot} * c.layout.group_stride;
    store32(group + fw::csg_control::kFeatures, c.csg_features);
    store32(group + fw::csg_control::kInputVa, low(csg_in(slot, 0)));
    store32(group + fw::csg_control::kOutputVa, low(csg_out(slot, 0)));
    store32(group + fw::csg_control::kSuspendSize, c.suspend_size);
    store32(group + fw::csg_control::kProtmSuspendSize, protm_suspend_size(c, slot));
    store32(group + fw::csg_control::kStreamNum, c.cs_per_csg);
    store32(group + fw::csg_control::kStreamStride, c.layout.stream_stride);
    store32(csg_out(slot, fw::csg_output::kStatusState), 0);
    for (std::uint32_t cs = 0; cs < c.cs_per_csg; ++cs) {
      const std::uint64_t stream =
          group + fw::kCsControlBase + std::uint64_t{cs} * c.layout.stream_stride;
      const auto features = vocab::Word<fw::CsFeatures>(c.cs_features_extra)
                                .with(fw::CsFeatures::work_registers, c.cs_regs - 1)
                                .with(fw::CsFeatures::scoreboards, c.scoreboards);
      store32(stream + fw::cs_control::kFeatures, features.raw());
      store32(stream + fw::cs_control::kInputVa, low(cs_in(slot, cs, 0)));
      store32(stream + fw::cs_control::kOutputVa, low(cs_out(slot, cs, 0)));
    }
  }
  for (const img::OddWord& word : odd_words_) store32(shared + word.at, word.value);
  // Assumption: an image that says another version is firmware of that version.
  version_ = load32(shared + fw::glb_control::kVersion);
}

void Firmware::clear_acks() {
  store32(glb_out(fw::glb_output::kAck), 0);
  store32(glb_out(fw::glb_output::kDoorbellAck), 0);
  for (std::uint32_t slot = 0; slot < core_.config.csg_slots; ++slot) {
    store32(csg_out(slot, fw::csg_output::kAck), 0);
    store32(csg_out(slot, fw::csg_output::kDoorbellAck), 0);
    store32(csg_out(slot, fw::csg_output::kCsIrqReq), 0);
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      store32(cs_out(slot, cs, fw::cs_output::kAck), 0);
    }
  }
}

void Firmware::boot() {
  if (core_.play(vocab::FaultKind::fail_boot)) {
    core_.observe(ObservationKind::mcu_boot_failed, static_cast<std::uint32_t>(BootProblem::fault));
    set_mcu(McuState::fatal);
    return;
  }
  if (const auto problem = boot_problem()) {
    core_.observe(ObservationKind::mcu_boot_failed, static_cast<std::uint32_t>(*problem));
    set_mcu(McuState::fatal);
    return;
  }
  drop_slots();
  // Assumption: an MCU that starts is in normal mode, even when nobody reset the GPU.
  const std::uint64_t serial = entry_.serial + 1;
  entry_ = Entry{};
  entry_.serial = serial;
  if (core_.protm != ProtmState::normal) {
    core_.protm = ProtmState::normal;
    mmu_.leave_protm();
  }
  prepare_protm();
  halted_ = 0;
  set_mcu(McuState::enabled);
  publish_interfaces();
  const std::uint32_t req = load32(glb_in(fw::glb_input::kReq));
  if (core_.yes(vocab::Switch::glb_ack_cleared_at_boot)) clear_acks();
  store32(glb_out(fw::glb_output::kHaltStatus), fw::kHaltOk);
  core_.observe(ObservationKind::mcu_boot, req, load32(glb_in(fw::glb_input::kAckIrqMask)));
  core_.job.raise(vocab::kJobIrqGlb);
}

void Firmware::disabled() {
  drop_slots();
  set_mcu(McuState::disabled);
}

void Firmware::halt() {
  if (core_.play(vocab::FaultKind::refuse_halt)) return;
  store32(glb_out(fw::glb_output::kHaltStatus), fw::kHaltOk);
  if (version_ >= fw::kVersionGlbState) {
    const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
    const std::uint32_t req = load32(glb_in(fw::glb_input::kReq));
    store32(glb_out(fw::glb_output::kAck),
            (ack & ~fw::kGlbStateMask) | (req & fw::kGlbStateMask));
  }
  gpu_.set_cores(0, 0);
  halted_ = 1;
  set_mcu(McuState::halt);
  core_.observe(ObservationKind::mcu_halt);
  core_.job.raise(vocab::kJobIrqGlb);
}

bool Firmware::reset_works() const {
  return entry_.refusing == 0 || core_.yes(vocab::Switch::soft_reset_while_stuck);
}

void Firmware::reset() {
  ++mcu_generation_;
  drop_slots();
  mcu_ = McuState::disabled;
  mcu_control_ = 0;
  l2_ready_ = 0;
  const std::uint64_t serial = entry_.serial + 1;
  entry_ = Entry{};
  entry_.serial = serial;
  core_.protm = ProtmState::normal;
}

}  // namespace protm::gpu
