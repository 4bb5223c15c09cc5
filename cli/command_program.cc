// SPDX-License-Identifier: GPL-2.0-only
// Commands on one Program: replay, convert, trace.
#include <cstdio>
#include <fstream>
#include <ostream>

#include "cli/commands.h"
#include "cli/keep_finding.h"
#include "cli/perfetto.h"
#include "conformance/format/binary.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/trace_text.h"
#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "fuzzers/lib/shrink.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/session.h"

namespace protm::cli {
namespace {

std::string hash_text(const contract::Trace& trace) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(trace.hash()));
  return text;
}

/// Runs that make a finding small.
constexpr std::uint32_t kShrinkRuns = 2000;

/// What the comparison says; `shown` is its signature, of the oracle's own fault too.
void print_replayed(const std::string& file, const differential::Comparison& c,
                    const std::string& shown, std::ostream& out) {
  const judge::Verdict& v = c.verdict;
  out << file << ": " << judge::outcome_name(v.outcome);
  if (c.timing) out << " (timing)";
  if (v.outcome == judge::Outcome::diverged) {
    out << " at " << runner::time_text(v.at_ns) << ", " << v.rule;
  }
  out << "\n";
  if (!v.detail.empty()) out << "  " << v.detail << "\n";
  if (!shown.empty()) out << "  signature " << shown << "\n";
  out << "  trace hash " << hash_text(c.candidate) << ", oracle's " << hash_text(c.oracle) << "\n";
}

}  // namespace

bool write_file(const std::string& path, std::string_view bytes, Console console) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return true;
  bad_input(console, "cannot write '" + path + "'");
  return false;
}

int exit_code_of(judge::Outcome outcome) {
  switch (outcome) {
    case judge::Outcome::agreed:
    case judge::Outcome::poisoned: return kExitOk;
    case judge::Outcome::diverged: return kExitDiverged;
    case judge::Outcome::oracle_wrong: return kExitHarnessBug;
    default: return kExitInconclusive;
  }
}

int command_replay(const Options& options, Console console) {
  const auto who = candidate(options, console);
  if (!who) return kExitBadInput;
  const auto program = program_file(options.target, console);
  if (!program || !make_folder(options.findings, console)) return kExitBadInput;
  announce(options, console);
  if (const std::string why = exec::why_not(*who, *program); !why.empty()) {
    console.out << options.target << ": skipped: " << why << "\n";
    return kExitInconclusive;
  }
  differential::Differential differential(*who);
  const differential::Comparison c = differential.compare(*program);
  const std::string shown = fuzz::shown_by(c.verdict);
  print_replayed(options.target, c, shown, console.out);
  const int code = exit_code_of(c.verdict.outcome);
  if (code != kExitOk) {
    console.out << "reproduce: ./protm replay " << runner::shell_word(options.target)
                << " --sut=" << runner::shell_word(options.sut) << "\n";
  }
  if (options.findings.empty() || shown.empty()) return code;
  switch (keep_finding(differential, *program, shown, "replay " + options.target,
                       options.findings, kShrinkRuns, console)) {
    case Kept::does_not_repeat: return kExitHarnessBug;
    case Kept::failed: return kExitBadInput;
    default: return code;
  }
}

int command_convert(const Options& options, Console console) {
  const auto program = program_file(options.target, console);
  if (!program) return kExitBadInput;
  std::string result;
  if (options.to == "bin") {
    const std::vector<std::uint8_t> bytes = format::encode(*program);
    result.assign(bytes.begin(), bytes.end());
  } else {
    result = format::write_case(*program, options.explicit_form ? format::Defaults::all
                                                                : format::Defaults::leave_out);
  }
  if (options.output.empty()) {
    console.out << result;
    return kExitOk;
  }
  return write_file(options.output, result, console) ? kExitOk : kExitBadInput;
}

namespace {

/// What `trace` prints, and what it writes for Perfetto.
struct Traced {
  contract::Trace trace;
  std::vector<TimelineOf> runs;
};

Traced traced(const Options& options, const contract::Program& program,
              const exec::Candidate& who) {
  exec::RunOptions how;
  how.level = options.full ? rig::TraceLevel::full : rig::TraceLevel::normal;
  if (!options.beside) {
    exec::Session session(who);
    Traced out{session.run(program, how), {}};
    out.runs.push_back({who.spec, timeline(out.trace, program)});
    return out;
  }
  differential::Differential differential(who);
  differential::Comparison c = differential.compare(program, {.run = how});
  std::vector<TimelineOf> runs{
      {"oracle " + differential::oracle_for(who).spec, timeline(c.oracle, program)},
      {"candidate " + who.spec, timeline(c.candidate, program, c.verdict.findings)}};
  return {std::move(c.candidate), std::move(runs)};
}

}  // namespace

int command_trace(const Options& options, Console console) {
  if (options.beside && options.output.empty()) {
    return bad_input(console, "--beside needs --perfetto=FILE; `protm explain` compares in text");
  }
  const auto who = candidate(options, console);
  if (!who) return kExitBadInput;
  const auto program = find_case(options, console);
  if (!program) return kExitBadInput;
  announce(options, console);
  const Traced result = traced(options, *program, *who);
  console.out << format::trace_text(result.trace, *program) << "trace hash "
              << hash_text(result.trace) << "\n";
  if (options.output.empty()) return kExitOk;
  const std::string bytes = perfetto_trace(program->id, result.runs);
  return write_file(options.output, bytes, console) ? kExitOk : kExitBadInput;
}

}  // namespace protm::cli
