// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/firmware.h"

#include <cstring>

#include "gpu-model/src/fw_image_builder.h"

namespace protm::rig {

std::vector<std::byte> build_firmware(const contract::FirmwareSpec& spec) {
  using gpu::ProtSectionKind;
  gpu::FirmwareImageSpec image;
  const ProtSectionKind flavours[] = {ProtSectionKind::plain, ProtSectionKind::zero,
                                      ProtSectionKind::data};
  image.prot = spec.prot_sections == 0 ? ProtSectionKind::none : flavours[spec.prot_flavour % 3];
  image.says = std::span(spec.says).first(spec.said);
  const auto built = gpu::build_firmware_image(image, std::pmr::new_delete_resource());
  std::vector<std::byte> bytes(built.begin(), built.end());
  for (const vocab::fw_image::OddWord& word : std::span(spec.patch).first(spec.patched)) {
    const std::size_t end = std::size_t{word.at} + sizeof word.value;
    if (end > bytes.size()) bytes.resize(end);
    std::memcpy(bytes.data() + word.at, &word.value, sizeof word.value);
  }
  if (spec.truncate_to != 0 && spec.truncate_to < bytes.size()) bytes.resize(spec.truncate_to);
  return bytes;
}

}  // namespace protm::rig
