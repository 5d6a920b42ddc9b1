#include "faults/far_host.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "odu/model/lane_folder.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"

namespace odu::faults {
namespace {

/// Times are thirteen digits that begin with 17 to 19; only the lane's own messages are touched.
constexpr std::string_view kShift =
    R"(perl -pe 'BEGIN { $| = 1; sub off { open(my $f, "<", "%CLOCK%") or return 0; <$f> + 0 } } )"
    R"(s/\b(1[789]\d{11})\b/$1 + off()/ge if /^\{"/')";

void Put(const std::string& path, std::string_view text, mode_t mode = 0644) {
  static_cast<void>(os::WriteFileAtomic(path, text, {mode, false}).value());
}

}  // namespace

FarHost::FarHost(std::string root, bool over_ssh, bool clock, int time_scale)
    : root_(std::move(root)), home_(root_ + "/far") {
  static_cast<void>(os::MakeDirs(home_, 0700).value());
  std::string reach = fmt::format(
      "env -i HOME={} SHELL=/bin/sh PATH=/usr/local/bin:/usr/bin:/bin ODU_TIME_SCALE={} \"$@\"",
      home_, time_scale);
  if (over_ssh) {
    sshd_ = std::make_unique<provision::LocalSshd>();
    reach = sshd_->ssh() + " -o BatchMode=yes good " + reach;
  }
  if (clock) {
    std::string shift(kShift);
    shift.replace(shift.find("%CLOCK%"), 7, root_ + "/clock");
    reach += " | " + shift;
  } else {
    reach = "exec " + reach;
  }
  const std::string program = root_ + "/reach";
  Put(program,
      fmt::format("#!/bin/sh\nif [ -e {}/down ]; then echo no route >&2; exit 255; fi\n{}\n", root_,
                  reach),
      0755);
  Put(hosts_file(),
      fmt::format(R"({{"{}":{{"command":["{}"],"durable":true}}}})", kPlatform, program));
}

FarHost::~FarHost() {
  for (const pid_t pid : Processes()) {
    kill(pid, SIGKILL);
  }
}

std::string FarHost::LaneFolder(const std::string& run_id) const {
  return home_ + "/.cache/odu/lanes/" + run_id + "." + kPlatform;
}

std::string FarHost::WorkTree(const std::string& run_id) const {
  return home_ + "/.cache/odu/work/" + run_id + "." + kPlatform;
}

pid_t FarHost::LanePid(const std::string& run_id) const {
  const std::string lock = model::LaneFolder(LaneFolder(run_id)).lock();
  const auto locked = os::IsLocked(lock);
  const auto holder = os::HolderOf(lock);
  return locked && *locked && holder ? holder->pid : 0;
}

std::vector<pid_t> FarHost::Processes() const {
  std::vector<pid_t> found;
  for (const pid_t pid : os::AllProcesses()) {
    const auto status = os::StatusOfProcess(pid);
    if (status && status->state != 'Z' && os::EnvironmentValueOf(pid, "HOME") == home_) {
      found.push_back(pid);
    }
  }
  return found;
}

void FarHost::Cut(const std::string& run_id) {
  Put(root_ + "/down", "");
  if (sshd_) {
    sshd_->EndSessions();
    return;
  }
  const pid_t lane = LanePid(run_id);
  const pid_t its_session = lane == 0 ? 0 : getsid(lane);
  for (const pid_t pid : Processes()) {
    const bool of_lane =
        getsid(pid) == its_session || os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
    if (!of_lane) {
      kill(pid, SIGKILL);
    }
  }
}

void FarHost::Mend() {
  unlink((root_ + "/down").c_str());
}

void FarHost::JumpClock(int64_t ms) const {
  Put(root_ + "/clock", std::to_string(ms));
}

}  // namespace odu::faults
