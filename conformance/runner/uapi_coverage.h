// SPDX-License-Identifier: GPL-2.0-only
// Which case looks at which part of the user-space interface: for each ioctl the valid call, each
// field that can be wrong, each user pointer that faults or changes after a read, wrong and stale
// handles and those of another file, and the call after unbind. Read off the cases and their facts.
// Leaves out tiler heaps, and signals of syncobjs that do not exist, which kill real kernels
// (base/base-029, base/base-030). Source: panthor_drm.h, drm.h; the node table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::runner {

/// One part of one ioctl.
struct UapiPart {
  std::string ioctl;             ///< operation in YAML
  std::string part;              ///< "valid", "field pad", "fault ops", "read once args" ...
  std::vector<std::string> cases;
  std::string_view why_none;     ///< why there can be no case; empty when there must be one
};

/// All parts, ioctl by ioctl in the order of the node table.
[[nodiscard]] std::vector<UapiPart> uapi_coverage(std::span<const contract::Program> programs);
/// One row per ioctl, for docs/uapi-coverage.md.
[[nodiscard]] std::string uapi_coverage_markdown(const std::vector<UapiPart>& parts);

}  // namespace protm::runner
