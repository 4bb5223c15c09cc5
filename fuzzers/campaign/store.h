// SPDX-License-Identifier: GPL-2.0-only
// The state of a campaign on disk: one SQLite database in WAL mode, so that whatever was told to it
// is there after a kill -9. Every call is one transaction.
// Leaves out: inputs, Programs and logs, which are files beside it.
// Source: design.md section 9; sqlite.org/wal.html.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "fuzzers/lib/reporter.h"

namespace SQLite {
class Database;
}

namespace protm::fuzz {

/// What is known about a finding, from its input on.
enum class FindingState : std::uint8_t {
  fresh,             ///< seen, not followed up yet
  kept,              ///< replayed each time, in the folder of findings
  does_not_repeat,   ///< a fault of the harness
  no_answer,         ///< the replay itself did not end, or not in a known way
  explained,         ///< the oracle shows it too, as a longer search than a fuzzer's found
};
[[nodiscard]] std::string_view state_name(FindingState state);

struct FindingRow {
  std::string signature, rule;
  std::uint64_t count = 0;        ///< executions that showed it
  std::uint64_t first_total = 0;  ///< executions of the whole campaign when it was noticed
  std::uint32_t replays = 0;      ///< of kReplaysWanted fresh processes: showed the same
  FindingState state = FindingState::fresh;
  bool is_new = true;             ///< noticed since the last orderly end
};
inline constexpr std::uint32_t kReplaysWanted = 3;

/// A death of the target itself.
struct CrashRow {
  std::string name;   ///< of the file in the folder of crashes
  std::string worker;
  std::uint32_t replays = 0;
  bool followed_up = false;
  bool is_new = true;
};

struct CanaryRow {
  std::string candidate;
  std::string build;   ///< which target it was run with
  bool found = false;
  std::string signature;
  std::uint64_t runs = 0, cpu_ns = 0, budget_ns = 0;
};

/// A worker that had to be started again, or that stood still.
struct TroubleRow {
  std::string worker, what;
  bool stood_still = false;
  bool is_new = true;
};

struct Totals {
  std::uint64_t runs = 0, cpu_ns = 0, sessions = 0, elapsed_ms = 0;
};

class Store {
 public:
  /// Opens or makes the database. Errors: it cannot, in a sentence that names the file.
  [[nodiscard]] static tl::expected<std::unique_ptr<Store>, std::string> open(
      const std::string& path);
  /// Only reads; the campaign may be running.
  [[nodiscard]] static tl::expected<std::unique_ptr<Store>, std::string> look(
      const std::string& path);
  ~Store();

  /// Facts about the campaign that never change: what was asked for. Empty = not set.
  [[nodiscard]] std::string fact(const std::string& key) const;
  void set_fact(const std::string& key, const std::string& value);
  /// Number of this run of the supervisor, from 1.
  std::uint64_t begin_session();
  /// An orderly end: what it has reported is new no more. A session that was killed reported
  /// nothing.
  void end_session();
  void add_elapsed(std::uint64_t ms);

  /// The latest page of a process; one that is known already is replaced.
  void set_page(const std::string& name, const WorkerPage& page);
  /// A finding that was not known; false when it was.
  bool notice(const std::string& signature, const std::string& rule);
  void followed_up(const std::string& signature, FindingState state, std::uint32_t replays);
  void crashed(const CrashRow& row);
  void set_canary(const CanaryRow& row);
  void trouble(const TroubleRow& row);
  void set_corpus(std::uint64_t inputs);

  [[nodiscard]] Totals totals() const;
  [[nodiscard]] std::uint64_t corpus() const;
  [[nodiscard]] std::vector<FindingRow> findings() const;   ///< by first sight
  [[nodiscard]] std::vector<CrashRow> crashes() const;
  [[nodiscard]] std::vector<CanaryRow> canaries() const;
  [[nodiscard]] std::vector<TroubleRow> troubles() const;

 private:
  explicit Store(std::unique_ptr<SQLite::Database> database);
  std::unique_ptr<SQLite::Database> db_;
};

}  // namespace protm::fuzz
