// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/fw_image_builder.h"

#include <string_view>

#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/ids.h"

namespace protm::gpu {

namespace img = vocab::fw_image;

namespace {

/// What the image says of its build; there is none, so a name.
constexpr std::string_view kBuildName = "protmcheck";
constexpr auto kPage = static_cast<std::uint32_t>(vocab::kPageSize);

using Bytes = std::pmr::vector<std::byte>;

void put32(Bytes& out, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void patch32(Bytes& out, std::size_t at, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out[at + i] = static_cast<std::byte>(value >> (8 * i));
}

struct Section {
  std::uint32_t flags;
  std::uint32_t va;
  std::uint32_t size;
  std::uint32_t pattern_from;  // data below is zero
  std::uint32_t data_size;
  std::string_view name;
  std::size_t patch_at;  // where data.start is, filled in when the table is written
};

void put_entry(Bytes& out, Section& s) {
  const auto name_bytes = static_cast<std::uint32_t>((s.name.size() + 4) / 4 * 4);
  const std::uint32_t size = 4 + img::kIfaceName + name_bytes;
  put32(out, img::kTypeIface | size << 8);
  put32(out, s.flags);
  put32(out, s.va);
  put32(out, s.va + s.size);
  s.patch_at = out.size();
  put32(out, 0);
  put32(out, 0);
  for (std::uint32_t i = 0; i < name_bytes; ++i) {
    out.push_back(i < s.name.size() ? static_cast<std::byte>(s.name[i]) : std::byte{0});
  }
}

void put_data(Bytes& out, const Section& s) {
  patch32(out, s.patch_at, static_cast<std::uint32_t>(out.size()));
  const std::size_t start = out.size();
  out.resize(start + s.data_size);
  for (std::uint32_t i = s.pattern_from; i < s.data_size; ++i) {
    out[start + i] = static_cast<std::byte>((i * 2654435761u + s.va) >> 24);
  }
  patch32(out, s.patch_at + 4, static_cast<std::uint32_t>(out.size()));
}

/// The code section is the first, and its data starts at VA 0.
void put_says(Bytes& out, const Section& code, std::span<const img::OddWord> says) {
  if (says.empty()) return;
  std::size_t at = out.size() - code.data_size + kSaysVa - code.va;
  const auto put = [&](std::uint32_t value) {
    patch32(out, at, value);
    at += 4;
  };
  put(kSaysMark);
  put(static_cast<std::uint32_t>(says.size()));
  for (const img::OddWord& word : says) {
    put(word.at);
    put(word.value);
  }
}

void put_build_info(Bytes& out, std::size_t entry) {
  patch32(out, entry + img::kBuildInfoStart, static_cast<std::uint32_t>(out.size()));
  const std::size_t start = out.size();
  for (const std::string_view part : {img::kBuildInfoPrefix, kBuildName}) {
    for (const char c : part) out.push_back(static_cast<std::byte>(c));
  }
  out.push_back(std::byte{0});
  patch32(out, entry + img::kBuildInfoSize, static_cast<std::uint32_t>(out.size() - start));
}

}  // namespace

std::pmr::vector<std::byte> build_firmware_image(const FirmwareImageSpec& spec,
                                                 std::pmr::memory_resource* memory) {
  Bytes out(memory);
  constexpr std::uint32_t kRead = img::kFlagRd;
  constexpr std::uint32_t kWrite = img::kFlagRd | img::kFlagWr;
  std::uint32_t prot_flags = kRead | img::kFlagEx | img::kFlagCacheModeCached | img::kFlagProt;
  if (spec.prot == ProtSectionKind::zero) prot_flags |= img::kFlagZero | img::kFlagWr;
  // Data that ends inside a page, a tail that has to be zeroed, data in the last page only.
  Section sections[] = {
      {kRead | img::kFlagEx | img::kFlagCacheModeCached, 0, 2 * kPage, 0, kPage + kPage / 2, "code",
       0},
      {kWrite | img::kFlagCacheModeCached | img::kFlagZero, 2 * kPage, kPage, 0, kPage / 8, "data",
       0},
      {kWrite | img::kFlagCacheModeUncachedCoherent | img::kFlagShared,
       static_cast<std::uint32_t>(vocab::fw::kSharedVa), kSharedSectionSize,
       kSharedSectionSize - kPage, kSharedSectionSize, "shared", 0},
      {prot_flags, kProtSectionVa, spec.prot_pages * kPage, 0,
       spec.prot == ProtSectionKind::data ? kPage / 8 : 0, "prot", 0},
  };
  const std::size_t count = spec.prot == ProtSectionKind::none ? 3 : 4;

  put32(out, img::kMagic);
  put32(out, 0x3 | img::kMajor << 8);
  put32(out, spec.version_hash);
  put32(out, 0);
  put32(out, 0);
  for (std::size_t i = 0; i < count; ++i) put_entry(out, sections[i]);
  put32(out, img::kTypeBuildInfoMetadata | 12u << 8 | img::kEntryOptional);
  const std::size_t build_info = out.size();
  put32(out, 0);
  put32(out, 0);
  patch32(out, img::kOffSize, static_cast<std::uint32_t>(out.size()));
  for (std::size_t i = 0; i < count; ++i) {
    put_data(out, sections[i]);
    if (i == 0) put_says(out, sections[i], spec.says);
  }
  put_build_info(out, build_info);
  return out;
}

}  // namespace protm::gpu
