// SPDX-License-Identifier: GPL-2.0-only
// Dictionaries for engines, made of the tables that the forms are made of: a new operation is in
// them without anybody thinking of it. `program`: each operation as the bytes of a whole step, and
// numbers that matter; `yaml`: keys and words of the YAML form.
// Leaves out: cases as seeds (corpus). Both engines read the files of fuzzers/dictionaries.
#pragma once

#include <string>

namespace protm::fuzz {

/// The text of fuzzers/dictionaries/program.dict.
[[nodiscard]] std::string program_dictionary();
/// The text of fuzzers/dictionaries/yaml.dict.
[[nodiscard]] std::string yaml_dictionary();

}  // namespace protm::fuzz
