// SPDX-License-Identifier: GPL-2.0-only
// One Trace record as named fields, with registers, errnos, steps and events by their names. Text
// and JSON print the same view, so they cannot tell different stories.
// Leaves out: records of more than one line; alignment. Source: trace.h, observation.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::format {

struct RecordField {
  std::string_view name;
  std::string text;            ///< as a reader wants it
  bool is_number = false;      ///< `number` is the whole truth; else `text` says more
  std::uint64_t number = 0;
};

struct RecordView {
  std::string_view what;       ///< name of the record's kind, the observation's for the machine's
  std::vector<RecordField> fields;
};

/// The fields of a record. Steps print as "$id" where the Program names them, else as "step 3".
[[nodiscard]] RecordView view_record(const contract::Record& record, const contract::Trace& trace,
                                     const contract::Program& program);

}  // namespace protm::format
