// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/engine.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAflFuzz = "/usr/bin/afl-fuzz";
constexpr std::uint32_t kMostBytes = 4096;
/// Host time for one input: a Program has a budget of events, so more means that something hangs.
/// It is of the wall clock, which on a busy machine runs many times as fast as the work.
constexpr std::uint32_t kInputSeconds = 120;
constexpr std::uint32_t kMemoryMiB = 2560;
/// Only a hang of the harness lasts so long.
constexpr std::uint32_t kSingleRunSeconds = 120;

std::vector<std::pair<std::string, std::string>> target_environment(const WorkerPlan& plan) {
  return {{"PROTM_SUT", plan.candidate},
          {"PROTM_FIND", ""},
          {"PROTM_FINDINGS", plan.findings},
          {"PROTM_WORKER", plan.name}};
}

ProcessPlan libfuzzer(const WorkerPlan& plan, const EngineFiles& files) {
  ProcessPlan out{.command = {files.libfuzzer, "-seed=" + std::to_string(plan.seed),
                              "-max_len=" + std::to_string(kMostBytes), "-entropic=0",
                              "-timeout=" + std::to_string(kInputSeconds),
                              "-rss_limit_mb=" + std::to_string(kMemoryMiB), "-reload=1",
                              "-print_final_stats=1",
                              "-artifact_prefix=" + plan.artefacts + "/" + plan.name + "."},
                  .environment = target_environment(plan),
                  .output = plan.log};
  if (plan.runs != 0) out.command.push_back("-runs=" + std::to_string(plan.runs));
  out.command.push_back(plan.corpus);
  return out;
}

ProcessPlan afl(const WorkerPlan& plan, const EngineFiles& files) {
  ProcessPlan out{.command = {kAflFuzz, "-i", plan.corpus, "-o", plan.afl_folder,
                              plan.afl_main ? "-M" : "-S", plan.name, "-m", "none", "-t", "5000+",
                              "-s", std::to_string(plan.seed), "-g", "1", "-G",
                              std::to_string(kMostBytes)},
                  .environment = target_environment(plan),
                  .output = plan.log};
  if (plan.afl_main) {
    out.command.insert(out.command.end(), {"-F", plan.corpus});
  }
  if (plan.runs != 0) out.command.insert(out.command.end(), {"-E", std::to_string(plan.runs)});
  out.command.insert(out.command.end(), {"--", files.afl});
  for (const char* name : {"AFL_SKIP_CPUFREQ", "AFL_NO_UI", "AFL_AUTORESUME", "AFL_NO_AFFINITY",
                           "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_FAST_CAL"}) {
    out.environment.emplace_back(name, "1");
  }
  if (!files.afl_mutator.empty()) {
    out.environment.emplace_back("AFL_CUSTOM_MUTATOR_LIBRARY", files.afl_mutator);
  }
  return out;
}

void add_files(std::vector<std::string>& to, const fs::path& folder, std::string_view starts) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(starts) && entry.is_regular_file(error)) to.push_back(entry.path());
  }
}

}  // namespace

std::string_view engine_name(Engine engine) {
  return engine == Engine::libfuzzer ? "libfuzzer" : "afl";
}

ProcessPlan worker_process(const WorkerPlan& plan, const EngineFiles& files) {
  return plan.engine == Engine::libfuzzer ? libfuzzer(plan, files) : afl(plan, files);
}

ProcessPlan single_run(const WorkerPlan& plan, const EngineFiles& files, const std::string& input,
                       const std::string& log) {
  const std::string& target =
      plan.engine == Engine::libfuzzer ? files.libfuzzer : files.afl;
  return {.command = {target, input},
          .environment = target_environment(plan),
          .output = log,
          .limit_s = kSingleRunSeconds};
}

std::vector<std::string> artefacts_of(const WorkerPlan& plan) {
  std::vector<std::string> all;
  add_files(all, plan.artefacts, plan.name + ".");
  for (const char* folder : {"crashes", "hangs"}) {
    add_files(all, fs::path(plan.afl_folder) / plan.name / folder, "id");
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace protm::fuzz
