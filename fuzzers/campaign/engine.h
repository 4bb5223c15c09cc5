// SPDX-License-Identifier: GPL-2.0-only
// How each engine is called for one worker of a campaign, and what it leaves when the target itself
// dies. Both engines run the same target source; findings do not end it (fuzzers/lib/reporter.h).
// Leaves out: building the targets, which `./protm` does.
// Source: libFuzzer's -help=1, afl-fuzz(8); exit codes of libFuzzer: FuzzerOptions.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzzers/campaign/process.h"

namespace protm::fuzz {

enum class Engine : std::uint8_t { libfuzzer, afl };
[[nodiscard]] std::string_view engine_name(Engine engine);

/// Built targets; empty = not built.
struct EngineFiles {
  std::string libfuzzer;
  std::string afl;           ///< the same target, built with afl-clang-fast++
  std::string afl_mutator;   ///< shared object for AFL_CUSTOM_MUTATOR_LIBRARY; empty = none
};

struct WorkerPlan {
  Engine engine = Engine::libfuzzer;
  std::string name;        ///< of its pages and of its log
  std::string candidate;   ///< as for --sut
  std::string corpus;      ///< folder that it reads and adds to
  std::string artefacts;   ///< folder for inputs on which the target dies
  std::string findings;    ///< folder for PROTM_FINDINGS
  std::string log;         ///< file
  std::string afl_folder;  ///< -o of afl-fuzz, shared by the workers of a campaign
  bool afl_main = false;   ///< exactly one of them is
  std::uint64_t seed = 1;
  std::uint64_t runs = 0;  ///< 0 = until it is stopped
};

[[nodiscard]] ProcessPlan worker_process(const WorkerPlan& plan, const EngineFiles& files);
/// Runs the target once on a saved input, away from any campaign.
[[nodiscard]] ProcessPlan single_run(const WorkerPlan& plan, const EngineFiles& files,
                                     const std::string& input, const std::string& log);
/// Inputs on which the target died: libFuzzer's crash-, oom-, timeout- and leak- files, AFL's
/// crashes and hangs. Sorted paths.
[[nodiscard]] std::vector<std::string> artefacts_of(const WorkerPlan& plan);

}  // namespace protm::fuzz
