// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/agree_keep.h"
#include "cli/agree_text.h"
#include "cli/commands.h"
#include "conformance/format/binary.h"
#include "conformance/runner/conform.h"
#include "fuzzers/guided/guided.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;

/// Files of a corpus in the order of their names; what is no .bin is somebody else's.
std::vector<std::string> corpus_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const bool is_one = entry.is_regular_file(error) && entry.path().extension() == ".bin";
    if (is_one) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class GuidedCommand {
 public:
  GuidedCommand(const Options& options, const exec::Candidate& who, std::uint64_t seed,
                Console console)
      : options_(options), console_(console), run_(who, seed) {}

  /// False after an error was printed.
  [[nodiscard]] bool start_from(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
      auto program = program_file(file, console_);
      if (!program) return false;
      const std::string name = fs::path(file).stem().string();
      if (!tell(run_.take(std::move(*program)), name)) return false;
    }
    return true;
  }

  [[nodiscard]] bool one_more() {
    const fuzz::GuidedRow row = run_.next();
    if (row.kept && !write(row)) return false;
    return tell(row, "run-" + std::to_string(row.row.seed));
  }

  [[nodiscard]] std::string totals(std::size_t began_with) const {
    std::string out;
    for (const fuzz::PassedOver& p : run_.passed_over()) {
      out += "passed over: " + std::to_string(p.n) + " x " + p.why + "\n";
    }
    out += "corpus: " + std::to_string(began_with) + " Programs to begin with, " +
           std::to_string(run_.corpus_size()) + " now\n";
    return out + cover_text(run_.cover(), run_.coverage().edges()) + agree_totals_text(totals_);
  }
  [[nodiscard]] const fuzz::AgreementTotals& counts() const { return totals_; }
  [[nodiscard]] const fuzz::EdgeCover& cover() const { return run_.cover(); }

 private:
  [[nodiscard]] bool write(const fuzz::GuidedRow& row) {
    const auto bytes = format::encode(row.row.program);
    console_.err << row.name << ": " << row.gain.edges << " new edges, " << row.gain.classes
                 << " new counts (" << fuzz::origin_name(row.origin) << "), "
                 << run_.cover().covered() << " edges now\n";
    return write_file(options_.corpus + "/" + row.name + ".bin",
                      {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, console_);
  }

  /// Prints, saves and follows up what does not agree.
  [[nodiscard]] bool tell(const fuzz::GuidedRow& guided, const std::string& name) {
    const fuzz::AgreementRow& row = guided.row;
    totals_.add(row);
    const std::string reproduce =
        options_.save.empty()
            ? "the same command with --save=DIR"
            : "./protm replay " + runner::shell_word(options_.save + "/" + name + ".yaml") +
                  " --sut=" + runner::shell_word(options_.sut);
    console_.out << agree_line(row, name, reproduce) << std::flush;
    const std::string origin = "agree --corpus --seed=" + options_.seed + ", " + name;
    return save(row, options_.save, name, console_) &&
           cli::keep(row, run_.agreement(), options_.findings, origin, console_);
  }

  const Options& options_;
  Console console_;
  fuzz::GuidedRun run_;
  fuzz::AgreementTotals totals_;
};

}  // namespace

int agree_guided(const Options& options, const exec::Candidate& who, std::uint64_t seed,
                 std::uint64_t count, Console console) {
  if (!make_folder(options.corpus, console)) return kExitBadInput;
  GuidedCommand command(options, who, seed, console);
  const std::vector<std::string> files = corpus_files(options.corpus);
  if (!command.start_from(files)) return kExitBadInput;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!command.one_more()) return kExitBadInput;
  }
  console.out << command.totals(files.size());
  if (!write_lcov(options, command.cover(), who, console)) return kExitBadInput;
  return agree_exit_code(command.counts());
}

}  // namespace protm::cli
