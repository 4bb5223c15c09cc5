// SPDX-License-Identifier: GPL-2.0-only
// The supervisor behind `./protm fuzz`: canaries first, then workers until time or runs are used
// up. Findings go from the workers' folder through N-of-N replay to a folder each; whatever a
// worker dies of is kept, replayed and said. All state is in a Store and in files that are whole or
// not there, so the same command line goes on where a killed one was.
// Leaves out: engines (engine.h), the report (status.h), building targets (`./protm`).
// Source: design.md sections 6 (exit codes) and 9.
#pragma once

#include <csignal>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fuzzers/campaign/canaries.h"
#include "fuzzers/campaign/engine.h"
#include "fuzzers/campaign/follow_up.h"
#include "fuzzers/campaign/hunt.h"
#include "fuzzers/campaign/store.h"

namespace protm::fuzz {

struct CampaignPlan {
  std::string out;         ///< folder of the campaign
  std::string candidate;   ///< as for --sut
  std::string target;
  std::vector<Engine> engines;
  EngineFiles files;
  std::string protm;       ///< binary that replays and files findings
  std::uint32_t jobs = 1;
  std::uint64_t seed = 1;
  std::uint64_t for_ms = 0;   ///< host time of the whole campaign, all sessions; 0 = no limit
  std::uint64_t runs = 0;     ///< executions of the whole campaign; 0 = no limit
  std::vector<Canary> canaries;
  std::uint32_t standstill_s = 120;   ///< without an execution
};

/// Exit codes of `protm fuzz`. Source: design.md section 6.
inline constexpr int kFuzzNothingNew = 0;
inline constexpr int kFuzzNewFinding = 1;
inline constexpr int kFuzzStoodStill = 3;
inline constexpr int kFuzzInterrupted = 130;
inline constexpr int kFuzzHarnessBug = 134;

/// Where things are in the folder of a campaign.
struct CampaignPlaces {
  explicit CampaignPlaces(const std::string& out);
  std::string database, lock, corpus, incoming, artefacts, crashes, findings, logs, afl, canaries;
  std::string out_of_the_way;   ///< where a replay leaves what it finds
};

/// The exit code of what was found since the last orderly end: a fault of the harness, then a new
/// finding, then what makes "nothing new" worthless.
[[nodiscard]] int exit_code_of(const Store& store);

/// A death of the target that is being replayed.
struct CrashJob {
  CrashRow row;
  std::uint32_t done = 0;
  std::unique_ptr<Process> process;
};

class Campaign {
 public:
  /// `interrupted`: becomes not 0 when the user wants the end.
  Campaign(CampaignPlan plan, Store& store, std::ostream& log,
           const volatile std::sig_atomic_t& interrupted);
  /// Runs to its end. Returns the exit code.
  int run();

 private:
  struct Worker {
    std::uint32_t number = 0;
    WorkerPlan plan;
    std::unique_ptr<Process> process;
    std::uint64_t share = 0;       ///< executions of this session; 0 = no limit
    std::uint32_t starts = 0;
    std::uint32_t idle_starts = 0; ///< in a row, without an execution
    std::uint32_t still = 0;       ///< times that it stood still
    std::uint64_t runs_at_start = 0, runs_seen = 0, progress_ms = 0;
    bool over = false;
  };

  void make_places();
  void run_canaries();
  bool run_workers();
  void set_up_workers();
  void start(Worker& worker);
  void look_after(Worker& worker);
  void ended(Worker& worker, const Ended& end);
  void stood_still(Worker& worker, const std::string& what);
  [[nodiscard]] std::uint64_t runs_of(const Worker& worker) const;
  void read_incoming();
  void take_artefacts(const Worker& worker);
  void follow_up_findings();
  /// The next input that shows this signature is followed up in the place of this one.
  void ask_for_another(const FollowUpPlan& explained);
  void follow_up_crashes();
  void share_corpus();
  void account();
  bool drain();
  void say(const std::string& line);
  [[nodiscard]] bool stop() const { return interrupted_ != 0; }

  CampaignPlan plan_;
  CampaignPlaces at_;
  Store& store_;
  std::ostream& log_;
  const volatile std::sig_atomic_t& interrupted_;
  std::uint64_t session_ = 0, accounted_ms_ = 0, shared_ms_ = 0;
  std::vector<Worker> workers_;
  std::map<std::string, std::uint64_t> page_runs_;   ///< of each page as it is in the store
  std::set<std::string> noticed_;
  std::map<std::string, std::uint32_t> explained_;   ///< signatures: inputs explained by timing
  std::unique_ptr<FollowUpJob> job_;
  std::optional<CrashJob> crash_job_;
};

}  // namespace protm::fuzz
