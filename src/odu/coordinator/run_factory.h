#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/coordinator/live_run.h"
#include "odu/coordinator/start_gate.h"
#include "odu/coordinator/timings.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_record.h"

namespace odu::coordinator {

/// All that a LiveRun begins with.
struct RunParts {
  ledger::RunHeader header;
  ledger::RunFolder folder;
  ledger::Journal journal;
  std::vector<LaneStart> lanes;
  /// What its caller had, as far as it is kept; empty when nothing is.
  std::vector<std::string> environment;
  /// Set for an adopted run: what its earlier owners wrote.
  std::optional<ledger::RunRecord> record;
};

/// Writes a new run down: its ref, its folder with header, journal and environment, all on the disk
/// when this returns. Nothing of it executes yet. `linked_from` is the run whose rerun it is.
boost::asio::awaitable<base::Result<RunParts>> MakeRun(World& world, RunDraft draft,
                                                       model::RunStartRequest request,
                                                       Durations durations,
                                                       std::string linked_from);

/// Takes over a run that has no last line. Its lanes are to be found where they left a trace of
/// themselves, started where none did.
boost::asio::awaitable<base::Result<RunParts>> AdoptRun(World& world, std::string run_id,
                                                        Durations durations);

/// Hosts as a later owner knows them, for a linked run.
std::vector<plan::HostEntry> HostsOf(const ledger::RunHeader& header);

}  // namespace odu::coordinator
