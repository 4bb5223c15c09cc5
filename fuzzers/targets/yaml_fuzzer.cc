// SPDX-License-Identifier: GPL-2.0-only
// Covers: the YAML form. Any text is read or refused with a diagnostic that has a place in it; what
// is read is written, and read again is the same Program, and written again the same text.
// Does not cover: whether anything runs; catalogue and expectation files.
// The only target that links yaml-cpp: it needs a build with the distribution's C++ library.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/program_order.h"

namespace {

namespace format = protm::format;

void promise(bool kept, const char* what, const std::string& text) {
  if (kept) return;
  std::fprintf(stderr, "%s\nAssertion failure: yaml.%s\n", text.c_str(), what);
  std::abort();
}

void check_refusal(const std::vector<format::Diagnostic>& errors, const std::string& text) {
  promise(!errors.empty(), "no-diagnostic", text);
  for (const format::Diagnostic& error : errors) {
    promise(error.place.line >= 1 && error.place.column >= 1, "place", error.text());
    promise(!error.message.empty(), "message", error.text());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto program = format::read_case("input.yaml", text);
  if (!program) {
    check_refusal(program.error(), text);
    return 0;
  }
  const std::string written = format::write_case(*program);
  const auto again = format::read_case("written.yaml", written);
  promise(again.has_value(), "unreadable",
          again ? written : format::diagnostics_text(again.error()) + written);
  promise(format::equal(*program, *again), "round-trip", text + "\nbecame\n" + written);
  promise(format::write_case(*again) == written, "second-writing", written);
  return 0;
}
