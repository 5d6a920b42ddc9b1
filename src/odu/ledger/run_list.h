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

/// The run of this checkout that `word` names: a run id, a ref `<sha7>#<seq>`, or a sha of at least
/// 4 digits, which means its newest run. kGone "no_run"; kInput "ambiguous_run", both named.
base::Result<std::string> FindRun(std::string_view state, std::string_view checkout_id,
                                  std::string_view word);

/// The newest run of the checkout that has no last line, for adoption. Only the last few are
/// looked at: an older one was given up by every owner since.
base::Result<std::optional<std::string>> FindUnfinishedRun(std::string_view state,
                                                           std::string_view checkout_id);

}  // namespace odu::ledger
