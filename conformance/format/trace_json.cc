// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/trace_json.h"

#include "conformance/format/quantity.h"
#include "conformance/format/record_view.h"

namespace protm::format {
namespace {

/// Largest integer that a double holds exactly, with all smaller ones.
constexpr std::uint64_t kExactMax = std::uint64_t{1} << 53;

std::string_view end_word(contract::RunEnd end) {
  switch (end) {
    case contract::RunEnd::completed: return "completed";
    case contract::RunEnd::stopped: return "stopped";
    case contract::RunEnd::host_limit: return "host_limit";
    case contract::RunEnd::not_started: break;
  }
  return "not_started";
}

std::string json_number(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return number <= kExactMax ? digits : "\"" + digits + "\"";
}

}  // namespace

std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < ' ') {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string trace_json(const contract::Trace& trace, const contract::Program& program) {
  std::string out = "{\"schema\":1,\"id\":" + json_string(program.id) + ",\"end\":\"";
  out += end_word(trace.end);
  out += "\",\"hash\":\"" + hex_text(trace.hash()) + "\",\"records\":[";
  bool first = true;
  for (const contract::Record& record : trace.records) {
    const RecordView view = view_record(record, trace, program);
    out += first ? "\n" : ",\n";
    first = false;
    out += "{\"t\":" + json_number(record.time_ns) + ",\"what\":" + json_string(view.what);
    for (const RecordField& field : view.fields) {
      out += "," + json_string(field.name) + ":";
      out += field.is_number ? json_number(field.number) : json_string(field.text);
    }
    out += "}";
  }
  return out + "\n]}\n";
}

}  // namespace protm::format
