// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_mmu.h"

namespace protm::v1 {
namespace {

using contract::Ptr;
namespace img = vocab::fw_image;
namespace uapi = vocab::uapi;

/// Reading position in the image.
struct FwBinaryIter {
  std::span<const std::byte> data;
  std::size_t size = 0;      ///< end of what may be read through the iterator
  std::size_t offset = 0;
};

std::uint32_t word_at(std::span<const std::byte> data, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, data.data() + offset, sizeof(value));
  return value;
}

bool panthor_fw_binary_iter_read(FwBinaryIter* iter, std::uint32_t* value) {
  if (iter->offset > iter->size || iter->size - iter->offset < sizeof(*value)) return false;
  *value = word_at(iter->data, iter->offset);
  iter->offset += sizeof(*value);
  return true;
}

struct SectionHdr {
  std::uint32_t flags, va_start, va_end, data_start, data_end;
};

bool read_section_hdr(FwBinaryIter* iter, SectionHdr* hdr) {
  return panthor_fw_binary_iter_read(iter, &hdr->flags) &&
         panthor_fw_binary_iter_read(iter, &hdr->va_start) &&
         panthor_fw_binary_iter_read(iter, &hdr->va_end) &&
         panthor_fw_binary_iter_read(iter, &hdr->data_start) &&
         panthor_fw_binary_iter_read(iter, &hdr->data_end);
}

int check_section_hdr(const SectionHdr& hdr, std::size_t file_size) {
  if (hdr.data_end < hdr.data_start || hdr.va_end < hdr.va_start) return -EINVAL;
  if (hdr.data_end > file_size) return -EINVAL;
  if (((hdr.va_start | hdr.va_end) & vocab::kPageMask) != 0) return -EINVAL;
  if ((hdr.flags & ~img::kFlagsKnown) != 0) return -EINVAL;
  return 0;
}

constexpr std::uint32_t kSkippedEntries[] = {img::kTypeConfig, img::kTypeFutfTest,
                                              img::kTypeTraceBuffer, img::kTypeTimelineMetadata,
                                              img::kTypeBuildInfoMetadata};

bool is_protected(std::uint32_t flags) { return (flags & img::kFlagProt) != 0; }

// Writes data and the zero tail of a section and hands it to the device. The CPU must not touch
// protected sections (FW-8, FW-9); with nothing to write there is no hand-over either.
void panthor_fw_init_section_mem(PanthorDevice* ptdev, FwSection* section) {
  const bool prot = is_protected(section->flags);
  const bool copy = !section->data.empty() && (!prot || has_defect(ptdev, Switch::fw_8));
  const bool zero = (section->flags & img::kFlagZero) != 0 &&
                    (!prot || has_defect(ptdev, Switch::fw_9));
  if (!copy && !zero) return;
  KernelBo* const mem = &*section->mem;
  const bool was_mapped = static_cast<bool>(mem->kmap);
  if (panthor_kernel_bo_vmap(mem) != 0) {
    ptdev->kernel.warn("fw section cannot be mapped");
    return;
  }
  if (copy) ptdev->drm.store(mem->kmap, 0, section->data);
  if (zero) {
    ptdev->drm.zero(mem->kmap, section->data.size(), section->size - section->data.size());
  }
  if (!was_mapped) panthor_kernel_bo_vunmap(mem);
  ptdev->drm.gem_sync_for_device(mem->obj);
}

// Flags of the MCU mapping that a section's own flags ask for.
std::uint32_t section_map_flags(std::uint32_t flags) {
  const bool cached = (flags & img::kFlagCacheModeMask) == img::kFlagCacheModeCached;
  return ((flags & img::kFlagWr) != 0 ? 0 : uapi::kVmBindOpMapReadonly) |
         ((flags & img::kFlagEx) != 0 ? 0 : uapi::kVmBindOpMapNoexec) |
         (cached ? 0 : uapi::kVmBindOpMapUncached);
}

int panthor_fw_create_section_bo(PanthorDevice* ptdev, FwSection* section) {
  KernelBoArgs args;
  args.va_role = "kbo_va:fw_section";
  args.gpu_va = section->va;
  args.size = section->size;
  args.bo_flags = uapi::kBoNoMmap;
  args.vm_map_flags = section_map_flags(section->flags);
  if (is_protected(section->flags)) args.kbo_flags |= kKboProtectedHeap;
  const KernelBoResult mem = panthor_kernel_bo_create(ptdev, panthor_fw_vm(ptdev), args);
  int ret = mem ? 0 : mem.error();
  if (mem) section->mem = *mem;
  // Interface memory stays mapped for the CPU; other sections only while they are written.
  const bool keep_mapped = (section->flags & img::kFlagShared) != 0;
  if (ret == 0 && keep_mapped) ret = panthor_kernel_bo_vmap(&*section->mem);
  if (ret == 0) panthor_fw_init_section_mem(ptdev, section);
  return ret;
}

int panthor_fw_load_section_entry(PanthorDevice* ptdev, std::span<const std::byte> file,
                                  FwBinaryIter* iter) {
  PanthorFw& fw = *ptdev->fw;
  SectionHdr hdr{};
  if (!read_section_hdr(iter, &hdr)) return -EINVAL;
  int ret = check_section_hdr(hdr, file.size());
  if (ret != 0) return ret;
  if (is_protected(hdr.flags) && ptdev->protm.heap == nullptr) {
    ptdev->kernel.log("Firmware protected mode entry is not supported, ignoring");
    return 0;
  }
  const bool shared = (hdr.flags & img::kFlagShared) != 0;
  if (hdr.va_start == vocab::fw::kSharedVa && !shared) return -EINVAL;
  if (is_protected(hdr.flags) && shared) return -EINVAL;  // the CPU could not use it

  const std::uint64_t size = hdr.va_end - hdr.va_start;
  const std::uint32_t data_size = hdr.data_end - hdr.data_start;
  if (data_size > size) return -EINVAL;
  const Ptr<FwSection> section = ptdev->kernel.make<FwSection>("fw_section", ptdev->mr);
  if (section == nullptr) return -ENOMEM;
  fw.sections.push_back(section);
  section->flags = hdr.flags;
  section->va = hdr.va_start;
  section->size = size;
  const auto bytes = file.subspan(hdr.data_start, data_size);
  section->data.assign(bytes.begin(), bytes.end());
  if (size != 0) ret = panthor_fw_create_section_bo(ptdev, &*section);
  if (ret != 0) return ret;
  if (hdr.va_start == vocab::fw::kSharedVa) fw.shared_section = section;
  return 0;
}

int panthor_fw_load_entry(PanthorDevice* ptdev, std::span<const std::byte> file,
                          FwBinaryIter* iter) {
  const std::size_t start = iter->offset;
  std::uint32_t ehdr = 0;
  if (!panthor_fw_binary_iter_read(iter, &ehdr)) return -EINVAL;
  const std::uint32_t size = img::entry_size(ehdr);
  if (iter->offset % sizeof(ehdr) != 0 || size % sizeof(ehdr) != 0) return -EINVAL;
  if (size < sizeof(ehdr) || size > iter->size - start) return -EINVAL;

  FwBinaryIter entry{iter->data, start + size, iter->offset};
  iter->offset = start + size;
  const std::uint32_t type = img::entry_type(ehdr);
  if (type == img::kTypeIface) return panthor_fw_load_section_entry(ptdev, file, &entry);
  // Entries for tools, and those that firmware can do without, mean nothing to the driver.
  const bool skipped =
      std::find(std::begin(kSkippedEntries), std::end(kSkippedEntries), type) !=
          std::end(kSkippedEntries) ||
      (ehdr & img::kEntryOptional) != 0;
  return skipped ? 0 : -EINVAL;
}

// "arm/mali/arch<major>.<minor>/mali_csffw.bin"
struct FwPath {
  std::array<char, 48> text{};
};

FwPath firmware_path(std::uint32_t gpu_id) {
  using vocab::GpuId;
  const vocab::Word<GpuId> id(gpu_id);
  FwPath path;
  char* at = path.text.data();
  char* const end = at + path.text.size();
  const auto put = [&](std::string_view s) { at = std::copy(s.begin(), s.end(), at); };
  put("arm/mali/arch");
  at = std::to_chars(at, end, id[GpuId::arch_major]).ptr;
  put(".");
  at = std::to_chars(at, end, id[GpuId::arch_minor]).ptr;
  put("/mali_csffw.bin");
  return path;
}

}  // namespace

int panthor_fw_load(PanthorDevice* ptdev) {
  const FwPath path = firmware_path(ptdev->gpu_info.gpu_id);
  const auto file = ptdev->kernel.request_firmware(path.text.data());
  if (!file) {
    ptdev->kernel.log("Failed to load firmware image");
    return file.error();
  }
  if (file->size() < img::kHeaderSize) return -EINVAL;
  if (word_at(*file, img::kOffMagic) != img::kMagic) return -EINVAL;
  if (static_cast<std::uint32_t>((*file)[img::kOffMajor]) != img::kMajor) return -EINVAL;
  const std::uint32_t size = word_at(*file, img::kOffSize);
  if (size > file->size()) {
    ptdev->kernel.log("Firmware image is truncated");
    return -EINVAL;
  }
  FwBinaryIter iter{*file, size, img::kHeaderSize};
  while (iter.offset < iter.size) {
    const int ret = panthor_fw_load_entry(ptdev, *file, &iter);
    if (ret != 0) return ret;
  }
  if (ptdev->fw->shared_section == nullptr || ptdev->fw->shared_section->mem == nullptr) {
    ptdev->kernel.log("Shared interface region not found");
    return -EINVAL;
  }
  return 0;
}

bool panthor_fw_protm_supported(PanthorDevice* ptdev) {
  if (ptdev->protm.heap == nullptr || !has_patch(ptdev, 7)) return false;
  const auto& sections = ptdev->fw->sections;
  return std::any_of(sections.begin(), sections.end(),
                     [](const Ptr<FwSection>& s) { return is_protected(s->flags); });
}

void panthor_reload_fw_sections(PanthorDevice* ptdev, bool full_reload) {
  for (const Ptr<FwSection>& section : ptdev->fw->sections) {
    if (section->mem == nullptr) continue;
    if (!full_reload && (section->flags & img::kFlagWr) == 0) continue;
    panthor_fw_init_section_mem(ptdev, &*section);
  }
}

void panthor_fw_free_sections(PanthorDevice* ptdev) {
  PanthorFw& fw = *ptdev->fw;
  for (const Ptr<FwSection>& section : fw.sections) {
    panthor_kernel_bo_destroy(section->mem);
    ptdev->kernel.free(section);
  }
  fw.sections.clear();
  fw.shared_section = nullptr;
}

}  // namespace protm::v1
