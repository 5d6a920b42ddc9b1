#include "odu/ledger/index_file.h"

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

using base::ErrorKind;

// Longer than any writer's transaction, which holds 64 runs at most.
constexpr int kBusyMs = 5000;
// The pages of 10,000 runs of 200 nodes, while they are put in.
constexpr const char* kFillingCache = "PRAGMA cache_size = -131072";

}  // namespace

base::Error IndexError(const SQLite::Exception& exception) {
  constexpr int kPrimary = 0xff;
  const std::string what = std::string("the index: ") + exception.what();
  switch (exception.getErrorCode() & kPrimary) {
    case SQLITE_ERROR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_CONSTRAINT:
      return base::Error(ErrorKind::kHost, "index_damaged", what,
                         "'odu doctor --fix' makes it anew from the run folders");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::Error(ErrorKind::kBusy, "index_busy", what, "try again in a moment");
    case SQLITE_FULL:
      return base::Error(ErrorKind::kHost, "disk_full", what,
                         "make room on that disk, then try again");
    default:
      return base::Error(ErrorKind::kHost, "index_unusable", what,
                         "'odu doctor' says what is wrong with it");
  }
}

base::Result<std::unique_ptr<SQLite::Database>> OpenDatabase(const std::string& path) {
  // Looked at by its name: closing a descriptor of it would drop the locks that SQLite holds on it
  // for another thread of this process.
  const auto status = os::StatusOf(path);
  if (!status) {
    return base::Pass(status.error());
  }
  if (status->kind == os::FileKind::kSymlink) {
    return base::Fail(ErrorKind::kRefused, "symlink", base::Quoted(path) + " is a symlink",
                      "remove it: the index is made again");
  }
  if (status->owner != geteuid()) {
    return base::Fail(ErrorKind::kRefused, "foreign_owner",
                      base::Quoted(path) + " belongs to another user");
  }
  return AskSqlite([&path] {
    auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kBusyMs);
    // A crash of the machine may take the last lines; the run folders have them.
    database->exec("PRAGMA synchronous = NORMAL");
    database->exec("PRAGMA mmap_size = 268435456");
    return database;
  });
}

base::Result<void> KeepLogAhead(SQLite::Database& database) {
  return AskSqlite([&database] {
    if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
      throw SQLite::Exception("this file system takes no write-ahead log", SQLITE_CANTOPEN);
    }
  });
}

base::Result<std::unique_ptr<SQLite::Database>> MakeDatabase(const std::string& path) {
  if (path != ":memory:") {
    const auto file = os::OpenFile(path, O_RDWR | O_CREAT | O_EXCL);
    if (!file) {
      return base::Pass(file.error());
    }
  }
  return AskSqlite([&path] {
    auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kBusyMs);
    database->exec("PRAGMA journal_mode = OFF");
    database->exec("PRAGMA synchronous = OFF");
    database->exec(kFillingCache);
    return database;
  });
}

}  // namespace odu::ledger
