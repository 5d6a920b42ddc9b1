#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/ledger/index_entry.h"

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
namespace SQLite {
class Database;
}

namespace odu::ledger {

/// Which runs are asked for; what is empty does not matter.
struct RunQuery {
  std::string checkout_id;  ///< empty = of all checkouts
  std::optional<int64_t> since_ms;
  std::vector<std::string> nodes;  ///< in which one of these has ended, by id
  bool failed = false;             ///< with `nodes`: in which one of them was red
  bool expired = false;            ///< those instead of the others
  size_t limit = 20;
};

/// A run as the index knows it.
struct IndexedRun {
  std::string checkout_id;
  EntryState state = EntryState::kUnread;
  model::RunSummary summary;
  int32_t seq = 0;
  uint64_t bytes = 0;  ///< what its folder takes on the disk, about
};

/// A node that was red and then ok with the same content.
struct FlakyCase {
  std::string node;
  std::string run_id;
  int32_t attempt = 0;       ///< the red one
  std::string green_run_id;  ///< where it was ok afterwards; may be the same run
  int32_t green_attempt = 0;
  std::string content;
  std::string sha;
  int64_t at = 0;  ///< when the red run was started
  std::string ref;
};

/// How often a node ended how.
struct NodeTally {
  int64_t ok = 0;
  int64_t red = 0;
  int64_t all = 0;
};

/// The index over the run folders: answers in milliseconds what reading them all would take
/// minutes for. Never the truth. A resource of one thread. Failures as IndexError.
class Index {
 public:
  /// `database` has the newest schema.
  explicit Index(std::unique_ptr<SQLite::Database> database);
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  ~Index();

  /// Replaces what is known of these runs, as one step; those that others have read meanwhile are
  /// left as they are.
  base::Result<void> Put(std::span<const IndexEntry> entries);
  /// These runs never were.
  base::Result<void> Forget(std::span<const std::string> run_ids);
  /// Run ids of all folders it has seen, in order.
  base::Result<std::vector<std::string>> Known();
  /// Those that were not finished when they were read: run id and stamp.
  base::Result<std::vector<std::pair<std::string, std::string>>> Unfinished();
  base::Result<std::optional<int64_t>> Mark(const std::string& key);
  base::Result<void> SetMark(const std::string& key, std::optional<int64_t> value);

  /// The newest first.
  base::Result<std::vector<IndexedRun>> Runs(const RunQuery& query);
  base::Result<std::optional<IndexedRun>> Run(const std::string& run_id);
  /// Folders whose header could not be read: run id and why.
  base::Result<std::vector<std::pair<std::string, std::string>>> Troubled();
  /// Ids of all nodes that ever ended in the checkout (empty = in any), without repeats, sorted.
  base::Result<std::vector<std::string>> NodeNames(const std::string& checkout_id);
  /// The newest first; at most `limit`.
  base::Result<std::vector<FlakyCase>> Flakes(const std::string& checkout_id, size_t limit);
  base::Result<NodeTally> Tally(const std::string& checkout_id, const std::string& node);
  /// How long the last passes of a node took, newest first, in runs older than `before` (empty = in
  /// all). What took no time that was written down does not count.
  base::Result<std::vector<int64_t>> Passes(const std::string& checkout_id, const std::string& node,
                                            const std::string& before, size_t limit);

  /// Looks at every page: kHost "index_damaged" when something is wrong.
  base::Result<void> Check();

  SQLite::Database& database();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace odu::ledger
