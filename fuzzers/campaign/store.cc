// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/store.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace protm::fuzz {
namespace {

constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS fact(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS page(name TEXT PRIMARY KEY, runs INTEGER, cpu_ns INTEGER);
CREATE TABLE IF NOT EXISTS seen(page TEXT, signature TEXT, count INTEGER,
                                PRIMARY KEY(page, signature));
CREATE TABLE IF NOT EXISTS finding(signature TEXT PRIMARY KEY, rule TEXT, first_total INTEGER,
                                   replays INTEGER, state INTEGER, session INTEGER);
CREATE TABLE IF NOT EXISTS crash(name TEXT PRIMARY KEY, worker TEXT, replays INTEGER,
                                 followed_up INTEGER, session INTEGER);
CREATE TABLE IF NOT EXISTS canary(candidate TEXT PRIMARY KEY, build TEXT, found INTEGER,
                                  signature TEXT, runs INTEGER, cpu_ns INTEGER, budget INTEGER);
CREATE TABLE IF NOT EXISTS trouble(worker TEXT, what TEXT, stood_still INTEGER, session INTEGER);
)";
constexpr int kBusyMs = 10'000;
constexpr const char* kSession = "session";
constexpr const char* kReported = "reported";
constexpr const char* kElapsed = "elapsed_ms";
constexpr const char* kCorpus = "corpus";

/// SQLite knows signed numbers only; none of ours comes near.
std::int64_t stored(std::uint64_t n) { return static_cast<std::int64_t>(n); }
std::uint64_t loaded(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

std::uint64_t number(const std::string& text) { return text.empty() ? 0 : std::stoull(text); }

}  // namespace

std::string_view state_name(FindingState state) {
  switch (state) {
    case FindingState::fresh: return "not followed up";
    case FindingState::kept: return "kept";
    case FindingState::explained: return "explained by timing";
    case FindingState::does_not_repeat: return "DOES NOT REPEAT";
    case FindingState::no_answer: return "NO ANSWER";
  }
  return "";
}

Store::Store(std::unique_ptr<SQLite::Database> database) : db_(std::move(database)) {}
Store::~Store() = default;

tl::expected<std::unique_ptr<Store>, std::string> Store::open(const std::string& path) {
  try {
    auto db = std::make_unique<SQLite::Database>(path,
                                                 SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                 kBusyMs);
    db->exec("PRAGMA journal_mode=WAL");
    // A commit survives a kill in either mode; `normal` gives up the last ones at a power failure.
    db->exec("PRAGMA synchronous=NORMAL");
    db->exec(kTables);
    return std::unique_ptr<Store>(new Store(std::move(db)));
  } catch (const SQLite::Exception& error) {
    return tl::unexpected("cannot open the campaign '" + path + "': " + error.what());
  }
}

tl::expected<std::unique_ptr<Store>, std::string> Store::look(const std::string& path) {
  try {
    auto db = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, kBusyMs);
    db->exec("SELECT 1 FROM fact");
    return std::unique_ptr<Store>(new Store(std::move(db)));
  } catch (const SQLite::Exception& error) {
    return tl::unexpected("no campaign in '" + path + "': " + error.what());
  }
}

std::string Store::fact(const std::string& key) const {
  SQLite::Statement q(*db_, "SELECT value FROM fact WHERE key = ?");
  q.bind(1, key);
  return q.executeStep() ? q.getColumn(0).getString() : std::string();
}

void Store::set_fact(const std::string& key, const std::string& value) {
  SQLite::Statement q(*db_, "INSERT OR REPLACE INTO fact VALUES(?, ?)");
  q.bind(1, key);
  q.bind(2, value);
  q.exec();
}

std::uint64_t Store::begin_session() {
  const std::uint64_t session = number(fact(kSession)) + 1;
  set_fact(kSession, std::to_string(session));
  return session;
}

void Store::end_session() { set_fact(kReported, fact(kSession)); }

void Store::add_elapsed(std::uint64_t ms) {
  set_fact(kElapsed, std::to_string(number(fact(kElapsed)) + ms));
}

void Store::set_page(const std::string& name, const WorkerPage& page) {
  SQLite::Transaction all(*db_);
  SQLite::Statement q(*db_, "INSERT OR REPLACE INTO page VALUES(?, ?, ?)");
  q.bind(1, name);
  q.bind(2, stored(page.runs));
  q.bind(3, stored(page.cpu_ns));
  q.exec();
  for (const SeenSignature& s : page.seen) {
    SQLite::Statement row(*db_, "INSERT OR REPLACE INTO seen VALUES(?, ?, ?)");
    row.bind(1, name);
    row.bind(2, s.signature);
    row.bind(3, stored(s.count));
    row.exec();
  }
  all.commit();
}

bool Store::notice(const std::string& signature, const std::string& rule) {
  SQLite::Statement q(*db_, "INSERT OR IGNORE INTO finding VALUES(?, ?, ?, 0, 0, ?)");
  q.bind(1, signature);
  q.bind(2, rule);
  q.bind(3, stored(totals().runs));
  q.bind(4, stored(number(fact(kSession))));
  return q.exec() == 1;
}

void Store::followed_up(const std::string& signature, FindingState state, std::uint32_t replays) {
  SQLite::Statement q(*db_, "UPDATE finding SET state = ?, replays = ? WHERE signature = ?");
  q.bind(1, static_cast<int>(state));
  q.bind(2, static_cast<int>(replays));
  q.bind(3, signature);
  q.exec();
}

void Store::crashed(const CrashRow& row) {
  SQLite::Statement q(*db_,
                      "INSERT INTO crash VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(name) DO UPDATE "
                      "SET replays = ?3, followed_up = ?4");
  q.bind(1, row.name);
  q.bind(2, row.worker);
  q.bind(3, static_cast<int>(row.replays));
  q.bind(4, row.followed_up ? 1 : 0);
  q.bind(5, stored(number(fact(kSession))));
  q.exec();
}

void Store::set_canary(const CanaryRow& row) {
  SQLite::Statement q(*db_, "INSERT OR REPLACE INTO canary VALUES(?, ?, ?, ?, ?, ?, ?)");
  q.bind(1, row.candidate);
  q.bind(2, row.build);
  q.bind(3, row.found ? 1 : 0);
  q.bind(4, row.signature);
  q.bind(5, stored(row.runs));
  q.bind(6, stored(row.cpu_ns));
  q.bind(7, stored(row.budget_ns));
  q.exec();
}

void Store::trouble(const TroubleRow& row) {
  SQLite::Statement q(*db_, "INSERT INTO trouble VALUES(?, ?, ?, ?)");
  q.bind(1, row.worker);
  q.bind(2, row.what);
  q.bind(3, row.stood_still ? 1 : 0);
  q.bind(4, stored(number(fact(kSession))));
  q.exec();
}

void Store::set_corpus(std::uint64_t inputs) { set_fact(kCorpus, std::to_string(inputs)); }

Totals Store::totals() const {
  SQLite::Statement q(*db_, "SELECT COALESCE(SUM(runs), 0), COALESCE(SUM(cpu_ns), 0) FROM page");
  q.executeStep();
  return {.runs = loaded(q.getColumn(0)),
          .cpu_ns = loaded(q.getColumn(1)),
          .sessions = number(fact(kSession)),
          .elapsed_ms = number(fact(kElapsed))};
}

std::uint64_t Store::corpus() const { return number(fact(kCorpus)); }

std::vector<FindingRow> Store::findings() const {
  SQLite::Statement q(*db_,
                      "SELECT signature, rule, (SELECT COALESCE(SUM(count), 0) FROM seen WHERE "
                      "seen.signature = finding.signature), first_total, replays, state, session "
                      "FROM finding ORDER BY first_total, signature");
  const std::uint64_t reported = number(fact(kReported));
  std::vector<FindingRow> rows;
  while (q.executeStep()) {
    rows.push_back({.signature = q.getColumn(0).getString(),
                    .rule = q.getColumn(1).getString(),
                    .count = loaded(q.getColumn(2)),
                    .first_total = loaded(q.getColumn(3)),
                    .replays = static_cast<std::uint32_t>(q.getColumn(4).getInt()),
                    .state = static_cast<FindingState>(q.getColumn(5).getInt()),
                    .is_new = loaded(q.getColumn(6)) > reported});
  }
  return rows;
}

std::vector<CrashRow> Store::crashes() const {
  SQLite::Statement q(*db_, "SELECT name, worker, replays, followed_up, session FROM crash "
                            "ORDER BY name");
  const std::uint64_t reported = number(fact(kReported));
  std::vector<CrashRow> rows;
  while (q.executeStep()) {
    rows.push_back({.name = q.getColumn(0).getString(),
                    .worker = q.getColumn(1).getString(),
                    .replays = static_cast<std::uint32_t>(q.getColumn(2).getInt()),
                    .followed_up = q.getColumn(3).getInt() != 0,
                    .is_new = loaded(q.getColumn(4)) > reported});
  }
  return rows;
}

std::vector<CanaryRow> Store::canaries() const {
  SQLite::Statement q(*db_, "SELECT candidate, build, found, signature, runs, cpu_ns, budget "
                            "FROM canary ORDER BY rowid");
  std::vector<CanaryRow> rows;
  while (q.executeStep()) {
    rows.push_back({.candidate = q.getColumn(0).getString(),
                    .build = q.getColumn(1).getString(),
                    .found = q.getColumn(2).getInt() != 0,
                    .signature = q.getColumn(3).getString(),
                    .runs = loaded(q.getColumn(4)),
                    .cpu_ns = loaded(q.getColumn(5)),
                    .budget_ns = loaded(q.getColumn(6))});
  }
  return rows;
}

std::vector<TroubleRow> Store::troubles() const {
  SQLite::Statement q(*db_, "SELECT worker, what, stood_still, session FROM trouble "
                            "ORDER BY rowid");
  const std::uint64_t reported = number(fact(kReported));
  std::vector<TroubleRow> rows;
  while (q.executeStep()) {
    rows.push_back({.worker = q.getColumn(0).getString(),
                    .what = q.getColumn(1).getString(),
                    .stood_still = q.getColumn(2).getInt() != 0,
                    .is_new = loaded(q.getColumn(3)) > reported});
  }
  return rows;
}

}  // namespace protm::fuzz
