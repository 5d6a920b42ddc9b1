#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "surface/codec.h"

namespace odu::ledger {

/// A checkout as the state folder knows it: the hash of its toplevel's real path and inode. Not the
/// device number: that changes with a reboot on many file systems. 16 hex digits.
base::Result<std::string> CheckoutId(const std::string& toplevel);

/// Where the parts of `<state>/checkouts/<id>` are. Its `lock` and `epoch` are service::Gate's.
struct CheckoutFolder {
  std::string path;

  std::string log() const { return path + "/coordinator.log"; }
  std::string receipts() const { return path + "/receipts.ndjson"; }
  std::string runs() const { return path + "/runs.ndjson"; }
};
CheckoutFolder CheckoutFolderOf(std::string_view state, std::string_view checkout_id);

/// One line of a checkout's `runs.ndjson`, oldest first: every run it ever started.
struct RunEntry {
  std::string run_id;
  std::string sha;
  int32_t seq = 0;
  int64_t started_at = 0;
  bool operator==(const RunEntry&) const = default;
  static constexpr std::array<std::string_view, 3> kRequired{"run_id", "sha", "seq"};
};
BOOST_DESCRIBE_STRUCT(RunEntry, (), (run_id, sha, seq, started_at))

/// `<sha7>#<seq>`
std::string RefOf(std::string_view sha, int32_t seq);

/// The next run of `sha` in this checkout: seq is 1 more than any before, and the entry is on the
/// disk when this returns, so no ref is ever given twice. The caller owns the checkout's lock and
/// has made its folder.
base::Result<RunEntry> MintRun(const CheckoutFolder& folder, std::string_view run_id,
                               std::string_view sha, int64_t wall_ms);

/// All entries, oldest first; damaged lines are left out. A missing file is an empty list.
base::Result<std::vector<RunEntry>> ReadEntries(const CheckoutFolder& folder);

}  // namespace odu::ledger
