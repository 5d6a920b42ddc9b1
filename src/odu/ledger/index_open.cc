#include "odu/ledger/index_open.h"

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/text.h"
#include "odu/ledger/index_file.h"
#include "odu/ledger/index_refresh.h"
#include "odu/ledger/migration.h"
#include "odu/ledger/run_folder.h"
#include "os/file_lock.h"
#include "os/file_system.h"

/// Who may do what with the file:
///
///   a question   holds `ledger.lock` shared from before it opens ledger.db until it has closed it
///   a swap       holds `ledger.lock` alone, removes the old one's -wal and -shm (they go by name,
///                and would be taken for the new one's), renames
///   a rebuild    holds `ledger.building`, fills `ledger.db.new`, which nobody else opens
namespace odu::ledger {
namespace {

using base::ErrorKind;
using base::Result;

enum class Hold { kShared, kAlone };

/// A shared hold waits for a swap, which is a few system calls long; one alone does not wait: kBusy
/// "locked".
Result<os::Fd> HoldIndex(std::string_view state, Hold kind) {
  const std::string path = std::string(state) + "/ledger.lock";
  auto fd = os::OpenFile(path, O_RDWR | O_CREAT, 0600);
  if (!fd) {
    return fd;
  }
  struct flock range{};
  range.l_type = kind == Hold::kShared ? F_RDLCK : F_WRLCK;
  range.l_whence = SEEK_SET;
  int failed = 0;
  do {
    failed = fcntl(fd->get(), kind == Hold::kShared ? F_OFD_SETLKW : F_OFD_SETLK, &range);
  } while (failed != 0 && errno == EINTR);
  if (failed != 0 && (errno == EAGAIN || errno == EACCES)) {
    return base::Fail(ErrorKind::kBusy, "locked", base::Quoted(path) + ": locked");
  }
  if (failed != 0) {
    return base::Pass(base::SystemError(base::Quoted(path), errno));
  }
  return fd;
}

/// Opens the one on disk as it is.
Result<Index> OpenOnDisk(std::string_view state) {
  auto database = OpenDatabase(IndexFile(state));
  if (!database) {
    return base::Pass(database.error());
  }
  if (auto migrated = Migrate(**database, IndexSteps()); !migrated) {
    return base::Pass(migrated.error());
  }
  return Index(std::move(*database));
}

/// A new one in `path`, with all that the folders hold.
Result<Index> MakeIndex(const std::string& path, std::string_view state) {
  auto database = MakeDatabase(path);
  if (!database) {
    return base::Pass(database.error());
  }
  if (auto migrated = Migrate(**database, IndexSteps()); !migrated) {
    return base::Pass(migrated.error());
  }
  Index index(std::move(*database));
  if (auto filled = FillIndex(index, state); !filled) {
    return base::Pass(filled.error());
  }
  return index;
}

Result<void> Swap(std::string_view state, const std::string& made) {
  const auto alone = HoldIndex(state, Hold::kAlone);
  if (!alone) {
    return base::Pass(alone.error());
  }
  const std::string file = IndexFile(state);
  for (const char* part : {"-wal", "-shm", "-journal"}) {
    if (auto removed = os::RemoveTree(file + part); !removed) {
      return removed;
    }
  }
  if (rename(made.c_str(), file.c_str()) != 0) {
    return base::Pass(base::SystemError(base::Quoted(file), errno));
  }
  return {};
}

bool CanBeMadeAnew(const base::Error& error) {
  return error.code() == "not_found" || error.code() == "index_damaged" ||
         error.code() == "index_newer";
}

Result<Index> OpenUpToDate(std::string_view state) {
  auto index = OpenOnDisk(state);
  if (!index) {
    return index;
  }
  if (auto fresh = RefreshIndex(*index, state); !fresh) {
    return base::Pass(fresh.error());
  }
  return index;
}

Result<OpenedIndex> InMemory(std::string_view state, std::string trouble) {
  auto index = MakeIndex(":memory:", state);
  if (!index) {
    return base::Pass(index.error());
  }
  return OpenedIndex{os::Fd(), std::move(*index), std::move(trouble)};
}

}  // namespace

std::string IndexFile(std::string_view state) {
  return std::string(state) + "/ledger.db";
}

Result<void> RebuildIndex(std::string_view state) {
  const auto building = os::FileLock::TryLock(std::string(state) + "/ledger.building");
  if (!building) {
    return base::Pass(building.error());
  }
  const std::string made = IndexFile(state) + ".new";
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    if (auto removed = os::RemoveTree(made + part); !removed) {
      return removed;
    }
  }
  Result<void> result;
  {
    auto index = MakeIndex(made, state);
    // Done here, where nobody else has it open: it needs the file alone.
    result = index ? KeepLogAhead(index->database()) : Result<void>(base::Pass(index.error()));
  }
  if (result) {
    result = Swap(state, made);
  }
  if (!result) {
    static_cast<void>(os::RemoveTree(made));
  }
  return result;
}

Result<void> CheckIndex(std::string_view state) {
  if (!os::Exists(IndexFile(state))) {
    return {};
  }
  const auto hold = HoldIndex(state, Hold::kShared);
  if (!hold) {
    return base::Pass(hold.error());
  }
  auto index = OpenOnDisk(state);
  if (!index) {
    return base::Pass(index.error());
  }
  return index->Check();
}

Result<OpenedIndex> OpenIndex(std::string_view state) {
  if (const auto runs = os::StatusOf(RunsDir(state)); !runs) {
    if (runs.error().code() != "not_found") {
      return base::Pass(runs.error().WithHint("see who may read it, or set ODU_STATE_DIR"));
    }
    // Nothing is made where nothing was ever run.
    return InMemory(state, "");
  }
  std::string trouble;
  constexpr int kTimes = 2;
  for (int tried = 1; tried <= kTimes; ++tried) {
    auto hold = HoldIndex(state, Hold::kShared);
    if (!hold) {
      trouble = hold.error().message();
      break;
    }
    auto index = OpenUpToDate(state);
    if (index) {
      return OpenedIndex{std::move(*hold), std::move(*index), ""};
    }
    trouble = index.error().message();
    hold->Reset();
    if (!CanBeMadeAnew(index.error()) || tried == kTimes) {
      break;
    }
    if (const auto rebuilt = RebuildIndex(state); !rebuilt) {
      // Another process is at it: no trouble.
      const bool busy = rebuilt.error().kind() == ErrorKind::kBusy;
      trouble = busy ? std::string() : rebuilt.error().message();
      break;
    }
  }
  return InMemory(state, std::move(trouble));
}

}  // namespace odu::ledger
