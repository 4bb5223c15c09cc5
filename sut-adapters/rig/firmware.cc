// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/firmware.h"

#include "gpu-model/src/fw_image_builder.h"

namespace protm::rig {

std::vector<std::byte> build_firmware(const contract::FirmwareSpec& spec) {
  using gpu::ProtSectionKind;
  gpu::FirmwareImageSpec image;
  const ProtSectionKind flavours[] = {ProtSectionKind::plain, ProtSectionKind::zero,
                                      ProtSectionKind::data};
  image.prot = spec.prot_sections == 0 ? ProtSectionKind::none : flavours[spec.prot_flavour % 3];
  const auto built = gpu::build_firmware_image(image, std::pmr::new_delete_resource());
  std::vector<std::byte> bytes(built.begin(), built.end());
  if (spec.truncate_to != 0 && spec.truncate_to < bytes.size()) bytes.resize(spec.truncate_to);
  return bytes;
}

}  // namespace protm::rig
