#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/command/checkout.h"
#include "odu/command/ledger_place.h"
#include "odu/ledger/run_list.h"
#include "odu/model/odu_contract.h"
#include "odu/model/run.h"

/// What the folders of runs tell without a coordinator.
namespace odu::command {

/// The newest runs of the checkout, newest first.
base::Result<ledger::RunList> StoredRuns(const Checkout& checkout, size_t limit);
/// The newest runs of every checkout of this user.
base::Result<ledger::RunList> AllStoredRuns(const os::Environment& environment, size_t limit);

/// True when a run was left without its last line: a coordinator has to look after it before
/// anybody can say what it came to.
base::Result<bool> NeedsAdoption(const Checkout& checkout);

/// The idle run cell: no run, and the newest one as the last.
base::Result<model::Run> IdleRun(const Checkout& checkout);

/// The answer of `odu wait` where no coordinator is needed: of the run that the request names, else
/// of the newest. kGone "no_run"; else as ledger::StoredNext.
base::Result<model::NextReply> StoredNext(const Checkout& checkout,
                                          const model::NextRequest& request);

/// A log on disk.
struct StoredLog {
  std::string path;
  std::string run_id;
  std::string node;
  int32_t attempt = 0;
  uint64_t size = 0;
};
/// The log of the node that `node` names, in the run that `run` names (empty = the newest), of its
/// newest attempt (0) or that one. kGone "no_run", "no_log", "no_attempt"; kUsage as
/// model::MatchOneId.
base::Result<StoredLog> FindLog(const Checkout& checkout, const std::string& run,
                                const std::string& node, int32_t attempt);
/// The same for a command that need not stand in a checkout. kGone "run_expired".
base::Result<StoredLog> FindLogIn(const LedgerPlace& place, const std::string& run,
                                  const std::string& node, int32_t attempt);

}  // namespace odu::command
