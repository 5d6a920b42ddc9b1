#include "odu/command/doctor_folders.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"

namespace odu::command {
namespace {

/// A run's header and journal, and a SQLite page or two, need more than nothing.
constexpr uint64_t kLeastFree = uint64_t{64} << 20;

bool CheckState(const std::string& state, Findings& findings) {
  const auto status = os::StatusOf(state);
  if (!status) {
    findings.Tell("state", status.error().message(), "see who may read it");
    return false;
  }
  if (status->kind != os::FileKind::kDirectory) {
    findings.Tell("state", base::Quoted(state) + " is no directory",
                  "move it away, or set ODU_STATE_DIR");
    return false;
  }
  if (status->owner != geteuid()) {
    findings.Tell("state", base::Quoted(state) + " belongs to another user",
                  "set ODU_STATE_DIR to a folder of yours");
    return false;
  }
  if (access(state.c_str(), R_OK | W_OK | X_OK) != 0) {
    findings.Tell(
        "state", fmt::format("{} cannot be written: {}", base::Quoted(state), std::strerror(errno)),
        fmt::format("make it writable (chmod u+rwx {}), or set ODU_STATE_DIR", state));
    return false;
  }
  constexpr mode_t kOpenToOthers = 077;
  if ((status->mode & kOpenToOthers) != 0) {
    findings.Repairable("state", base::Quoted(state) + " is open to others", "close it",
                        [&state]() -> base::Result<void> {
                          if (chmod(state.c_str(), 0700) != 0) {
                            return base::Pass(base::SystemError(base::Quoted(state), errno));
                          }
                          return {};
                        });
  }
  const auto free = os::FreeBytes(state);
  if (free && *free < kLeastFree) {
    findings.Tell("disk", fmt::format("{} has {} MiB left", base::Quoted(state), *free >> 20),
                  "make room: 'odu prune --keep 7d' removes old runs");
  }
  return true;
}

void CheckIndexFile(const std::string& state, Findings& findings) {
  const auto checked = ledger::CheckIndex(state);
  // A newer odu's index is made anew by whoever asks it next; that is nobody's fault.
  if (!checked && checked.error().code() != "index_newer") {
    findings.Repairable("index", checked.error().message(), "make it anew from the run folders",
                        [&state] { return ledger::RebuildIndex(state); });
  }
}

void CheckRuns(const std::string& state, Findings& findings) {
  auto opened = ledger::OpenIndex(state);
  if (!opened) {
    findings.Tell("runs", opened.error().message(), "see who may read that folder");
    return;
  }
  if (!opened->trouble.empty()) {
    findings.Tell("index", opened->trouble, "until then each command reads the run folders");
  }
  const auto troubled = opened->index.Troubled();
  const auto unfinished = opened->index.Unfinished();
  if (!troubled || !unfinished) {
    findings.Tell("index", (troubled ? unfinished.error() : troubled.error()).message(), "");
    return;
  }
  for (const auto& [run_id, why] : *troubled) {
    findings.Tell("run", why, "its logs can still be read; remove the folder when you are done");
  }
  for (const auto& [run_id, stamp] : *unfinished) {
    if (!model::IsRunId(run_id)) {
      continue;
    }
    const ledger::RunFolder folder = ledger::FolderOf(state, run_id);
    const auto stored = ledger::ReadStoredRun(folder);
    if (stored && os::Exists(folder.journal()) && !stored->record.end.damaged.empty()) {
      findings.Tell("journal",
                    fmt::format("run {}: its journal is damaged at {}", stored->record.header.ref,
                                stored->record.end.damaged),
                    "what stands before that counts; who adopts the run keeps the rest beside it");
    }
  }
}

}  // namespace

bool CheckFolders(const DoctorCall& call, Findings& findings) {
  const std::string& state = call.home.state;
  const auto status = os::StatusOf(state);
  if (!status && status.error().code() == "not_found") {
    return false;  // nothing was ever run
  }
  if (!CheckState(state, findings)) {
    return false;
  }
  CheckIndexFile(state, findings);
  CheckRuns(state, findings);
  return true;
}

}  // namespace odu::command
