// SPDX-License-Identifier: GPL-2.0-only
// `protm fuzz`: a campaign, or the state of one.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/runner/conform.h"
#include "fuzzers/campaign/campaign.h"
#include "fuzzers/campaign/status.h"
#include "oracle/differential/candidates.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kDefaultMs = 3'600'000;
constexpr std::uint64_t kMostJobs = 256;
constexpr std::uint64_t kMostSeconds = 86'400;

/// "8h", "30min", "90s". Nothing after an error was printed.
std::optional<std::uint64_t> duration_ms(const std::string& text, Console console) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
      {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}};
  for (const auto& [word, ms] : kUnits) {
    if (read.ec == std::errc{} && unit == word && value != 0 && value <= 1'000'000) {
      return value * ms;
    }
  }
  bad_input(console, "--for cannot be '" + text + "'\n  = expected a time such as 90s, 30min, 8h");
  return std::nullopt;
}

std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// Built targets, which `./protm fuzz` names. Nothing after an error was printed.
std::optional<fuzz::EngineFiles> engine_files(const std::vector<fuzz::Engine>& engines,
                                              Console console) {
  fuzz::EngineFiles files{.libfuzzer = from_environment("PROTM_LIBFUZZER_TARGET"),
                          .afl = from_environment("PROTM_AFL_TARGET"),
                          .afl_mutator = from_environment("PROTM_AFL_MUTATOR")};
  std::error_code error;
  for (const fuzz::Engine engine : engines) {
    const bool lib = engine == fuzz::Engine::libfuzzer;
    const std::string& file = lib ? files.libfuzzer : files.afl;
    if (fs::is_regular_file(file, error)) continue;
    bad_input(console, std::string("no target built for ") +
                           std::string(fuzz::engine_name(engine)) + " in '" + file +
                           "'\n  = expected to be called as `./protm fuzz`, which builds it");
    return std::nullopt;
  }
  return files;
}

/// "--canaries=none" or a list of candidates, with semicolons between them.
std::vector<fuzz::Canary> canaries(const std::string& list) {
  std::vector<fuzz::Canary> all = fuzz::standard_canaries();
  if (list.empty()) return all;
  const std::uint64_t budget = all.front().cpu_ns;
  all.clear();
  if (list == "none") return all;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(';', at), list.size());
    if (end != at) all.push_back({list.substr(at, end - at), "named", budget});
    at = end + 1;
  }
  return all;
}

std::string reproduce_line(const Options& o, const fuzz::CampaignPlan& plan) {
  std::string line = "./protm fuzz --sut=" + runner::shell_word(o.sut) +
                     " --target=" + plan.target + " --engine=" + o.engine +
                     (o.asan ? " --asan" : "") +
                     " --jobs=" + std::to_string(plan.jobs) +
                     " --seed=" + std::to_string(plan.seed);
  if (!o.duration.empty()) line += " --for=" + o.duration;
  if (!o.number.empty()) line += " --runs=" + o.number;
  return line + " --out=" + runner::shell_word(plan.out);
}

int show_status(const Options& options, Console console) {
  const auto store = fuzz::Store::look(fuzz::CampaignPlaces(options.status).database);
  if (!store) return bad_input(console, store.error());
  console.out << (options.format == "json" ? fuzz::status_json(**store, options.status)
                                           : fuzz::status_text(**store, options.status));
  return kExitOk;
}

/// Whether the campaign in the folder is this one; a new folder becomes it.
bool same_campaign(fuzz::Store& store, const fuzz::CampaignPlan& plan, const Options& options,
                   Console console) {
  const std::pair<const char*, std::string> facts[] = {
      {"candidate", plan.candidate}, {"target", plan.target},
      {"engine", options.engine},    {"seed", std::to_string(plan.seed)},
      {"build", options.asan ? "asan" : "plain"}};
  for (const auto& [key, value] : facts) {
    const std::string known = store.fact(key);
    if (known.empty() || known == value) continue;
    bad_input(console, "the campaign in '" + plan.out + "' has " + key + " '" + known +
                           "', not '" + value + "'\n  = expected another --out");
    return false;
  }
  for (const auto& [key, value] : facts) store.set_fact(key, value);
  return true;
}

/// Nothing after an error was printed.
std::optional<fuzz::CampaignPlan> plan_of(const Options& options, Console console) {
  fuzz::CampaignPlan plan;
  const auto jobs = number("--jobs", options.jobs, 1, console);
  const auto seed = number("--seed", options.seed, 1, console);
  const auto runs = number("--runs", options.number, 0, console);
  const auto patience = number("--patience", options.patience, plan.standstill_s, console);
  const auto budget = number("--canary-budget", options.canary_budget, 0, console);
  if (!jobs || !seed || !runs || !patience || !budget) return std::nullopt;
  if (*jobs == 0 || *jobs > kMostJobs || (options.engine == "both" && *jobs < 2)) {
    bad_input(console, "--jobs cannot be '" + std::to_string(*jobs) + "'\n  = expected 1 to 256, " +
                           "and 2 at least for both engines");
    return std::nullopt;
  }
  for (const auto& [option, seconds] : {std::pair{"--patience", *patience},
                                        {"--canary-budget", budget.value_or(1)}}) {
    const bool given = std::string_view(option) == "--patience" || !options.canary_budget.empty();
    if (!given || (seconds != 0 && seconds <= kMostSeconds)) continue;
    bad_input(console, std::string(option) + " cannot be '" + std::to_string(seconds) +
                           "'\n  = expected seconds, 1 to " + std::to_string(kMostSeconds));
    return std::nullopt;
  }
  if (!options.duration.empty()) {
    const auto ms = duration_ms(options.duration, console);
    if (!ms) return std::nullopt;
    plan.for_ms = *ms;
  } else if (*runs == 0) {
    plan.for_ms = kDefaultMs;
  }
  if (options.engine != "afl") plan.engines.push_back(fuzz::Engine::libfuzzer);
  if (options.engine != "libfuzzer") plan.engines.push_back(fuzz::Engine::afl);
  const auto files = engine_files(plan.engines, console);
  if (!files) return std::nullopt;
  plan.out = options.output.empty() ? "campaign" : options.output;
  plan.candidate = options.sut;
  plan.target = options.fuzz_target;
  plan.files = *files;
  const std::string protm = from_environment("PROTM_REPLAYER");
  std::error_code error;
  plan.protm = protm.empty() ? fs::read_symlink("/proc/self/exe", error).string() : protm;
  plan.jobs = static_cast<std::uint32_t>(*jobs);
  plan.seed = *seed;
  plan.runs = *runs;
  plan.standstill_s = static_cast<std::uint32_t>(*patience);
  plan.canaries = canaries(options.canaries);
  for (fuzz::Canary& c : plan.canaries) {
    if (*budget != 0) c.cpu_ns = *budget * 1'000'000'000;
  }
  return plan;
}

/// Held as long as the process lives; false when another one has it.
bool lock(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  return descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

int command_fuzz(const Options& options, Console console) {
  if (!options.status.empty()) return show_status(options, console);
  const auto who = candidate(options, console);
  if (!who) return kExitBadInput;
  const auto plan = plan_of(options, console);
  if (!plan) return kExitBadInput;
  const exec::Registry registry = differential::default_registry();
  for (const fuzz::Canary& c : plan->canaries) {
    const auto known = registry.parse(c.candidate);
    if (!known) return bad_input(console, "--canaries: " + known.error());
  }
  if (!make_folder(plan->out, console)) return kExitBadInput;
  if (!lock(fuzz::CampaignPlaces(plan->out).lock)) {
    return bad_input(console, "a campaign is running in '" + plan->out + "'");
  }
  const auto store = fuzz::Store::open(fuzz::CampaignPlaces(plan->out).database);
  if (!store) return bad_input(console, store.error());
  if (!same_campaign(**store, *plan, options, console)) return kExitBadInput;
  announce(options, console);
  catch_interrupts();
  const int code = fuzz::Campaign(*plan, **store, console.err, interrupted).run();
  console.out << fuzz::status_text(**store, plan->out);
  if (code == fuzz::kFuzzInterrupted) console.out << "interrupted; the same command goes on\n";
  if (code == fuzz::kFuzzNewFinding) {
    console.out << "look: ./protm findings list --findings="
                << runner::shell_word(fuzz::CampaignPlaces(plan->out).findings) << "\n";
  }
  if (code != kExitOk) console.out << "reproduce: " << reproduce_line(options, *plan) << "\n";
  return code;
}

}  // namespace protm::cli
