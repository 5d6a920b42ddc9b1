#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/ledger/run_list.h"

namespace odu::command {

/// `odu runs`, read from its options.
struct RunsCall {
  bool all = false;  ///< of every checkout of this user
  size_t limit = 20;
  std::optional<int64_t> since_ms;  ///< epoch milliseconds
  std::string node;                 ///< a node or a recipe as written; empty = any
  bool failed = false;              ///< with `node`: in which that one was red
};

/// The newest runs that fit, from the index. What is wrong with folders and with the index is told
/// in `trouble`. A checkout that has had runs but none with such a node: kUsage "unknown_node".
base::Result<ledger::RunList> ListedRuns(const LedgerPlace& place, const RunsCall& call);

}  // namespace odu::command
