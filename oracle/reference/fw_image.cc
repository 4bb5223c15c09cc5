// SPDX-License-Identifier: GPL-2.0-only
// Loading of the firmware image and discovery of the interfaces in it; see fw.h.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/reference/fw.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/vm.h"

namespace protm::reference {

using namespace vocab;

namespace {

/// Entries that a driver may meet and has nothing to do with.
constexpr std::array kOfNoUse{fw_image::kTypeConfig, fw_image::kTypeFutfTest,
                              fw_image::kTypeTraceBuffer, fw_image::kTypeTimelineMetadata,
                              fw_image::kTypeBuildInfoMetadata};

/// What the firmware may not do with a section unless the flags under `mask` are `free`.
struct Restriction {
  std::uint32_t mask, free, map_flag;
};
constexpr std::array kRestrictions{
    Restriction{fw_image::kFlagWr, fw_image::kFlagWr, uapi::kVmBindOpMapReadonly},
    Restriction{fw_image::kFlagEx, fw_image::kFlagEx, uapi::kVmBindOpMapNoexec},
    Restriction{fw_image::kFlagCacheModeMask, fw_image::kFlagCacheModeCached,
                uapi::kVmBindOpMapUncached}};

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
  if (bytes.size() < sizeof(std::uint32_t) || offset > bytes.size() - sizeof(std::uint32_t)) {
    contract::oops(contract::OopsKind::bad_call, "firmware_image");   // behind what vmalloc() gave
  }
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + offset, sizeof word);
  return word;
}

}  // namespace

int Fw::load_image() {
  const Word<GpuId> id{d_.gpu->info().gpu_id};
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "arm/mali/arch%u.%u/mali_csffw.bin",
                static_cast<unsigned>(id[GpuId::arch_major]),
                static_cast<unsigned>(id[GpuId::arch_minor]));
  const auto file = k_.request_firmware(path.data());
  if (!file) return file.error();
  const std::span<const std::byte> bytes = *file;
  if (bytes.size() < fw_image::kHeaderSize) return -EINVAL;
  if (word_at(bytes, fw_image::kOffMagic) != fw_image::kMagic) return -EINVAL;
  const auto major = std::to_integer<std::uint32_t>(bytes[fw_image::kOffMajor]);
  if (major != fw_image::kMajor) return -EINVAL;
  const std::uint32_t size = word_at(bytes, fw_image::kOffSize);
  if (size > bytes.size()) return -EINVAL;

  for (std::uint32_t offset = fw_image::kHeaderSize; offset < size;) {
    if (offset + 4 > size) return -EINVAL;
    const std::uint32_t word = word_at(bytes, offset);
    const std::uint32_t entry = fw_image::entry_size(word);
    if (entry < 4 || entry % 4 != 0 || offset + entry > size) return -EINVAL;
    const int error = parse_entry(bytes, offset, word);
    if (error != 0) return error;
    offset += entry;
  }
  if (!shared_) {
    k_.log("firmware has no shared section");
    return -EINVAL;
  }
  return 0;
}

int Fw::parse_entry(std::span<const std::byte> file, std::uint32_t offset, std::uint32_t word) {
  const std::span<const std::byte> payload =
      file.subspan(offset + 4, fw_image::entry_size(word) - 4);
  const std::uint32_t type = fw_image::entry_type(word);
  if (type == fw_image::kTypeIface) return load_section(file, payload);
  const bool known = std::find(kOfNoUse.begin(), kOfNoUse.end(), type) != kOfNoUse.end();
  return known || (word & fw_image::kEntryOptional) != 0 ? 0 : -EINVAL;
}

int Fw::load_section(std::span<const std::byte> file, std::span<const std::byte> payload) {
  if (payload.size() < fw_image::kIfaceName) return -EINVAL;
  const std::uint32_t flags = word_at(payload, fw_image::kIfaceFlags);
  const std::uint32_t va_start = word_at(payload, fw_image::kIfaceVaStart);
  const std::uint32_t va_end = word_at(payload, fw_image::kIfaceVaEnd);
  const std::uint32_t data_start = word_at(payload, fw_image::kIfaceDataStart);
  const std::uint32_t data_end = word_at(payload, fw_image::kIfaceDataEnd);
  if (data_end < data_start || va_end < va_start || data_end > file.size()) return -EINVAL;
  if ((va_start & kPageMask) != 0 || (va_end & kPageMask) != 0) return -EINVAL;
  if ((flags & ~fw_image::kFlagsKnown) != 0) return -EINVAL;
  const bool protect = (flags & fw_image::kFlagProt) != 0;
  const bool stays_empty = protect && !d_.protm->supported();
  if (stays_empty && !d_.protm->comes_later()) {
    k_.log("firmware has a protected section, protected mode is not supported");
    return 0;
  }
  if (va_start == fw::kSharedVa && (flags & fw_image::kFlagShared) == 0) return -EINVAL;
  const std::uint32_t section_size = va_end - va_start;
  if (data_end - data_start > section_size) return -EINVAL;
  if (section_size == 0) return 0;

  const Ptr<FwSection> section = k_.make<FwSection>("fw_section");
  if (!section) return -ENOMEM;
  section->link.owner = section;
  section->flags = flags;
  section->va = va_start;
  section->size = section_size;
  section->data = file.subspan(data_start, data_end - data_start);
  sections_.push_back(section->link);  // unplug frees it from here on
  if (stays_empty) {
    has_empty_section_ = true;
    return 0;
  }
  const int error = make_section_memory(section);
  if (error != 0) return error;
  if (protect) protected_section_ = true;
  if (va_start == fw::kSharedVa) shared_ = section;
  return 0;
}

KernelBoPlace Fw::place_of(const Ptr<FwSection>& section) {
  std::uint32_t map_flags = 0;
  for (const Restriction& r : kRestrictions) {
    if ((section->flags & r.mask) != r.free) map_flags |= r.map_flag;
  }
  return {.va = section->va, .map_flags = map_flags, .va_role = "kbo_va:fw_section"};
}

std::uint64_t Fw::protected_bytes() const {
  std::uint64_t bytes = 0;
  sections_.for_each([&](const Ptr<FwSection>& section) {
    if ((section->flags & fw_image::kFlagProt) != 0) bytes += section->size;
  });
  return bytes;
}

int Fw::populate_protected(const Ptr<contract::GemObject>& user) {
  int error = 0;
  std::uint64_t offset = 0;
  sections_.for_each([&](const Ptr<FwSection>& section) {
    if (error != 0 || section->memory) return;   // only protected ones are left without
    if (!user) {
      error = make_section_memory(section);
      return;
    }
    KernelBoPlace place = place_of(section);
    place.bo_offset = offset;
    offset += section->size;
    const auto memory = KernelBos::create_from_user(d_, vm_, user, section->size, place);
    error = memory ? 0 : memory.error();
    if (memory) section->memory = *memory;
  });
  if (error == 0) return 0;
  sections_.for_each([&](const Ptr<FwSection>& section) {
    if ((section->flags & fw_image::kFlagProt) == 0) return;
    KernelBos::destroy(d_, section->memory);
    section->memory = nullptr;
  });
  return error;
}

int Fw::make_section_memory(const Ptr<FwSection>& section) {
  const KernelBoPlace place = place_of(section);
  // What a protected section holds is not the business of this CPU.
  if ((section->flags & fw_image::kFlagProt) != 0) {
    const auto memory = KernelBos::create_protected(d_, vm_, section->size, place);
    if (!memory) return memory.error();
    section->memory = *memory;
    return 0;
  }
  const auto memory = KernelBos::create(d_, vm_, section->size, place);
  if (!memory) return memory.error();
  section->memory = *memory;
  const int error = KernelBos::vmap(d_, section->memory);
  if (error == 0) fill_section(section);
  return error;
}

void Fw::fill_section(const Ptr<FwSection>& section) {
  const contract::KMap& map = section->memory->kmap;
  const std::size_t bytes = section->data.size();
  d_.drm.store(map, 0, section->data);
  if ((section->flags & fw_image::kFlagZero) != 0) {
    d_.drm.zero(map, bytes, section->size - bytes);
  }
  d_.drm.gem_sync_for_device(section->memory->object);
}

void Fw::reload_sections() {
  sections_.for_each([&](const Ptr<FwSection>& section) {
    if ((section->flags & fw_image::kFlagProt) == 0) fill_section(section);
  });
}

// --- interfaces --------------------------------------------------------------------------------

std::uint32_t Fw::control(std::uint32_t offset) const {
  return d_.drm.load32(shared_->memory->kmap, offset);
}

std::optional<std::uint32_t> Fw::shared_offset(std::uint32_t mcu_va) const {
  const std::uint64_t start = shared_->va;
  if (mcu_va < start || mcu_va >= start + shared_->size) return std::nullopt;
  return static_cast<std::uint32_t>(mcu_va - start);
}

int Fw::init_ifaces() {
  version_ = control(fw::glb_control::kVersion);
  if (version_ == 0) {
    k_.log("firmware version is 0");
    return -EINVAL;
  }
  const auto input = shared_offset(control(fw::glb_control::kInputVa));
  const auto output = shared_offset(control(fw::glb_control::kOutputVa));
  if (!input || !output) return -EINVAL;
  glb_ = Iface{*input, *output};
  csg_count_ = control(fw::glb_control::kGroupNum);
  if (csg_count_ < 3 || csg_count_ > kMaxCsgSlots) return -EINVAL;
  const std::uint32_t stride = control(fw::glb_control::kGroupStride);
  for (std::uint32_t slot = 0; slot < csg_count_; ++slot) {
    const int error = init_csg(slot, stride);
    if (error != 0) return error;
  }
  return 0;
}

int Fw::init_csg(std::uint32_t slot, std::uint32_t stride) {
  CsgControl& csg = csgs_[slot];
  const std::uint64_t base = fw::kCsgControlBase + std::uint64_t{slot} * stride;
  if (base + fw::kCsControlBase > shared_->size) return -EINVAL;
  const std::uint32_t at = static_cast<std::uint32_t>(base);
  const auto input = shared_offset(control(at + fw::csg_control::kInputVa));
  const auto output = shared_offset(control(at + fw::csg_control::kOutputVa));
  if (!input || !output) return -EINVAL;
  csg.io = Iface{*input, *output};
  csg.features = control(at + fw::csg_control::kFeatures);
  csg.suspend_size = control(at + fw::csg_control::kSuspendSize);
  csg.protm_suspend_size = control(at + fw::csg_control::kProtmSuspendSize);
  csg.stream_num = control(at + fw::csg_control::kStreamNum);
  csg.stream_stride = control(at + fw::csg_control::kStreamStride);
  if (csg.stream_num < 8 || csg.stream_num > kMaxCsPerCsg) return -EINVAL;
  const CsgControl& first = csgs_[0];
  if (csg.features != first.features || csg.suspend_size != first.suspend_size ||
      csg.protm_suspend_size != first.protm_suspend_size || csg.stream_num != first.stream_num) {
    return -EINVAL;
  }
  for (std::uint32_t cs = 0; cs < csg.stream_num; ++cs) {
    const std::uint64_t cs_base = base + fw::kCsControlBase + std::uint64_t{cs} * csg.stream_stride;
    if (cs_base + 12 > shared_->size) return -EINVAL;
    const std::uint32_t cs_at = static_cast<std::uint32_t>(cs_base);
    const auto cs_in = shared_offset(control(cs_at + fw::cs_control::kInputVa));
    const auto cs_out = shared_offset(control(cs_at + fw::cs_control::kOutputVa));
    if (!cs_in || !cs_out) return -EINVAL;
    csg.cs[cs] = Iface{*cs_in, *cs_out};
    const std::uint32_t features = control(cs_at + fw::cs_control::kFeatures);
    if (slot == 0 && cs == 0) cs_features_ = features;
    if (features != cs_features_) return -EINVAL;
  }
  return 0;
}

}  // namespace protm::reference
