// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/campaign.h"

#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kTickMs = 100;
constexpr std::uint64_t kAccountMs = 2'000;
constexpr std::uint64_t kShareCorpusMs = 30'000;
constexpr std::uint32_t kPatienceMs = 3'000;
/// Starts in a row without one execution, after which a worker is given up.
constexpr std::uint32_t kMostIdleStarts = 3;
/// Inputs of one signature that a full search explains, after which no other is asked for.
constexpr std::uint32_t kMostExplained = 8;

std::size_t files_in(const std::string& folder) {
  std::error_code error;
  std::size_t n = 0;
  for (const auto& entry : fs::directory_iterator(folder, error)) n += entry.is_regular_file(error);
  return n;
}

/// Tells builds of a target apart.
std::string digest_of(const std::string& file) {
  const std::string bytes = read_whole(file).value_or("");
  return std::to_string(XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace

CampaignPlaces::CampaignPlaces(const std::string& out)
    : database(out + "/campaign.sqlite"),
      lock(out + "/lock"),
      corpus(out + "/corpus"),
      incoming(out + "/incoming"),
      artefacts(out + "/artefacts"),
      crashes(out + "/crashes"),
      findings(out + "/findings"),
      logs(out + "/logs"),
      afl(out + "/afl"),
      canaries(out + "/canaries"),
      out_of_the_way(out + "/replays") {}

int exit_code_of(const Store& store) {
  bool finding = false;
  bool harness = false;
  for (const FindingRow& f : store.findings()) {
    if (!f.is_new) continue;
    finding |= f.state == FindingState::kept;
    harness |= f.state == FindingState::does_not_repeat || f.state == FindingState::no_answer;
  }
  for (const CrashRow& c : store.crashes()) {
    if (!c.is_new || !c.followed_up) continue;
    (c.replays == kReplaysWanted ? finding : harness) = true;
  }
  bool worthless = false;
  for (const TroubleRow& t : store.troubles()) worthless |= t.is_new && t.stood_still;
  for (const CanaryRow& c : store.canaries()) worthless |= !c.found;
  if (harness) return kFuzzHarnessBug;
  if (finding) return kFuzzNewFinding;
  return worthless ? kFuzzStoodStill : kFuzzNothingNew;
}

Campaign::Campaign(CampaignPlan plan, Store& store, std::ostream& log,
                   const volatile std::sig_atomic_t& interrupted)
    : plan_(std::move(plan)), at_(plan_.out), store_(store), log_(log),
      interrupted_(interrupted) {}

void Campaign::say(const std::string& line) { log_ << line << std::endl; }

void Campaign::make_places() {
  std::error_code error;
  for (const std::string* folder : {&at_.corpus, &at_.incoming, &at_.artefacts, &at_.crashes,
                                    &at_.findings, &at_.logs, &at_.canaries}) {
    fs::create_directories(*folder, error);
  }
  const bool afl = std::find(plan_.engines.begin(), plan_.engines.end(), Engine::afl) !=
                   plan_.engines.end();
  // AFL++ wants an input to start from; one byte is a Program without steps.
  if (afl && files_in(at_.corpus) == 0 && !write_whole(at_.corpus + "/empty", "\1")) {
    say("cannot write into '" + at_.corpus + "'");
  }
}

int Campaign::run() {
  session_ = store_.begin_session();
  accounted_ms_ = now_ms();
  make_places();
  // What a killed session has left is taken up before anything new is started.
  for (const FindingRow& f : store_.findings()) noticed_.insert(f.signature);
  read_incoming();
  run_canaries();
  const bool complete = !stop() && run_workers() && drain();
  account();
  if (!complete) return kFuzzInterrupted;
  const int code = exit_code_of(store_);
  store_.end_session();
  return code;
}

void Campaign::run_canaries() {
  const Engine engine = plan_.engines.front();
  const std::string build = digest_of(engine == Engine::libfuzzer ? plan_.files.libfuzzer
                                                                  : plan_.files.afl);
  const std::vector<CanaryRow> known = store_.canaries();
  std::vector<std::unique_ptr<Hunt>> running;
  std::size_t next = 0;
  while (!stop() && (next < plan_.canaries.size() || !running.empty())) {
    while (running.size() < plan_.jobs && next < plan_.canaries.size()) {
      const Canary& canary = plan_.canaries[next++];
      const bool done = std::any_of(known.begin(), known.end(), [&](const CanaryRow& row) {
        return row.candidate == canary.candidate && row.build == build && row.found;
      });
      if (done) continue;
      HuntPlan plan{.engine = engine,
                    .candidate = canary.candidate,
                    .folder = at_.canaries + "/" + std::to_string(next),
                    .seed = plan_.seed,
                    .cpu_ns = canary.cpu_ns,
                    .enough = [](const SeenSignature&) { return true; }};
      running.push_back(std::make_unique<Hunt>(std::move(plan), plan_.files));
    }
    pause_ms(kTickMs / 4);
    std::erase_if(running, [&](const std::unique_ptr<Hunt>& hunt) {
      if (!hunt->poll()) return false;
      const HuntResult& r = hunt->result();
      const bool found = r.found.has_value();
      store_.set_canary({.candidate = hunt->plan().candidate,
                         .build = build,
                         .found = found,
                         .signature = found ? r.found->signature : r.problem,
                         .runs = found ? r.found->first_run : r.page.runs,
                         .cpu_ns = found ? r.found->first_cpu_ns : r.page.cpu_ns,
                         .budget_ns = hunt->plan().cpu_ns});
      say("canary " + hunt->plan().candidate +
          (found ? ": found, " + r.found->signature
                 : ": MISSED" + (r.problem.empty() ? "" : ", " + r.problem)));
      return true;
    });
  }
}

void Campaign::set_up_workers() {
  const std::uint64_t done = store_.totals().runs;
  const std::uint64_t left = plan_.runs > done ? plan_.runs - done : 0;
  bool afl_main = true;
  for (std::uint32_t i = 0; i < plan_.jobs; ++i) {
    Worker w;
    w.number = i;
    w.plan.engine = plan_.engines[i % plan_.engines.size()];
    w.plan.candidate = plan_.candidate;
    w.plan.corpus = at_.corpus;
    w.plan.artefacts = at_.artefacts;
    w.plan.findings = at_.incoming;
    w.plan.afl_folder = at_.afl;
    if (w.plan.engine == Engine::afl) w.plan.afl_main = std::exchange(afl_main, false);
    if (plan_.runs != 0) w.share = (left + plan_.jobs - 1 - i) / plan_.jobs;
    w.over = plan_.runs != 0 && w.share == 0;
    workers_.push_back(std::move(w));
  }
}

void Campaign::start(Worker& w) {
  // AFL++ finds its own queue again by the worker's name; a page has the process id behind it.
  w.plan.name = w.plan.engine == Engine::afl
                    ? "w" + std::to_string(w.number)
                    : "s" + std::to_string(session_) + "w" + std::to_string(w.number) + "n" +
                          std::to_string(w.starts);
  w.plan.log = at_.logs + "/" + w.plan.name + ".log";
  w.plan.seed = plan_.seed + 1'000'000 * (session_ - 1) + 1'000 * w.number + w.starts;
  const std::uint64_t done = runs_of(w);
  w.plan.runs = w.share == 0 ? 0 : w.share - std::min(w.share - 1, done);
  w.process = std::make_unique<Process>(worker_process(w.plan, plan_.files));
  ++w.starts;
  w.runs_seen = w.runs_at_start = done;
  w.progress_ms = now_ms();
}

std::uint64_t Campaign::runs_of(const Worker& worker) const {
  const std::string prefix =
      worker.plan.engine == Engine::afl
          ? std::string(kPagePrefix) + "w" + std::to_string(worker.number) + "-"
          : std::string(kPagePrefix) + "s" + std::to_string(session_) + "w" +
                std::to_string(worker.number) + "n";
  std::uint64_t sum = 0;
  for (const auto& [name, runs] : page_runs_) {
    if (name.starts_with(prefix)) sum += runs;
  }
  return sum;
}

bool Campaign::run_workers() {
  set_up_workers();
  const auto time_left = [&] {
    return plan_.for_ms == 0 || store_.totals().elapsed_ms < plan_.for_ms;
  };
  const auto working = [&] {
    return std::any_of(workers_.begin(), workers_.end(), [](const Worker& w) { return !w.over; });
  };
  account();
  for (Worker& w : workers_) {
    if (!w.over && time_left()) start(w);
  }
  while (!stop() && working() && time_left()) {
    pause_ms(kTickMs);
    read_incoming();
    for (Worker& w : workers_) look_after(w);
    follow_up_findings();
    follow_up_crashes();
    share_corpus();
    if (now_ms() - accounted_ms_ >= kAccountMs) account();
  }
  for (Worker& w : workers_) {
    if (w.process != nullptr) w.process->stop(kPatienceMs);
    w.process.reset();
    take_artefacts(w);
  }
  read_incoming();
  return !stop();
}

void Campaign::look_after(Worker& w) {
  if (w.over || w.process == nullptr) return;
  const std::uint64_t runs = runs_of(w);
  if (runs != w.runs_seen) {
    w.runs_seen = runs;
    w.progress_ms = now_ms();
  }
  if (const auto end = w.process->poll()) {
    ended(w, *end);
    return;
  }
  if (now_ms() - w.progress_ms < std::uint64_t{plan_.standstill_s} * 1000) return;
  w.process->stop(0);
  stood_still(w, "no execution in " + std::to_string(plan_.standstill_s) + " s");
}

void Campaign::ended(Worker& w, const Ended& end) {
  read_incoming();   // what it did last
  take_artefacts(w);
  const std::uint64_t runs = runs_of(w);
  const bool clean = !end.by_signal && end.code == 0;
  if (clean && w.share != 0) {
    w.over = true;
    return;
  }
  const std::string name(engine_name(w.plan.engine));
  store_.trouble({.worker = w.plan.name, .what = name + " " + end_text(end)});
  say("worker " + w.plan.name + ": " + name + " " + end_text(end) + "; started again");
  w.idle_starts = runs == w.runs_at_start ? w.idle_starts + 1 : 0;
  if (w.idle_starts >= kMostIdleStarts) {
    stood_still(w, end_text(end) + " before anything ran, " + std::to_string(kMostIdleStarts) +
                       " times");
    return;
  }
  start(w);
}

void Campaign::stood_still(Worker& w, const std::string& what) {
  const std::string name(engine_name(w.plan.engine));
  store_.trouble({.worker = w.plan.name, .what = name + " " + what, .stood_still = true});
  say("worker " + w.plan.name + ": STOOD STILL: " + name + " " + what + "; log: " + w.plan.log);
  if (w.idle_starts >= kMostIdleStarts || ++w.still >= kMostIdleStarts) {
    w.over = true;
    w.process.reset();
    return;
  }
  start(w);
}

void Campaign::read_incoming() {
  std::error_code error;
  std::vector<std::string> inputs;
  std::map<std::string, std::string> rules;
  for (const auto& entry : fs::directory_iterator(at_.incoming, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.')) continue;
    if (name.ends_with(kInputEnding)) {
      const std::string signature = name.substr(0, name.size() - kInputEnding.size());
      if (!noticed_.contains(signature)) inputs.push_back(signature);
      continue;
    }
    const auto text = read_whole(entry.path().string());
    const auto page = text ? parse_worker_page(*text) : std::nullopt;
    if (!page) continue;
    for (const SeenSignature& s : page->seen) rules[s.signature] = s.rule;
    std::uint64_t& known = page_runs_[name];
    if (known != page->runs) store_.set_page(name, *page);
    known = page->runs;
  }
  std::sort(inputs.begin(), inputs.end());
  for (const std::string& signature : inputs) {
    if (store_.notice(signature, rules[signature])) {
      say("seen: " + signature);
    } else if (explained_.contains(signature)) {
      store_.followed_up(signature, FindingState::fresh, 0);
    }
    noticed_.insert(signature);
  }
}

void Campaign::follow_up_findings() {
  if (job_ != nullptr) {
    const auto result = job_->poll();
    if (!result) return;
    const std::string signature = job_->plan().signature;
    store_.followed_up(signature, result->state, result->replays);
    say("finding " + signature + ": " + std::string(state_name(result->state)) + ", " +
        std::to_string(result->replays) + " of " + std::to_string(kReplaysWanted) +
        " replays show it");
    if (result->state == FindingState::explained) ask_for_another(job_->plan());
    job_.reset();
  }
  for (const FindingRow& f : store_.findings()) {
    if (f.state != FindingState::fresh) continue;
    job_ = std::make_unique<FollowUpJob>(
        FollowUpPlan{.protm = plan_.protm,
                     .candidate = plan_.candidate,
                     .signature = f.signature,
                     .input = at_.incoming + "/" + f.signature + std::string(kInputEnding),
                     .findings = at_.findings,
                     .log = at_.logs + "/replay.log"});
    return;
  }
}

void Campaign::ask_for_another(const FollowUpPlan& explained) {
  // What one input shows by timing may be a defect on the next.
  if (++explained_[explained.signature] == kMostExplained) return;
  std::error_code error;
  if (fs::remove(explained.input, error)) noticed_.erase(explained.signature);
}

void Campaign::take_artefacts(const Worker& worker) {
  for (const std::string& path : artefacts_of(worker.plan)) {
    const std::string name = worker.plan.engine == Engine::libfuzzer
                                 ? fs::path(path).filename().string()
                                 : worker.plan.name + "." + fs::path(path).filename().string();
    const std::string kept = at_.crashes + "/" + name;
    std::error_code error;
    if (fs::exists(kept, error)) continue;
    const auto bytes = read_whole(path);
    if (!bytes || !write_whole(kept, *bytes)) continue;
    store_.crashed({.name = name, .worker = worker.plan.name});
    say("the target died: " + kept + "; log: " + worker.plan.log);
  }
}

void Campaign::follow_up_crashes() {
  if (!crash_job_) {
    for (const CrashRow& row : store_.crashes()) {
      if (row.followed_up) continue;
      crash_job_.emplace();
      crash_job_->row = row;
      crash_job_->row.replays = 0;
      break;
    }
    if (!crash_job_) return;
  }
  CrashJob& job = *crash_job_;
  if (job.process != nullptr) {
    const auto end = job.process->poll();
    if (!end) return;
    ++job.done;
    job.row.replays += end->by_signal || end->code != 0 || end->out_of_time;
    job.process.reset();
  }
  if (job.done == kReplaysWanted) {
    job.row.followed_up = true;
    store_.crashed(job.row);
    say("crash " + job.row.name + ": " + std::to_string(job.row.replays) + " of " +
        std::to_string(kReplaysWanted) + " replays die" +
        (job.row.replays == kReplaysWanted ? "" : ": a fault of the harness"));
    crash_job_.reset();
    return;
  }
  WorkerPlan plan;
  // The engine that it came from, where both are there.
  plan.engine = job.row.worker.starts_with('w') ? Engine::afl : Engine::libfuzzer;
  plan.name = "replay";
  plan.candidate = plan_.candidate;
  plan.findings = at_.out_of_the_way;
  job.process = std::make_unique<Process>(single_run(plan, plan_.files,
                                                     at_.crashes + "/" + job.row.name,
                                                     at_.logs + "/" + job.row.name + ".log"));
}

void Campaign::share_corpus() {
  if (now_ms() - shared_ms_ < kShareCorpusMs) return;
  shared_ms_ = now_ms();
  for (const Worker& w : workers_) {
    if (w.plan.engine != Engine::afl) continue;
    std::error_code error;
    const std::string queue = at_.afl + "/" + w.plan.name + "/queue";
    for (const auto& entry : fs::directory_iterator(queue, error)) {
      const std::string name = entry.path().filename().string();
      // What AFL++ took from others is in the corpus already.
      if (!name.starts_with("id:") || name.find(",sync:") != std::string::npos) continue;
      const std::string to = at_.corpus + "/afl-" + w.plan.name + "-" + name.substr(3, 6);
      if (fs::exists(to, error)) continue;
      if (const auto bytes = read_whole(entry.path().string()); bytes && !write_whole(to, *bytes)) {
        say("cannot write '" + to + "'");
      }
    }
  }
  store_.set_corpus(files_in(at_.corpus));
}

void Campaign::account() {
  const std::uint64_t now = now_ms();
  store_.add_elapsed(now - accounted_ms_);
  accounted_ms_ = now;
  store_.set_corpus(files_in(at_.corpus));
}

/// Follows up what is left. False when the user did not wait for it.
bool Campaign::drain() {
  const auto left = [&] {
    const auto findings = store_.findings();
    const auto crashes = store_.crashes();
    return job_ != nullptr || crash_job_ ||
           std::any_of(findings.begin(), findings.end(),
                       [](const auto& f) { return f.state == FindingState::fresh; }) ||
           std::any_of(crashes.begin(), crashes.end(),
                       [](const auto& c) { return !c.followed_up; });
  };
  while (left()) {
    if (stop()) return false;
    follow_up_findings();
    follow_up_crashes();
    pause_ms(kTickMs / 4);
  }
  return true;
}

}  // namespace protm::fuzz
