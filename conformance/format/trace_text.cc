// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/trace_text.h"

#include "conformance/format/record_view.h"

namespace protm::format {
namespace {

constexpr std::size_t kTimeColumns = 14;
constexpr std::size_t kWhatColumns = 20;

}  // namespace

std::string time_us_text(std::uint64_t ns) {
  const std::string rest = std::to_string(ns % 1000);
  return std::to_string(ns / 1000) + "." + std::string(3 - rest.size(), '0') + rest + "us";
}

std::string record_text(const contract::Record& record, const contract::Trace& trace,
                        const contract::Program& program) {
  const RecordView view = view_record(record, trace, program);
  std::string line = time_us_text(record.time_ns);
  line.insert(0, line.size() < kTimeColumns ? kTimeColumns - line.size() : 0, ' ');
  line += "  ";
  line += view.what;
  if (view.fields.empty()) return line;
  const std::size_t what = view.what.size();
  line.append(what < kWhatColumns ? kWhatColumns - what : 1, ' ');
  for (std::size_t i = 0; i < view.fields.size(); ++i) {
    const RecordField& field = view.fields[i];
    if (i != 0) line += ' ';
    // A register names itself, and free text is the whole record.
    const bool bare = field.name == "register" || field.name == "text" || field.name == "event";
    if (!bare) line += std::string(field.name) + "=";
    line += field.text;
  }
  return line;
}

std::string trace_text(const contract::Trace& trace, const contract::Program& program) {
  std::string text;
  for (const contract::Record& record : trace.records) {
    text += record_text(record, trace, program) + "\n";
  }
  if (trace.end == contract::RunEnd::stopped) text += "the run stopped here\n";
  if (trace.end == contract::RunEnd::host_limit) text += "given up: " + trace.why + "\n";
  if (trace.end == contract::RunEnd::not_started) text += "not started: " + trace.why + "\n";
  return text;
}

}  // namespace protm::format
