// SPDX-License-Identifier: GPL-2.0-only
// `protm time-to-find`, behind `./protm bench time-to-find`: each switch of series-v1 and each
// mutant alone against an engine, a row for each hunt as soon as it is over, and the page.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/places.h"
#include "conformance/format/binary.h"
#include "conformance/format/catalogue_reader.h"
#include "fuzzers/campaign/hunt.h"
#include "fuzzers/campaign/time_table.h"
#include "fuzzers/lib/shrink.h"
#include "fuzzers/lib/whole_file.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "oracle/mutants/mutants.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;
using fuzz::FoundAt;
using fuzz::SeenSignature;
using fuzz::TimeRow;

constexpr std::uint64_t kMostSeeds = 100;
constexpr std::uint64_t kMostCapSeconds = 86'400;
constexpr std::uint32_t kPollMs = 20;
constexpr std::uint32_t kHuntShrinkRuns = 2000;
constexpr std::uint64_t kNsPerMs = 1'000'000;

/// One defect that is hunted.
struct Prey {
  std::string name;        ///< as for --only: "SCHED-20", "protm-..."
  std::string candidate;   ///< as for --sut
  std::string without;     ///< the same candidate without the defect
  std::vector<std::string> rules;   ///< that belong to it; empty = any
};

std::vector<Prey> all_prey(const std::vector<format::CatalogueEntry>& entries) {
  std::vector<Prey> all;
  for (const exec::SwitchText& s : exec::switch_list()) {
    const std::string id(s.id);
    const auto entry =
        std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.id == id; });
    Prey prey{id, "series-v1:only=" + id, "series-v1:none", {}};
    if (entry != entries.end()) prey.rules = entry->rules;
    all.push_back(std::move(prey));
  }
  for (const mutants::Mutant& m : mutants::table()) {
    all.push_back({std::string(m.name), "mutant:" + std::string(m.name), "reference", {}});
  }
  return all;
}

bool belongs(const Prey& prey, const std::string& rule) {
  return prey.rules.empty() ||
         std::any_of(prey.rules.begin(), prey.rules.end(),
                     [&](const auto& pattern) { return judge::rule_matches(pattern, rule); });
}

exec::Candidate known_candidate(const std::string& spec) {
  return *differential::default_registry().parse(spec);
}

std::optional<contract::Program> input(const std::string& path) {
  const auto text = fuzz::read_whole(path);
  if (!text) return std::nullopt;
  return format::decode(std::vector<std::uint8_t>(text->begin(), text->end()));
}

FoundAt found_at(const SeenSignature& s) {
  return {s.signature, s.rule, s.first_run, s.first_cpu_ns / kNsPerMs};
}

/// Steps of the shortest case of the entry that shows the defect; 0 when there is none.
std::uint64_t hand_steps(const Prey& prey, const runner::Suite& all) {
  std::uint64_t least = 0;
  differential::Differential differential(known_candidate(prey.candidate));
  for (const runner::SuiteCase& c : all.cases) {
    const auto& ids = c.program.entries;
    if (std::find(ids.begin(), ids.end(), prey.name) == ids.end()) continue;
    if (differential.compare(c.program).verdict.outcome != judge::Outcome::diverged) continue;
    const std::uint64_t steps = c.program.steps.size();
    least = least == 0 ? steps : std::min(least, steps);
  }
  return least;
}

/// Tells what each signature of a hunt is worth, once.
class Judged {
 public:
  explicit Judged(const Prey& prey) : prey_(prey) {}

  /// Whether it is what is hunted. `path`: the input that showed it.
  bool look(const SeenSignature& s, const std::string& path, TimeRow& row) {
    for (const auto& [signature, worth] : known_) {
      if (signature == s.signature) return worth;
    }
    const auto program = input(path);
    if (!program) return false;   // the page is a moment ahead of the folder
    bool worth = false;
    // Made for the moment: two comparisons at a time do not fit into one process.
    differential::Differential without(known_candidate(prey_.without));
    const judge::Outcome clean = without.compare(*program).verdict.outcome;
    if (clean == judge::Outcome::diverged || clean == judge::Outcome::oracle_wrong) {
      ++row.alarms;
    } else if (clean != judge::Outcome::agreed) {
      // Nobody can tell whether the defect or chance shows here.
    } else if (belongs(prey_, s.rule)) {
      worth = true;
    } else if (!row.other) {
      row.other = found_at(s);
    }
    known_.emplace_back(s.signature, worth);
    return worth;
  }

 private:
  const Prey& prey_;
  std::vector<std::pair<std::string, bool>> known_;
};

std::uint64_t minimised_steps(const Prey& prey, const std::string& signature,
                              const std::string& path) {
  const auto program = input(path);
  if (!program) return 0;
  differential::Differential differential(known_candidate(prey.candidate));
  if (fuzz::shown_by(differential.compare(*program).verdict) != signature) return 0;
  return fuzz::shrink_difference(differential, *program, signature, kHuntShrinkRuns)
      .program.steps.size();
}

struct Bench {
  fuzz::EngineFiles files;
  fuzz::Engine engine{};
  std::string folder, commit;
  std::uint64_t cap_s = 0;
};

/// One hunt to its end. Nothing when the user did not wait for it.
std::optional<TimeRow> hunt(const Prey& prey, std::uint64_t seed, const Bench& bench,
                            const runner::Suite& suites) {
  TimeRow row;
  row.candidate = prey.candidate;
  row.engine = fuzz::engine_name(bench.engine);
  row.seed = seed;
  row.cap_s = bench.cap_s;
  row.commit = bench.commit;
  Judged judged(prey);
  const fuzz::Hunt* self = nullptr;
  fuzz::Hunt hunt({.engine = bench.engine,
                   .candidate = prey.candidate,
                   .folder = bench.folder,
                   .seed = seed,
                   .cpu_ns = bench.cap_s * 1000 * kNsPerMs,
                   .enough =
                       [&](const SeenSignature& s) {
                         return judged.look(s, self->input_of(s.signature), row);
                       }},
                  bench.files);
  self = &hunt;
  while (!hunt.poll()) {
    if (interrupted != 0) return std::nullopt;
    fuzz::pause_ms(kPollMs);
  }
  const fuzz::HuntResult& result = hunt.result();
  row.runs = result.page.runs;
  row.cpu_ms = result.page.cpu_ns / kNsPerMs;
  row.problem = result.problem;
  if (!result.found) return row;
  row.found = found_at(*result.found);
  row.steps = minimised_steps(prey, result.found->signature,
                              hunt.input_of(result.found->signature));
  if (!prey.rules.empty()) row.hand_steps = hand_steps(prey, suites);
  return row;
}

bool of_a_design(const std::string& name) {
  const auto table = mutants::table_of_designs();
  return std::any_of(table.begin(), table.end(), [&](const mutants::Mutant& m) {
    return m.name == name || "mutant:" + std::string(m.name) == name;
  });
}

std::string hunted_nowhere(const std::string& name) {
  return "'" + name + "' is a mutant of a design, and no engine draws the calls of one\n"
         "  = expected a switch, or a mutant of the reference as posted";
}

std::string unknown(const std::string& name) {
  return "no switch and no mutant '" + name +
         "'\n  = expected one of `protm list --switches` or `--mutants`";
}

/// Those that --only names, with commas; all when it names none. Nothing after an error.
std::optional<std::vector<Prey>> chosen(const std::string& only, std::vector<Prey> all,
                                        Console console) {
  if (only.empty()) return all;
  std::vector<Prey> some;
  for (std::size_t at = 0; at <= only.size();) {
    const std::size_t end = std::min(only.find(',', at), only.size());
    const std::string name = only.substr(at, end - at);
    const auto found = std::find_if(all.begin(), all.end(), [&](const Prey& p) {
      return p.name == name || p.candidate == name;
    });
    if (found == all.end()) {
      bad_input(console, "--only: " + (of_a_design(name) ? hunted_nowhere(name) : unknown(name)));
      return std::nullopt;
    }
    some.push_back(*found);
    at = end + 1;
  }
  return some;
}

bool write_page(const std::string& page, const std::vector<TimeRow>& rows,
                const std::string& reasons, Console console) {
  const std::string text =
      fuzz::time_page(rows, fuzz::read_reasons(fuzz::read_whole(reasons).value_or("")));
  if (fuzz::write_whole(page, text)) return true;
  bad_input(console, "cannot write '" + page + "'");
  return false;
}

std::string line_of(const TimeRow& row) {
  std::string text = row.candidate + " seed " + std::to_string(row.seed) + ": ";
  if (row.found) {
    text += row.found->rule + " at run " + std::to_string(row.found->runs) + ", " +
            std::to_string(row.found->cpu_ms) + " ms CPU, " + std::to_string(row.steps) + " steps";
    if (row.hand_steps != 0) text += ", by hand " + std::to_string(row.hand_steps);
  } else {
    text += "not found in " + std::to_string(row.runs) + " runs, " + std::to_string(row.cpu_ms) +
            " ms CPU";
  }
  if (row.other) text += "; other rule " + row.other->rule;
  if (row.alarms != 0) text += "; " + std::to_string(row.alarms) + " also without it";
  return text + (row.problem.empty() ? "" : "; " + row.problem) + "\n";
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace

int command_time_to_find(const Options& options, Console console) {
  const auto seeds = number("--seeds", options.seed, 3, console);
  const auto cap = number("--cap", options.number, 120, console);
  if (!seeds || !cap) return kExitBadInput;
  if (*seeds == 0 || *seeds > kMostSeeds || *cap == 0 || *cap > kMostCapSeconds) {
    return bad_input(console, "--seeds and --cap cannot be 0 or so large\n  = expected 1 to 100 "
                              "seeds, and a cap of 1 to 86400 seconds of CPU time");
  }
  const auto entries = format::read_catalogue_file(catalogue_file());
  if (!entries) {
    console.err << format::diagnostics_text(entries.error());
    return kExitBadInput;
  }
  const auto prey = chosen(options.filter, all_prey(*entries), console);
  const auto suites = suite(options, {}, console);
  if (!prey || !suites) return kExitBadInput;
  const std::string out =
      options.output.empty() ? find_root() + "/docs/time-to-find.jsonl" : options.output;
  const std::string stem = fs::path(out).replace_extension().string();
  auto rows = fuzz::read_rows(out);
  if (!rows) return bad_input(console, rows.error());
  Bench bench{.files = {.libfuzzer = environment("PROTM_LIBFUZZER_TARGET"),
                        .afl = environment("PROTM_AFL_TARGET"),
                        .afl_mutator = environment("PROTM_AFL_MUTATOR")},
              .engine = options.engine == "afl" ? fuzz::Engine::afl : fuzz::Engine::libfuzzer,
              .folder = (fs::temp_directory_path() /
                         ("protm-time-to-find." + std::to_string(fuzz::process_id()))).string(),
              .commit = environment("PROTM_COMMIT"),
              .cap_s = *cap};
  const std::string& target =
      bench.engine == fuzz::Engine::afl ? bench.files.afl : bench.files.libfuzzer;
  std::error_code error;
  if (!fs::is_regular_file(target, error)) {
    return bad_input(console, "no target built in '" + target +
                                  "'\n  = expected to be called as `./protm bench time-to-find`");
  }
  catch_interrupts();
  // All candidates with one seed first: a table with holes says less than a narrow one.
  for (std::uint64_t seed = 1; seed <= *seeds; ++seed) {
    for (const Prey& p : *prey) {
      const bool done = std::any_of(rows->begin(), rows->end(), [&](const TimeRow& r) {
        return r.candidate == p.candidate && r.seed == seed && r.commit == bench.commit &&
               r.engine == fuzz::engine_name(bench.engine) && (r.found || r.cap_s >= *cap);
      });
      if (done && !options.again) continue;
      const auto row = hunt(p, seed, bench, *suites);
      fs::remove_all(bench.folder, error);
      if (!row) return kExitInterrupted;
      if (!fuzz::append_row(out, *row)) return bad_input(console, "cannot write '" + out + "'");
      rows->push_back(*row);
      console.out << line_of(*row) << std::flush;
      if (!write_page(stem + ".md", *rows, stem + "-reasons.txt", console)) return kExitBadInput;
    }
  }
  // Reasons are written when all hunts are over.
  const bool written = write_page(stem + ".md", *rows, stem + "-reasons.txt", console);
  return written ? kExitOk : kExitBadInput;
}

}  // namespace protm::cli
