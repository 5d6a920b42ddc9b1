#include "odu/ledger/index_file.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

TEST(IndexFile, IsOursAloneAndKeepsAWriteAheadLog) {
  support::TempDir folder;
  const std::string path = folder / "x.db";
  EXPECT_EQ(OpenDatabase(path).error().code(), "not_found");
  {
    auto made = MakeDatabase(path);
    ASSERT_TRUE(made.has_value());
    ASSERT_TRUE(KeepLogAhead(**made).has_value());
  }
  EXPECT_EQ(os::StatusOf(path)->mode, 0600U);
  auto database = OpenDatabase(path);
  ASSERT_TRUE(database.has_value()) << database.error().message();
  EXPECT_EQ((*database)->execAndGet("PRAGMA journal_mode").getString(), "wal");
  (*database)->exec("CREATE TABLE a(x)");
  EXPECT_EQ(os::StatusOf(path + "-wal")->mode, 0600U);
}

TEST(IndexFile, ASymlinkIsNotFollowed) {
  support::TempDir folder;
  ASSERT_TRUE(MakeDatabase(folder / "x.db").has_value());
  ASSERT_EQ(symlink((folder / "x.db").c_str(), (folder / "y.db").c_str()), 0);
  EXPECT_EQ(OpenDatabase(folder / "y.db").error().code(), "symlink");
}

TEST(IndexFile, TheFailuresOfSqliteHaveNamesOfOurs) {
  const auto code = [](int number) { return IndexError(SQLite::Exception("x", number)).code(); };
  EXPECT_EQ(code(SQLITE_NOTADB), "index_damaged");
  EXPECT_EQ(code(SQLITE_CORRUPT_INDEX), "index_damaged");
  EXPECT_EQ(code(SQLITE_BUSY_SNAPSHOT), "index_busy");
  EXPECT_EQ(code(SQLITE_FULL), "disk_full");
  EXPECT_EQ(code(SQLITE_READONLY), "index_unusable");
  EXPECT_EQ(code(SQLITE_IOERR_LOCK), "index_unusable");
}

}  // namespace
}  // namespace odu::ledger
