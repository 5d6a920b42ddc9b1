#pragma once

#include <span>
#include <string_view>

#include "base/error.h"

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
namespace SQLite {
class Database;
}

namespace odu::ledger {

/// The statements that lead from schema version i (its place) to i + 1; version 0 is an empty file.
/// A step that was ever shipped is never changed: a new one is added.
std::span<const std::string_view> IndexSteps();

/// The schema version of a database; 0 for an empty one.
base::Result<int> SchemaVersion(SQLite::Database& database);

/// Brings the database up to the last of `steps`, each step in a transaction of its own; another
/// process may do the same at the same time. kVersion "index_newer" when it is beyond them.
base::Result<void> Migrate(SQLite::Database& database, std::span<const std::string_view> steps);

}  // namespace odu::ledger
