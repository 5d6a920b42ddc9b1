#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "odu/ledger/gate_journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/node.h"

namespace odu::coordinator {

/// What the gate journal of an earlier run says.
struct OldRun {
  ledger::RunHeader header;
  ledger::GateRecord record;
  bool owes = false;
  /// Of one that is over and whose gate never opened: what its nodes were at the end.
  std::vector<model::Node> nodes;
};

/// The earlier runs of a checkout that still owe their forge something, and all others of the same
/// commits, which may have spoken since; newest first. Blocks. What cannot be read is left out.
std::vector<OldRun> FindOldRuns(const std::string& state, const std::string& checkout_id);

/// What a run has said of contexts, or may have said: not what it only meant to say.
std::vector<std::string> SpokenOf(const ledger::GateRecord& record);

/// Names a repository, and a context of a commit of it.
std::string KeyOf(const ledger::GateTarget& target);
std::string KeyOf(const ledger::GateTarget& target, std::string_view context);

}  // namespace odu::coordinator
