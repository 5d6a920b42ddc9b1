#include "odu/ledger/migration.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>
#include <tuple>
#include <vector>

#include "odu/ledger/index.h"
#include "odu/ledger/index_file.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

/// What a database of version `version` with two runs looked like when that version was new.
std::string OldDatabase(int version) {
  const auto text = os::ReadFile(
      fmt::format("{}/tests/golden/ledger/index_v{}.sql", ODU_SOURCE_DIR, version), 1 << 20);
  EXPECT_TRUE(text.has_value());
  return text.value_or("");
}

std::string SchemaOf(SQLite::Database& database) {
  std::string schema;
  SQLite::Statement rows(database,
                         "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name");
  while (rows.executeStep()) {
    schema += rows.getColumn(0).getString() + "\n";
  }
  return schema;
}

TEST(Migration, EveryOlderVersionBecomesThisOneAndKeepsItsRuns) {
  SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE);
  ASSERT_TRUE(Migrate(fresh, IndexSteps()).has_value());
  for (int version = 1; version <= static_cast<int>(IndexSteps().size()); ++version) {
    auto old = std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE);
    old->exec(OldDatabase(version));
    ASSERT_EQ(*SchemaVersion(*old), version);
    const auto migrated = Migrate(*old, IndexSteps());
    ASSERT_TRUE(migrated.has_value()) << migrated.error().message();
    EXPECT_EQ(*SchemaVersion(*old), static_cast<int>(IndexSteps().size()));
    EXPECT_EQ(SchemaOf(*old), SchemaOf(fresh)) << version;
    Index index(std::move(old));
    const auto runs = index.Runs(RunQuery());
    ASSERT_TRUE(runs.has_value()) << runs.error().message();
    ASSERT_EQ(runs->size(), 2U);
    EXPECT_EQ(runs->front().summary.ref, "26d2c2d#2");
    EXPECT_EQ(index.Flakes("", 10)->size(), 1U);
    EXPECT_EQ(index.Passes("0123456789abcdef", "build@x86_64-linux", "", 9)->size(), 1U);
    const auto tally = index.Tally("", "build@x86_64-linux");
    ASSERT_TRUE(tally.has_value()) << tally.error().message();
    EXPECT_EQ(std::tuple(tally->all, tally->ok, tally->red), std::tuple(2, 1, 1)) << version;
  }
}

constexpr std::string_view kOne = "CREATE TABLE a(x INTEGER); INSERT INTO a VALUES(1);";
constexpr std::string_view kTwo = "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1;";

TEST(Migration, TakesTheStepsThatAreMissingAndRefusesANewerDatabase) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  const std::vector<std::string_view> first{kOne};
  const std::vector<std::string_view> both{kOne, kTwo};
  ASSERT_TRUE(Migrate(database, first).has_value());
  ASSERT_TRUE(Migrate(database, both).has_value());
  EXPECT_EQ(database.execAndGet("SELECT y FROM a").getInt(), 2);
  ASSERT_TRUE(Migrate(database, both).has_value());
  const auto refused = Migrate(database, first);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), "index_newer");
}

TEST(Migration, AStepThatFailsLeavesTheVersionBeforeIt) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  const std::vector<std::string_view> broken{kOne, "ALTER TABLE a ADD COLUMN y; nonsense;"};
  ASSERT_FALSE(Migrate(database, broken).has_value());
  EXPECT_EQ(*SchemaVersion(database), 1);
  const std::vector<std::string_view> both{kOne, kTwo};
  ASSERT_TRUE(Migrate(database, both).has_value());
  EXPECT_EQ(database.execAndGet("SELECT y FROM a").getInt(), 2);
}

TEST(Migration, TwoAtATimeTakeEachStepOnce) {
  support::TempDir folder;
  const std::string path = folder / "x.db";
  SQLite::Database made(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  made.exec("PRAGMA journal_mode = WAL");
  const std::vector<std::string_view> both{kOne, kTwo};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      SQLite::Database database(path, SQLite::OPEN_READWRITE, 10000);
      const auto migrated = Migrate(database, both);
      EXPECT_TRUE(migrated.has_value()) << migrated.error().message();
    });
  }
  threads.clear();
  EXPECT_EQ(made.execAndGet("SELECT count(*) FROM a").getInt(), 1);
}

}  // namespace
}  // namespace odu::ledger
