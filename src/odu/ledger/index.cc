#include "odu/ledger/index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "odu/ledger/index_file.h"
#include "surface/codec.h"

namespace odu::ledger {
namespace {

using SQLite::Statement;

/// A summary that another build wrote in a way that this one does not read is damage.
model::RunSummary SummaryFrom(const std::string& text) {
  auto summary = surface::DecodeText<model::RunSummary>(text, "index");
  if (!summary) {
    throw SQLite::Exception("a summary cannot be read", SQLITE_CORRUPT);
  }
  return std::move(*summary);
}

IndexedRun RunFrom(Statement& row) {
  IndexedRun run;
  run.checkout_id = row.getColumn(0).getString();
  run.state = static_cast<EntryState>(row.getColumn(1).getInt());
  run.summary = SummaryFrom(row.getColumn(2).getString());
  run.seq = row.getColumn(3).getInt();
  run.bytes = static_cast<uint64_t>(row.getColumn(4).getInt64());
  return run;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs PairsOf(SQLite::Database& database, const char* sql) {
  Pairs pairs;
  Statement rows(database, sql);
  while (rows.executeStep()) {
    pairs.emplace_back(rows.getColumn(0).getString(), rows.getColumn(1).getString());
  }
  return pairs;
}

}  // namespace

struct Index::Parts {
  explicit Parts(std::unique_ptr<SQLite::Database> opened) : database(std::move(opened)) {}

  Statement& Prepared(const char* sql) {
    auto& statement = statements[sql];
    if (statement == nullptr) {
      statement = std::make_unique<Statement>(*database, sql);
    }
    statement->reset();
    statement->clearBindings();
    return *statement;
  }

  int64_t NameId(const std::string& checkout_id, const std::string& name, bool make) {
    auto& known = names[checkout_id];
    if (const auto found = known.find(name); found != known.end()) {
      return found->second;
    }
    if (make) {
      Statement& insert = Prepared("INSERT OR IGNORE INTO names(checkout_id, name) VALUES(?, ?)");
      insert.bindNoCopy(1, checkout_id);
      insert.bindNoCopy(2, name);
      insert.exec();
    }
    Statement& select = Prepared("SELECT id FROM names WHERE checkout_id = ? AND name = ?");
    select.bindNoCopy(1, checkout_id);
    select.bindNoCopy(2, name);
    const bool found = select.executeStep();
    const int64_t id = found ? select.getColumn(0).getInt64() : 0;
    select.reset();
    if (found) {
      known[name] = id;
    }
    return id;
  }

  /// The row of a run and its stamp; row 0 when it has none.
  std::pair<int64_t, std::string> RunRow(const std::string& run_id) {
    Statement& select = Prepared("SELECT id, stamp FROM runs WHERE run_id = ?");
    select.bindNoCopy(1, run_id);
    std::pair<int64_t, std::string> row;
    if (select.executeStep()) {
      row = {select.getColumn(0).getInt64(), select.getColumn(1).getString()};
    }
    select.reset();
    return row;
  }

  void DropAttempts(int64_t row) {
    Statement& drop = Prepared(
        "DELETE FROM attempts WHERE run = ?1 AND name IN (SELECT id FROM names WHERE checkout_id ="
        " (SELECT checkout_id FROM runs WHERE id = ?1))");
    drop.bind(1, row);
    drop.exec();
  }

  void PutOne(const IndexEntry& entry) {
    auto [row, stamp] = RunRow(entry.run_id);
    if (entry.replaces && *entry.replaces != stamp) {
      return;
    }
    if (row != 0) {
      DropAttempts(row);
    }
    Statement& put = Prepared(
        "INSERT OR REPLACE INTO runs(id, run_id, checkout_id, sha, seq, content, started_at,"
        " verdict, state, stamp, trouble, bytes, summary) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?)");
    const std::string summary = surface::Encoded(entry.summary);
    int place = 0;
    if (row != 0) {
      put.bind(++place, row);
    } else {
      put.bind(++place);
    }
    put.bindNoCopy(++place, entry.run_id);
    put.bindNoCopy(++place, entry.checkout_id);
    put.bindNoCopy(++place, entry.summary.sha);
    put.bind(++place, entry.seq);
    put.bindNoCopy(++place, entry.content);
    put.bind(++place, entry.summary.started_at);
    if (entry.summary.verdict) {
      put.bind(++place, std::string(surface::EnumWord(*entry.summary.verdict)));
    } else {
      put.bind(++place);
    }
    put.bind(++place, static_cast<int>(entry.state));
    put.bindNoCopy(++place, entry.stamp);
    put.bindNoCopy(++place, entry.trouble);
    put.bind(++place, static_cast<int64_t>(entry.bytes));
    put.bindNoCopy(++place, summary);
    put.exec();
    row = row != 0 ? row : database->getLastInsertRowid();
    for (const EndedAttempt& attempt : entry.attempts) {
      const int64_t name = NameId(entry.checkout_id, attempt.node, true);
      Statement& add = Prepared(
          "INSERT OR IGNORE INTO attempts(name, run, n, status, duration_ms) VALUES(?, ?, ?, ?,"
          " ?)");
      add.bind(1, name);
      add.bind(2, row);
      add.bind(3, attempt.n);
      add.bind(4, std::string(model::StatusName(attempt.status)));
      if (attempt.duration_ms) {
        add.bind(5, *attempt.duration_ms);
      } else {
        add.bind(5);
      }
      add.exec();
    }
  }

  /// All or nothing.
  template <class F>
  base::Result<void> InOneStep(F body) {
    return AskSqlite([&] {
      database->exec("BEGIN IMMEDIATE");
      try {
        body();
        database->exec("COMMIT");
      } catch (const SQLite::Exception&) {
        for (auto& [sql, statement] : statements) {
          statement->tryReset();
        }
        names.clear();
        database->tryExec("ROLLBACK");
        throw;
      }
    });
  }

  std::unique_ptr<SQLite::Database> database;
  std::map<const char*, std::unique_ptr<Statement>> statements;
  std::unordered_map<std::string, std::unordered_map<std::string, int64_t>> names;
};

Index::Index(std::unique_ptr<SQLite::Database> database)
    : parts_(std::make_unique<Parts>(std::move(database))) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

SQLite::Database& Index::database() {
  return *parts_->database;
}

base::Result<void> Index::Put(std::span<const IndexEntry> entries) {
  return parts_->InOneStep([&] {
    for (const IndexEntry& entry : entries) {
      parts_->PutOne(entry);
    }
  });
}

base::Result<void> Index::Forget(std::span<const std::string> run_ids) {
  return parts_->InOneStep([&] {
    for (const std::string& run_id : run_ids) {
      if (const int64_t row = parts_->RunRow(run_id).first; row != 0) {
        parts_->DropAttempts(row);
        Statement& drop = parts_->Prepared("DELETE FROM runs WHERE id = ?");
        drop.bind(1, row);
        drop.exec();
      }
    }
  });
}

base::Result<std::vector<std::string>> Index::Known() {
  return AskSqlite([this] {
    std::vector<std::string> ids;
    Statement rows(database(), "SELECT run_id FROM runs WHERE state < 3 ORDER BY run_id");
    while (rows.executeStep()) {
      ids.push_back(rows.getColumn(0).getString());
    }
    return ids;
  });
}

base::Result<Pairs> Index::Unfinished() {
  return AskSqlite(
      [this] { return PairsOf(database(), "SELECT run_id, stamp FROM runs WHERE state < 2"); });
}

base::Result<Pairs> Index::Troubled() {
  return AskSqlite([this] {
    return PairsOf(
        database(),
        "SELECT run_id, trouble FROM runs WHERE state < 2 AND state = 0 AND trouble <> ''"
        " ORDER BY run_id DESC");
  });
}

base::Result<std::optional<int64_t>> Index::Mark(const std::string& key) {
  return AskSqlite([&]() -> std::optional<int64_t> {
    Statement& select = parts_->Prepared("SELECT value FROM marks WHERE key = ?");
    select.bindNoCopy(1, key);
    std::optional<int64_t> value;
    if (select.executeStep()) {
      value = select.getColumn(0).getInt64();
    }
    select.reset();
    return value;
  });
}

base::Result<void> Index::SetMark(const std::string& key, std::optional<int64_t> value) {
  return AskSqlite([&] {
    if (!value) {
      Statement& drop = parts_->Prepared("DELETE FROM marks WHERE key = ?");
      drop.bindNoCopy(1, key);
      drop.exec();
      return;
    }
    Statement& put = parts_->Prepared("INSERT OR REPLACE INTO marks(key, value) VALUES(?, ?)");
    put.bindNoCopy(1, key);
    put.bind(2, *value);
    put.exec();
  });
}

base::Result<void> Index::Check() {
  return AskSqlite([this] {
    Statement rows(database(), "PRAGMA quick_check(1)");
    if (!rows.executeStep() || rows.getColumn(0).getString() != "ok") {
      throw SQLite::Exception("a page is damaged", SQLITE_CORRUPT);
    }
  });
}

base::Result<std::optional<IndexedRun>> Index::Run(const std::string& run_id) {
  return AskSqlite([&]() -> std::optional<IndexedRun> {
    Statement row(
        database(),
        "SELECT checkout_id, state, summary, seq, bytes FROM runs WHERE run_id = ? AND state > 0");
    row.bindNoCopy(1, run_id);
    if (!row.executeStep()) {
      return std::nullopt;
    }
    return RunFrom(row);
  });
}

base::Result<std::vector<IndexedRun>> Index::Runs(const RunQuery& query) {
  return AskSqlite([&] {
    std::string names;
    for (const std::string& node : query.nodes) {
      Statement ids(database(), "SELECT id FROM names WHERE name = ?");
      ids.bindNoCopy(1, node);
      while (ids.executeStep()) {
        names += fmt::format("{}{}", names.empty() ? "" : ",", ids.getColumn(0).getInt64());
      }
    }
    std::string sql =
        fmt::format("SELECT checkout_id, state, summary, seq, bytes FROM runs WHERE {}",
                    query.expired ? "state = 3" : "state IN (1, 2)");
    if (!query.checkout_id.empty()) {
      sql += " AND checkout_id = :checkout";
    }
    if (query.since_ms) {
      sql += " AND started_at >= :since";
    }
    if (!query.nodes.empty()) {
      sql +=
          fmt::format(" AND EXISTS(SELECT 1 FROM attempts WHERE name IN ({}) AND run = runs.id{})",
                      names, query.failed ? " AND status IN ('failed', 'errored')" : "");
    } else if (query.failed) {
      sql += " AND verdict = 'failed'";
    }
    sql += " ORDER BY run_id DESC LIMIT :limit";
    Statement rows(database(), sql);
    if (!query.checkout_id.empty()) {
      rows.bindNoCopy(":checkout", query.checkout_id);
    }
    if (query.since_ms) {
      rows.bind(":since", *query.since_ms);
    }
    rows.bind(":limit", static_cast<int64_t>(query.limit));
    std::vector<IndexedRun> runs;
    while (rows.executeStep()) {
      runs.push_back(RunFrom(rows));
    }
    return runs;
  });
}

base::Result<std::vector<std::string>> Index::NodeNames(const std::string& checkout_id) {
  return AskSqlite([&] {
    std::vector<std::string> names;
    Statement rows(
        database(),
        "SELECT DISTINCT name FROM names WHERE ?1 = '' OR checkout_id = ?1 ORDER BY name");
    rows.bindNoCopy(1, checkout_id);
    while (rows.executeStep()) {
      names.push_back(rows.getColumn(0).getString());
    }
    return names;
  });
}

base::Result<std::vector<FlakyCase>> Index::Flakes(const std::string& checkout_id, size_t limit) {
  return AskSqlite([&] {
    // Every red attempt, with the first one that was ok after it on the same content. Few runs have
    // that; left to itself SQLite looks at all later ones of the checkout.
    Statement rows(database(), R"sql(
SELECT name, run_id, n, content, sha, started_at, summary,
  substr(green, 1, 26), CAST(substr(green, 27) AS INTEGER)
FROM (
  SELECT names.name AS name, r.run_id AS run_id, a.n AS n, r.content AS content, r.sha AS sha,
    r.started_at AS started_at, json_extract(r.summary, '$.ref') AS summary,
    (SELECT g.run_id || b.n FROM runs g INDEXED BY runs_by_content CROSS JOIN attempts b
      WHERE g.content = r.content AND g.checkout_id = r.checkout_id AND g.run_id >= r.run_id
        AND b.name = a.name AND b.run = g.id AND b.status = 'ok'
        AND (g.run_id > r.run_id OR b.n > a.n)
      ORDER BY g.run_id, b.n LIMIT 1) AS green
  FROM attempts a CROSS JOIN runs r ON r.id = a.run CROSS JOIN names ON names.id = a.name
  WHERE a.status IN ('failed', 'errored') AND r.content <> '' AND (?1 = '' OR r.checkout_id = ?1))
WHERE green IS NOT NULL ORDER BY run_id DESC, n DESC, name LIMIT ?2)sql");
    rows.bindNoCopy(1, checkout_id);
    rows.bind(2, static_cast<int64_t>(limit));
    std::vector<FlakyCase> cases;
    while (rows.executeStep()) {
      FlakyCase found;
      found.node = rows.getColumn(0).getString();
      found.run_id = rows.getColumn(1).getString();
      found.attempt = rows.getColumn(2).getInt();
      found.content = rows.getColumn(3).getString();
      found.sha = rows.getColumn(4).getString();
      found.at = rows.getColumn(5).getInt64();
      found.ref = rows.getColumn(6).getString();
      found.green_run_id = rows.getColumn(7).getString();
      found.green_attempt = rows.getColumn(8).getInt();
      cases.push_back(std::move(found));
    }
    return cases;
  });
}

base::Result<NodeTally> Index::Tally(const std::string& checkout_id, const std::string& node) {
  return AskSqlite([&] {
    Statement& row = parts_->Prepared(
        "SELECT sum(ok), sum(red), sum(ended) FROM names"
        " WHERE name = ?1 AND (?2 = '' OR checkout_id = ?2)");
    row.bindNoCopy(1, node);
    row.bindNoCopy(2, checkout_id);
    NodeTally tally;
    if (row.executeStep()) {
      tally.ok = row.getColumn(0).getInt64();
      tally.red = row.getColumn(1).getInt64();
      tally.all = row.getColumn(2).getInt64();
    }
    row.reset();
    return tally;
  });
}

base::Result<std::vector<int64_t>> Index::Passes(const std::string& checkout_id,
                                                 const std::string& node, const std::string& before,
                                                 size_t limit) {
  return AskSqlite([&] {
    std::vector<int64_t> durations;
    const int64_t name = parts_->NameId(checkout_id, node, false);
    // Rows have the order of their making, which is that of the runs but for a rebuild's edge: of
    // an old run's past, what came after it is not even looked at.
    int64_t newest = std::numeric_limits<int64_t>::max();
    if (!before.empty()) {
      Statement& last =
          parts_->Prepared("SELECT id FROM runs WHERE run_id < ?1 ORDER BY run_id DESC LIMIT 1");
      last.bindNoCopy(1, before);
      newest = last.executeStep() ? last.getColumn(0).getInt64() : 0;
      last.reset();
    }
    Statement& rows = parts_->Prepared(
        "SELECT a.duration_ms FROM attempts a CROSS JOIN runs r ON r.id = a.run"
        " WHERE a.name = ?1 AND a.run <= ?4 AND a.status = 'ok' AND a.duration_ms IS NOT NULL"
        " AND (?2 = '' OR r.run_id < ?2) ORDER BY a.run DESC, a.n DESC LIMIT ?3");
    rows.bind(4, newest);
    rows.bind(1, name);
    rows.bindNoCopy(2, before);
    rows.bind(3, static_cast<int64_t>(limit));
    while (rows.executeStep()) {
      durations.push_back(rows.getColumn(0).getInt64());
    }
    rows.reset();
    return durations;
  });
}

}  // namespace odu::ledger
