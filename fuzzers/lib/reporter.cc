// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/reporter.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;

/// How far a page may be behind: what a process that is killed has not told.
constexpr std::uint64_t kRunsBehind = 256;
constexpr std::uint64_t kCpuBehindNs = 100'000'000;

std::uint64_t cpu_ns_of(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto ns = [](const timeval& t) {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(t.tv_usec) * 1'000;
  };
  return ns(used.ru_utime) + ns(used.ru_stime);
}

std::uint64_t cpu_ns() { return cpu_ns_of(RUSAGE_SELF) + cpu_ns_of(RUSAGE_CHILDREN); }

[[noreturn]] void cannot_write(const fs::path& path) {
  std::fprintf(stderr, "PROTM_FINDINGS: error: cannot write '%s'\n", path.c_str());
  std::abort();
}

}  // namespace

std::string worker_page_text(const WorkerPage& page) {
  std::string text = "runs " + std::to_string(page.runs) + "\ncpu_ns " +
                     std::to_string(page.cpu_ns) + "\n";
  for (const SeenSignature& s : page.seen) {
    text += "seen " + std::to_string(s.count) + " " + std::to_string(s.first_run) + " " +
            std::to_string(s.first_cpu_ns) + " " + s.signature + " " +
            (s.rule.empty() ? "-" : s.rule) + "\n";
  }
  return text + "end\n";
}

std::optional<WorkerPage> parse_worker_page(std::string_view text) {
  std::istringstream in{std::string(text)};
  WorkerPage page;
  std::string word;
  if (!(in >> word >> page.runs) || word != "runs") return std::nullopt;
  if (!(in >> word >> page.cpu_ns) || word != "cpu_ns") return std::nullopt;
  while (in >> word && word == "seen") {
    SeenSignature s;
    in >> s.count >> s.first_run >> s.first_cpu_ns >> s.signature >> std::ws;
    std::getline(in, s.rule);   // a rule may have spaces in the role that it names
    if (s.rule == "-") s.rule.clear();
    page.seen.push_back(std::move(s));
  }
  if (!in || word != "end") return std::nullopt;
  return page;
}

Reporter::Reporter(std::string candidate, std::string words, std::string folder)
    : candidate_(std::move(candidate)), words_(std::move(words)), folder_(std::move(folder)) {}

Reporter::~Reporter() {
  if (!folder_.empty() && page_.runs != written_runs_) write_page();
}

void Reporter::ran(std::span<const std::uint8_t> bytes,
                   const std::optional<StackFinding>& finding) {
  ++page_.runs;
  const bool wanted = finding && looked_for(*finding, words_);
  if (folder_.empty()) {
    if (wanted) report_and_abort(*finding, candidate_);
    return;
  }
  if (wanted) note(*finding, bytes);
  const bool behind = page_.runs - written_runs_ >= kRunsBehind ||
                      cpu_ns() - written_cpu_ns_ >= kCpuBehindNs;
  if (behind) write_page();
}

void Reporter::note(const StackFinding& finding, std::span<const std::uint8_t> bytes) {
  const auto known = std::find_if(page_.seen.begin(), page_.seen.end(), [&](const auto& s) {
    return s.signature == finding.signature;
  });
  const bool fresh = known == page_.seen.end();
  if (!fresh) ++known->count;
  else page_.seen.push_back({finding.signature, finding.rule, 1, page_.runs, cpu_ns()});
  const fs::path path = fs::path(folder_) / (finding.signature + std::string(kInputEnding));
  std::error_code error;
  // Another process may have been first; then its input stays. Who takes one away wants another.
  const bool wanted = !fs::exists(path, error);
  if (wanted) {
    const std::string text(bytes.begin(), bytes.end());
    if (!write_whole(path.string(), text)) cannot_write(path);
  }
  if (fresh || wanted) write_page();
}

void Reporter::write_page() {
  page_.cpu_ns = cpu_ns();
  written_runs_ = page_.runs;
  written_cpu_ns_ = page_.cpu_ns;
  const char* const worker = std::getenv("PROTM_WORKER");
  const std::string name = worker == nullptr ? "" : std::string(worker) + "-";
  const fs::path path =
      fs::path(folder_) / (std::string(kPagePrefix) + name + std::to_string(getpid()));
  if (!write_whole(path.string(), worker_page_text(page_))) cannot_write(path);
}

Reporter reporter_from_environment(const exec::Candidate& candidate) {
  const char* const words = std::getenv("PROTM_FIND");
  const char* const named = std::getenv("PROTM_FINDINGS");
  std::string folder = named == nullptr ? "" : named;
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error || (!folder.empty() && !fs::is_directory(folder, error))) {
    std::fprintf(stderr, "PROTM_FINDINGS: error: cannot make the folder '%s'\n", folder.c_str());
    std::exit(2);
  }
  return Reporter(candidate.spec, words == nullptr ? "" : words, std::move(folder));
}

}  // namespace protm::fuzz
