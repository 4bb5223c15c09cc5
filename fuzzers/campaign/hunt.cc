// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/hunt.h"

#include <algorithm>
#include <filesystem>

#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;

/// Host time per CPU time after which a hunt has come to a halt: the machine may be shared by many.
constexpr std::uint64_t kHostShare = 40;

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
}

}  // namespace

WorkerPage pages_of(const std::string& folder, const std::string& worker) {
  WorkerPage sum;
  std::error_code error;
  const std::string prefix = std::string(kPagePrefix) + worker + "-";
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const auto text = read_whole(entry.path().string());
    const auto page = text ? parse_worker_page(*text) : std::nullopt;
    if (!page) continue;
    for (const SeenSignature& s : page->seen) {
      const auto known = std::find_if(sum.seen.begin(), sum.seen.end(), [&](const auto& other) {
        return other.signature == s.signature;
      });
      if (known == sum.seen.end()) {
        sum.seen.push_back(s);
      } else {
        known->count += s.count;
      }
    }
    sum.runs += page->runs;
    sum.cpu_ns += page->cpu_ns;
  }
  std::sort(sum.seen.begin(), sum.seen.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first_run, a.signature) < std::pair(b.first_run, b.signature);
  });
  return sum;
}

Hunt::Hunt(HuntPlan plan, const EngineFiles& files) : plan_(std::move(plan)) {
  std::error_code error;
  const fs::path folder = plan_.folder;
  fs::remove_all(folder, error);
  worker_ = {.engine = plan_.engine,
             .name = "hunt",
             .candidate = plan_.candidate,
             .corpus = folder / "corpus",
             .artefacts = folder / "artefacts",
             .findings = folder / "incoming",
             .log = folder / "log",
             .afl_folder = folder / "afl",
             .afl_main = true,
             .seed = plan_.seed};
  for (const std::string* path : {&worker_.corpus, &worker_.artefacts, &worker_.findings}) {
    make_folder(*path);
  }
  // AFL++ wants an input to start from; one byte is a Program without steps.
  if (plan_.engine == Engine::afl && !write_whole(worker_.corpus + "/empty", "\1")) {
    result_.problem = "cannot write into '" + worker_.corpus + "'";
    return;
  }
  started_ms_ = now_ms();
  process_ = std::make_unique<Process>(worker_process(worker_, files));
}

std::string Hunt::input_of(const std::string& signature) const {
  return worker_.findings + "/" + signature + std::string(kInputEnding);
}

void Hunt::look() {
  result_.page = pages_of(worker_.findings, worker_.name);
  for (const SeenSignature& s : result_.page.seen) {
    if (!result_.found && plan_.enough(s)) result_.found = s;
  }
}

bool Hunt::poll() {
  if (process_ == nullptr) return true;
  const std::optional<Ended> ended = process_->poll();
  look();
  const bool used_up = result_.page.cpu_ns >= plan_.cpu_ns;
  const bool halted = (now_ms() - started_ms_) * 1'000'000 > kHostShare * plan_.cpu_ns;
  if (!ended && !result_.found && !used_up && !halted) return false;
  if (ended && !result_.found && !used_up) result_.problem = "the engine " + end_text(*ended);
  if (!ended && halted && !result_.found && !used_up) {
    result_.problem = "the engine stood still";
  }
  process_.reset();
  return true;
}

}  // namespace protm::fuzz
