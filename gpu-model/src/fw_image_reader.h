// SPDX-License-Identifier: GPL-2.0-only
// Section list of a firmware image, as the MCU's boot code would need it.
// The machine's own reader: drivers have theirs, with all the checks of the file format.
// Leaves out: everything but IFACE entries; a malformed image yields the sections before it.
// Source: facts-fw.md 1.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

#include "gpu-model/src/firmware.h"
#include "gpu-model/vocab/fw_image.h"

namespace protm::gpu {

/// Appends the loadable sections of `image` to `sections`.
void read_image_sections(std::span<const std::byte> image,
                         std::pmr::vector<ImageSection>& sections);

/// What the image's code publishes otherwise than all firmware, in the order of the image.
void read_odd_words(std::span<const std::byte> image, std::span<const ImageSection> sections,
                    std::pmr::vector<vocab::fw_image::OddWord>& words);

}  // namespace protm::gpu
