#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/run_record.h"

namespace odu::ledger {

struct RunList {
  std::vector<model::RunSummary> runs;  ///< newest first
  /// One line for people for each folder that could not be read; the others are listed.
  std::vector<std::string> trouble;
};

/// The newest `limit` runs of a checkout. The newest unfinished one is `live` while the checkout
/// has an owner.
base::Result<RunList> ListRuns(std::string_view state, std::string_view checkout_id, size_t limit);

/// The newest `limit` runs of all checkouts.
base::Result<RunList> ListAllRuns(std::string_view state, size_t limit);

/// Ids of all runs of this user, newest first.
base::Result<std::vector<std::string>> AllRunIds(std::string_view state);

/// The checkout's entries, newest first; made from the runs' headers when its list is lost.
base::Result<std::vector<RunEntry>> EntriesOf(std::string_view state, std::string_view checkout_id);

/// Whether somebody owns the checkout now.
bool HasOwner(std::string_view state, std::string_view checkout_id);

/// The newest run of the checkout that has no last line, for adoption. Only the last few are
/// looked at: an older one was given up by every owner since.
base::Result<std::optional<std::string>> FindUnfinishedRun(std::string_view state,
                                                           std::string_view checkout_id);

}  // namespace odu::ledger
