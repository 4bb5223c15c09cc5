// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "cli/commands.h"
#include "cli/text_table.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/format/schedule_text.h"
#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "oracle/differential/differential.h"

namespace protm::cli {
namespace {

using contract::ExploreSpec;
using contract::Program;
using differential::Explored;
using differential::ExploreTally;

constexpr std::uint64_t kUsualPreemptions = 2;
/// A checkpoint is written so often; what came after the last one is done again.
constexpr std::uint64_t kRunsBetweenCheckpoints = 200;

bool number(const char* option, const std::string& text, std::uint64_t most, std::uint64_t& out,
            Console console) {
  if (text.empty()) return true;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  if (read.ec == std::errc{} && read.ptr == end && out <= most) return true;
  bad_input(console, std::string(option) + " cannot be '" + text +
                         "'\n  = expected a number of at most " + std::to_string(most));
  return false;
}

bool tasks(const std::string& list, const Program& program, ExploreSpec& spec, Console console) {
  if (list.empty()) return true;
  spec.tasks.clear();
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) {
    const auto task = format::parse_task(word, program.actors);
    if (!task) {
      bad_input(console, "no task '" + word + "'\n  = " +
                             format::expected_words(word, format::task_words(program.actors)));
      return false;
    }
    spec.tasks.push_back(*task);
  }
  return true;
}

/// The case's own bounds, but for what the command line says.
std::optional<ExploreSpec> spec_of(const Options& options, const Program& program,
                                   Console console) {
  ExploreSpec spec = program.explore;
  if (!options.preemptions.empty() && !options.pct.empty()) {
    bad_input(console, "--preemptions and --pct exclude each other");
    return std::nullopt;
  }
  std::uint64_t preemptions = spec.pct_depth == 0 && spec.preemptions == 0 ? kUsualPreemptions
                                                                           : spec.preemptions;
  std::uint64_t pct = spec.pct_depth;
  std::uint64_t runs = 0;
  if (!number("--preemptions", options.preemptions, contract::kMaxPreemptions, preemptions,
              console) ||
      !number("--pct", options.pct, contract::kMaxPctDepth, pct, console) ||
      !number("--runs", options.number, UINT32_MAX, runs, console) ||
      !number("--seed", options.seed, UINT64_MAX, spec.seed, console) ||
      !tasks(options.tasks, program, spec, console)) {
    return std::nullopt;
  }
  if (!options.preemptions.empty()) pct = 0;
  spec.preemptions = pct != 0 ? 0 : static_cast<std::uint32_t>(preemptions);
  spec.pct_depth = static_cast<std::uint32_t>(pct);
  spec.runs = static_cast<std::uint32_t>(runs);
  return spec;
}

std::string bounds_text(const ExploreSpec& spec, const Program& program) {
  std::string out = spec.pct_depth != 0
                        ? "random schedules of depth " + std::to_string(spec.pct_depth) +
                              ", seed " + std::to_string(spec.seed) + ", of "
                        : "at most " + std::to_string(spec.preemptions) + " departures of ";
  std::string names;
  for (const auto& task : differential::tasks_of(program, spec)) {
    names += (names.empty() ? "" : ", ") + format::task_text(task, program.actors);
  }
  return out + names;
}

/// What a checkpoint belongs to: another case, candidate or bound has other schedules.
std::string key_of(const Options& options, const ExploreSpec& spec, const Program& program) {
  Program text = program;
  text.explore = {};
  std::uint64_t hash = 14695981039346656037u;   // FNV-1a
  for (const char c : format::write_case(text)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  std::ostringstream out;
  out << "protm explore 1, " << options.sut << ", " << bounds_text(spec, program) << ", case "
      << std::hex << hash;
  return out.str();
}

std::string checkpoint_text(const std::string& key, const ExploreTally& tally) {
  std::ostringstream out;
  out << key << "\n" << exec::progress_text(tally.progress) << "\n";
  out << tally.runs << " " << tally.agreed << " " << tally.allowed << " " << tally.unclear << "\n";
  for (const std::uint64_t outcome : tally.outcomes) out << std::hex << outcome << "\n";
  return out.str();
}

bool write_checkpoint(const std::string& file, const std::string& key, const ExploreTally& tally,
                      Console console) {
  const std::string part = file + ".part";
  if (!write_file(part, checkpoint_text(key, tally), console)) return false;
  std::error_code error;
  std::filesystem::rename(part, file, error);   // never half a file
  if (!error) return true;
  bad_input(console, "cannot write '" + file + "'");
  return false;
}

/// False after an error was printed; a file that is not there is no error.
bool read_checkpoint(const std::string& file, const std::string& key, ExploreTally& tally,
                     Console console) {
  std::ifstream in(file);
  if (!in) return true;
  std::string first;
  std::string second;
  std::getline(in, first);
  std::getline(in, second);
  if (first != key) {
    bad_input(console, "the checkpoint '" + file + "' is of another exploration: '" + first +
                           "'\n  = expected '" + key + "'; another file, or none");
    return false;
  }
  const auto progress = exec::parse_progress(second);
  in >> tally.runs >> tally.agreed >> tally.allowed >> tally.unclear;
  if (!progress || !in) {
    bad_input(console, "the checkpoint '" + file + "' is damaged\n  = expected one that this "
                       "command wrote");
    return false;
  }
  tally.progress = *progress;
  std::uint64_t outcome = 0;
  while (in >> std::hex >> outcome) tally.outcomes.insert(outcome);
  return true;
}

/// The case with the schedule that diverged.
Program with_schedule(const Program& program, const differential::FoundSchedule& found) {
  Program out = program;
  out.schedule = found.schedule;
  out.explore = {};
  return out;
}

int print_found(const Options& options, const Program& program,
                const differential::FoundSchedule& found, Console console) {
  const judge::Verdict& v = found.verdict;
  std::ostream& out = console.out;
  out << "run " << found.run << " diverged at " << runner::time_text(v.at_ns) << ", " << v.rule
      << "\n" << labelled("what", v.detail) << labelled("signature", v.signature);
  const Program again = with_schedule(program, found);
  std::istringstream text(format::write_case(again));
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    inside = line == "schedule:" || (inside && line.starts_with(" "));
    if (inside) out << "  " << line << "\n";
  }
  out << "  " << found.replays << " of " << differential::kReplays
      << " runs of this schedule gave the same trace\n";
  if (!options.save.empty()) {
    const std::string slug = program.id.substr(program.id.find('/') + 1);
    const std::string file = options.save + "/" + (slug.empty() ? "case" : slug) + ".yaml";
    if (!write_file(file, format::write_case(again), console)) return kExitBadInput;
    out << "  reproduce: ./protm replay " << runner::shell_word(file)
        << " --sut=" << runner::shell_word(options.sut) << "\n";
  }
  if (v.outcome == judge::Outcome::oracle_wrong) return kExitHarnessBug;
  return found.replays == differential::kReplays ? kExitDiverged : kExitHarnessBug;
}

int print(const Options& options, const Program& program, const Explored& explored,
          const ExploreSpec& spec, Console console) {
  const ExploreTally& tally = explored.tally;
  std::ostream& out = console.out;
  out << (program.id.empty() ? options.target : program.id) << ": " << tally.runs
      << " schedules, " << bounds_text(spec, program) << "; " << tally.outcomes.size()
      << " distinct outcomes\n";
  if (explored.found) return print_found(options, program, *explored.found, console);
  out << tally.agreed << " of " << tally.runs << " schedules agreed";
  if (tally.allowed != 0) out << " (" << tally.allowed << " with another schedule of the oracle)";
  if (tally.unclear != 0) out << ", " << tally.unclear << " did not reach what the case is about";
  if (!explored.complete && spec.pct_depth == 0) out << "; not all were run";
  out << "\n";
  return tally.runs == 0 || tally.agreed == 0 ? kExitInconclusive : kExitOk;
}

}  // namespace

int command_explore(const Options& options, Console console) {
  const auto who = candidate(options, console);
  if (!who) return kExitBadInput;
  const auto program = find_case(options, console);
  if (!program) return kExitBadInput;
  const auto spec = spec_of(options, *program, console);
  if (!spec) return kExitBadInput;
  const std::string key = key_of(options, *spec, *program);
  differential::ExploreOptions how;
  how.spec = *spec;
  if (!make_folder(options.save, console)) return kExitBadInput;
  if (!options.checkpoint.empty() &&
      !read_checkpoint(options.checkpoint, key, how.from, console)) {
    return kExitBadInput;
  }
  announce(options, console);
  if (!contract::has(who->capabilities, contract::Capability::schedules)) {
    console.out << options.target << ": skipped: needs schedules, which " << options.sut
                << " does not declare\n";
    return kExitInconclusive;
  }
  bool written = true;
  how.after_run = [&](const ExploreTally& tally) {
    if (options.checkpoint.empty() || tally.runs % kRunsBetweenCheckpoints != 0) return true;
    return written = write_checkpoint(options.checkpoint, key, tally, console);
  };
  differential::Differential differential(*who);
  const Explored explored = differential.explore(*program, how);
  if (!options.checkpoint.empty() && written && !explored.found) {
    written = write_checkpoint(options.checkpoint, key, explored.tally, console);
  }
  return written ? print(options, *program, explored, *spec, console) : kExitBadInput;
}

}  // namespace protm::cli
