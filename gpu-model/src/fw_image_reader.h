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

namespace protm::gpu {

/// Appends the loadable sections of `image` to `sections`.
void read_image_sections(std::span<const std::byte> image,
                         std::pmr::vector<ImageSection>& sections);

}  // namespace protm::gpu
