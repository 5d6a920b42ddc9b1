#pragma once

#include <SQLiteCpp/Exception.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
namespace SQLite {
class Database;
}

namespace odu::ledger {

/// What a failure of SQLite means to us: kHost "index_damaged" (what lies there is no index of ours
/// any more: make a new one), kBusy "index_busy" (others are writing), kHost "disk_full", else
/// kHost "index_unusable" (read-only, no locks, another's).
base::Error IndexError(const SQLite::Exception& exception);

/// Runs what talks to SQLite; its exceptions end here.
template <class F>
base::Result<std::invoke_result_t<F&>> AskSqlite(F body) {
  using T = std::invoke_result_t<F&>;
  try {
    if constexpr (std::is_void_v<T>) {
      body();
      return {};
    } else {
      return body();
    }
  } catch (const SQLite::Exception& exception) {
    return base::Pass(IndexError(exception));
  }
}

/// Opens a database that is there, for many processes at once (waits 5 s for other writers).
/// kGone "not_found"; a symlink or another's file is refused.
base::Result<std::unique_ptr<SQLite::Database>> OpenDatabase(const std::string& path);

/// Makes an empty one (0600; ":memory:" is none on disk) that one process fills before anybody else
/// sees it: nothing of it survives a crash, and nothing of it is synced.
base::Result<std::unique_ptr<SQLite::Database>> MakeDatabase(const std::string& path);

/// From now on, and for whoever opens it later, readers and a writer do not wait for each other.
/// Nobody else may have it open.
base::Result<void> KeepLogAhead(SQLite::Database& database);

}  // namespace odu::ledger
