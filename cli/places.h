// SPDX-License-Identifier: GPL-2.0-only
// Where the repository's data lie: suites and catalogue. Looked for in PROTM_ROOT, else in the
// current folder, else upwards from the binary, so that `./protm` works from any folder.
// Leaves out: installed copies; there is no install step.
#pragma once

#include <string>

namespace protm::cli {

/// Folder that holds `conformance/suites`; empty when there is none.
[[nodiscard]] std::string find_root();
/// The suites: `given`, or those of the repository.
[[nodiscard]] std::string suites_folder(const std::string& given);
[[nodiscard]] std::string catalogue_file();
/// Where the divergences that a kernel of this name is known for stand, if anywhere.
[[nodiscard]] std::string expectation_file(const std::string& kernel);

}  // namespace protm::cli
