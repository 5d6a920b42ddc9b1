#include "odu/command/doctor_lanes.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/ids.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/fd.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"

namespace odu::command {
namespace {

using Processes = std::vector<os::ProcessIdentity>;

/// What a process gets to clean up, all of them together.
constexpr int kGraceMs = 2000;
constexpr size_t kRunIdBytes = 26;
constexpr size_t kShownPids = 5;

/// Waits for its end, at most so long.
void AwaitEnd(const os::ProcessIdentity& process, int bound_ms) {
  const os::Fd fd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  if (!fd.valid() || !os::IsAlive(process)) {
    return;
  }
  pollfd waited{fd.get(), POLLIN, 0};
  static_cast<void>(poll(&waited, 1, bound_ms));
}

base::Result<void> EndAll(const Processes& processes) {
  for (const os::ProcessIdentity& process : processes) {
    os::SendSignal(process, SIGTERM);
    os::SendSignal(process, SIGCONT);
  }
  for (const os::ProcessIdentity& process : processes) {
    AwaitEnd(process, kGraceMs / static_cast<int>(processes.size()));
  }
  for (const os::ProcessIdentity& process : processes) {
    os::SendSignal(process, SIGKILL);
    AwaitEnd(process, kGraceMs);
    if (os::IsAlive(process)) {
      return base::Fail(base::ErrorKind::kHost, "still_running",
                        fmt::format("process {} does not end", process.pid));
    }
  }
  return {};
}

std::string Pids(const Processes& processes) {
  std::string text;
  for (size_t i = 0; i < processes.size() && i < kShownPids; ++i) {
    text += fmt::format("{}{}", i == 0 ? "pid " : ", ", processes[i].pid);
  }
  return processes.size() > kShownPids ? text + ", …" : text;
}

}  // namespace

std::optional<LaneName> LaneOfMarker(std::string_view attempt_id) {
  // <run_id>.<platform>.<instance>.<n>
  if (attempt_id.size() <= kRunIdBytes || attempt_id[kRunIdBytes] != '.' ||
      !model::IsRunId(attempt_id.substr(0, kRunIdBytes))) {
    return std::nullopt;
  }
  const std::string_view rest = attempt_id.substr(kRunIdBytes + 1);
  const std::string_view platform = rest.substr(0, rest.find('.'));
  if (!model::IsPlatform(platform) || platform.size() == rest.size()) {
    return std::nullopt;
  }
  return LaneName{std::string(attempt_id.substr(0, kRunIdBytes)), std::string(platform)};
}

void CheckLanes(const DoctorCall& call, Findings& findings) {
  std::map<LaneName, Processes> by_lane;
  for (const pid_t pid : os::AllProcesses()) {
    const auto marker = os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
    const auto lane = marker ? LaneOfMarker(*marker) : std::nullopt;
    const auto identity = lane ? os::IdentityOf(pid) : base::Result<os::ProcessIdentity>();
    if (lane && identity && pid != getpid()) {
      by_lane[*lane].push_back(*identity);
    }
  }
  for (const auto& [lane, processes] : by_lane) {
    const ledger::RunFolder folder = ledger::FolderOf(call.home.state, lane.run_id);
    // A run of another state folder is none of ours.
    const auto locked = os::IsLocked(model::LaneFolder(folder.lane(lane.platform)).lock());
    if (!os::Exists(folder.lane(lane.platform)) || !locked || *locked) {
      continue;
    }
    const auto header = ledger::ReadHeader(folder);
    findings.Repairable("lane",
                        fmt::format("{} of the dead lane {} of run {} still {} ({})",
                                    base::Counted(processes.size(), "process", "processes"),
                                    lane.platform, header ? header->ref : lane.run_id,
                                    processes.size() == 1 ? "runs" : "run", Pids(processes)),
                        "end them", [&processes] { return EndAll(processes); });
  }
}

}  // namespace odu::command
