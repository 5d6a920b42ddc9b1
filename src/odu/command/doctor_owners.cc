#include "odu/command/doctor_owners.h"

#include <fmt/format.h>
#include <signal.h>

#include <map>
#include <utility>

#include "base/text.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/journal.h"
#include "odu/ledger/run_list.h"
#include "odu/model/lane_folder.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"
#include "service/gate.h"

namespace odu::command {
namespace {

using base::Result;

/// The toplevels of checkouts, as their runs' headers name them; by checkout id.
using Toplevels = std::map<std::string, std::string>;

Result<void> EndProcess(const os::ProcessIdentity& process) {
  if (!os::SendSignal(process, SIGKILL)) {
    return base::Fail(base::ErrorKind::kGone, "no_process",
                      fmt::format("process {} is gone", process.pid));
  }
  return {};
}

void CheckStopped(const std::string& state, const Toplevels& toplevels, Findings& findings) {
  const auto checkouts = os::ListDir(state + "/checkouts");
  if (!checkouts) {
    return;  // none was ever used
  }
  for (const os::DirEntry& checkout : *checkouts) {
    const std::string folder = ledger::CheckoutFolderOf(state, checkout.name).path;
    const auto owner = service::OwnerOf(folder);
    if (!owner || !owner->held || !owner->stopped || !owner->process) {
      continue;
    }
    const auto known = toplevels.find(checkout.name);
    const pid_t pid = owner->process->pid;
    findings.Repairable(
        "owner",
        fmt::format("the coordinator of {} (pid {}) is stopped",
                    base::Quoted(known == toplevels.end() ? checkout.name : known->second), pid),
        fmt::format("let it go on (kill -CONT {0}) or end it (kill -KILL {0}): its lanes run on",
                    pid),
        [&owner] { return EndProcess(*owner->process); });
  }
}

void CheckSocket(const Checkout& checkout, Findings& findings) {
  const auto status = os::StatusOf(checkout.socket);
  if (!status) {
    return;
  }
  if (status->kind != os::FileKind::kSocket) {
    findings.Tell("socket", base::Quoted(checkout.socket) + " is no socket",
                  "move it away: the coordinator's door belongs there");
    return;
  }
  const auto owner = service::OwnerOf(checkout.folder);
  if (owner && !owner->held) {
    findings.Repairable("socket",
                        base::Quoted(checkout.socket) + " was left by a coordinator that died",
                        "remove it", [&checkout] { return os::RemoveTree(checkout.socket); });
  }
}

bool AnyLaneLives(const ledger::RunFolder& folder) {
  const auto lanes = os::ListDir(folder.lanes());
  if (!lanes) {
    return false;
  }
  for (const os::DirEntry& lane : *lanes) {
    const auto locked = os::IsLocked(model::LaneFolder(folder.lane(lane.name)).lock());
    if (!locked || *locked) {
      return true;
    }
  }
  return false;
}

/// Writes the last line of a run that no coordinator can come back to.
Result<void> CloseRun(const std::string& state, const std::string& checkout_id,
                      const ledger::RunFolder& folder, int64_t now_ms) {
  const std::string home = ledger::CheckoutFolderOf(state, checkout_id).path;
  if (auto made = os::MakeDirs(home); !made) {
    return made;
  }
  const auto lock = os::FileLock::TryLock(home + "/lock");
  if (!lock) {
    return base::Pass(lock.error());
  }
  auto journal = ledger::Journal::Adopt(folder.journal());
  if (!journal) {
    return base::Pass(journal.error());
  }
  ledger::ClosedLine line;
  line.verdict = model::Verdict::kIncomplete;
  line.reason = "its checkout is gone";
  if (auto appended = journal->Append(now_ms, ledger::JournalBody(line)); !appended) {
    return appended;
  }
  if (auto flushed = journal->Flush(); !flushed) {
    return flushed;
  }
  return ledger::ForgetRunEnvironment(folder);
}

void CheckUnfinished(const DoctorCall& call, const std::vector<ledger::IndexedRun>& runs,
                     Findings& findings) {
  const std::string& state = call.home.state;
  for (const ledger::IndexedRun& run : runs) {
    if (run.state != ledger::EntryState::kUnclosed || ledger::HasOwner(state, run.checkout_id)) {
      continue;
    }
    const ledger::RunFolder folder = ledger::FolderOf(state, run.summary.run_id);
    const std::string text = fmt::format("run {} in {} was left unfinished", run.summary.ref,
                                         base::Quoted(run.summary.checkout));
    if (os::Exists(run.summary.checkout) || AnyLaneLives(folder) || !os::Exists(folder.journal())) {
      findings.Tell("run", text, "'odu status' there takes it up again");
      continue;
    }
    findings.Repairable("run", text + ", and that checkout is gone", "close it as incomplete",
                        [&] { return CloseRun(state, run.checkout_id, folder, call.now_ms); });
  }
}

}  // namespace

void CheckOwners(const DoctorCall& call, Findings& findings) {
  const auto ask = [](ledger::OpenedIndex& opened) {
    ledger::RunQuery query;
    query.limit = 100'000;
    return opened.index.Runs(query);
  };
  const auto runs = ledger::AskIndex(call.home.state, ask);
  Toplevels toplevels;
  if (runs) {
    for (const ledger::IndexedRun& run : *runs) {
      toplevels.emplace(run.checkout_id, run.summary.checkout);
    }
  }
  CheckStopped(call.home.state, toplevels, findings);
  if (call.checkout) {
    CheckSocket(*call.checkout, findings);
  }
  if (runs) {
    CheckUnfinished(call, *runs, findings);
  }
}

}  // namespace odu::command
