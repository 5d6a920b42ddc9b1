#include "odu/ledger/migration.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <array>
#include <string>

#include "odu/ledger/index_file.h"

/// Schema of the index.
///
///   runs      a row for each run folder, and for each run that has expired. `state`: 0 has no
///             header that can be read (`trouble` says why, if it is worth saying), 1 not closed,
///             2 closed, 3 expired. `stamp` is what the folder looked like when it was read: a row
///             of state 0 or 1 is read again when that changed. `content` is what ran: the sha, or
///             the content id of a dirty tree. `bytes` is what the folder takes on the disk,
///             about. `summary` is a model::RunSummary.
///   names     node ids, per checkout, and how many attempts of each ended, ok and red; triggers
///             keep the counts
///   attempts  every attempt that has ended
///   marks     up to where the index goes (index_refresh.cc)
namespace odu::ledger {
namespace {

constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  checkout_id TEXT NOT NULL,
  sha TEXT NOT NULL,
  seq INTEGER NOT NULL,
  content TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  verdict TEXT,
  state INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  trouble TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  summary TEXT NOT NULL);
CREATE INDEX runs_by_checkout ON runs(checkout_id, run_id);
CREATE INDEX runs_by_content ON runs(content);
CREATE INDEX runs_to_read ON runs(state) WHERE state < 2;
CREATE TABLE names(
  id INTEGER PRIMARY KEY,
  checkout_id TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE(checkout_id, name));
CREATE TABLE attempts(
  name INTEGER NOT NULL,
  run INTEGER NOT NULL,
  n INTEGER NOT NULL,
  status TEXT NOT NULL,
  duration_ms INTEGER,
  PRIMARY KEY(name, run, n)) WITHOUT ROWID;
CREATE INDEX red_attempts ON attempts(name, run, n) WHERE status IN ('failed', 'errored');
CREATE TABLE marks(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Counting two million attempts takes a second; `odu flakes` reads the counts instead.
constexpr std::string_view kVersion2 = R"sql(
ALTER TABLE names ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE names ADD COLUMN ok INTEGER NOT NULL DEFAULT 0;
ALTER TABLE names ADD COLUMN red INTEGER NOT NULL DEFAULT 0;
UPDATE names SET (ended, ok, red) = (
  SELECT count(*), total(status = 'ok'), total(status IN ('failed', 'errored'))
  FROM attempts WHERE name = names.id);
CREATE TRIGGER attempt_put AFTER INSERT ON attempts BEGIN
  UPDATE names SET ended = ended + 1, ok = ok + (NEW.status = 'ok'),
    red = red + (NEW.status IN ('failed', 'errored')) WHERE id = NEW.name;
END;
CREATE TRIGGER attempt_dropped AFTER DELETE ON attempts BEGIN
  UPDATE names SET ended = ended - 1, ok = ok - (OLD.status = 'ok'),
    red = red - (OLD.status IN ('failed', 'errored')) WHERE id = OLD.name;
END;
)sql";

constexpr std::array kSteps{kVersion1, kVersion2};

int VersionOf(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt();
}

}  // namespace

std::span<const std::string_view> IndexSteps() {
  return kSteps;
}

base::Result<int> SchemaVersion(SQLite::Database& database) {
  return AskSqlite([&database] { return VersionOf(database); });
}

base::Result<void> Migrate(SQLite::Database& database, std::span<const std::string_view> steps) {
  const auto last = static_cast<int>(steps.size());
  for (;;) {
    const auto seen = SchemaVersion(database);
    if (!seen) {
      return base::Pass(seen.error());
    }
    if (*seen > last) {
      return base::Fail(
          base::ErrorKind::kVersion, "index_newer",
          fmt::format("the index is of a newer odu (version {}, this has {})", *seen, last));
    }
    if (*seen == last) {
      return {};
    }
    const auto stepped = AskSqlite([&] {
      database.exec("BEGIN IMMEDIATE");
      try {
        // Another may have come first.
        const int version = VersionOf(database);
        if (version < last) {
          database.exec(std::string(steps[static_cast<size_t>(version)]));
          database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
        }
        database.exec("COMMIT");
      } catch (const SQLite::Exception&) {
        database.tryExec("ROLLBACK");
        throw;
      }
    });
    if (!stepped) {
      return stepped;
    }
  }
}

}  // namespace odu::ledger
