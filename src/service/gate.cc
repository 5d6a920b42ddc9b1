#include "service/gate.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "os/file_system.h"

namespace service {
namespace {

using base::ErrorKind;

constexpr size_t kEpochLimit = 64;
// Longer than a tracer holds a process at one system call, shorter than a person's patience.
constexpr async::Duration kInstant = std::chrono::milliseconds(200);

std::string LockPath(const std::string& folder) {
  return folder + "/lock";
}

std::string EpochPath(const std::string& folder) {
  return folder + "/epoch";
}

std::optional<uint64_t> EpochIn(std::string_view text) {
  uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error == std::errc() && end != text.data() && *end == '\n') {
    return epoch;
  }
  return std::nullopt;
}

/// The epoch after the one in the file. A file that cannot be understood must not lead to a lower
/// epoch than was given out before: the time of day in milliseconds is higher than any count.
base::Result<uint64_t> NextEpoch(const std::string& path) {
  auto text = os::ReadFile(path, kEpochLimit);
  if (!text) {
    if (text.error().code() == "not_found") {
      return uint64_t{1};
    }
    if (text.error().code() != "too_large") {
      return base::Pass(text.error());
    }
    text = std::string();
  }
  if (const auto last = EpochIn(*text)) {
    return *last + 1;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

base::Result<Gate> Gate::Enter(const std::string& folder) {
  auto lock = os::FileLock::TryLock(LockPath(folder));
  if (!lock) {
    return base::Pass(lock.error());
  }
  if (auto noted = lock->WriteHolder(); !noted) {
    return base::Pass(noted.error());
  }
  const std::string path = EpochPath(folder);
  const auto epoch = NextEpoch(path);
  if (!epoch) {
    return base::Pass(epoch.error());
  }
  os::WriteOptions options;
  options.sync = true;
  if (auto written = os::WriteFileAtomic(path, fmt::format("{}\n", *epoch), options); !written) {
    return base::Pass(written.error());
  }
  return Gate(std::move(*lock), *epoch);
}

bool Gate::StillHeld() const {
  if (!lock_.StillAtPath()) {
    return false;
  }
  const std::string folder = lock_.path().substr(0, lock_.path().rfind('/'));
  const auto text = os::ReadFile(EpochPath(folder), kEpochLimit);
  const auto now = text ? EpochIn(*text) : std::nullopt;
  return !now || *now == epoch_;
}

base::Result<Owner> OwnerOf(const std::string& folder) {
  Owner owner;
  const std::string path = LockPath(folder);
  const auto locked = os::IsLocked(path);
  if (!locked) {
    return base::Pass(locked.error());
  }
  owner.held = *locked;
  if (!owner.held) {
    return owner;
  }
  const auto holder = os::HolderOf(path);
  if (holder && os::IsAlive(*holder)) {
    owner.process = holder;
    owner.stopped = os::IsStopped(*holder);
  }
  return owner;
}

boost::asio::awaitable<base::Result<Owner>> PatientOwnerOf(async::Clock& clock,
                                                           std::string folder) {
  auto owner = OwnerOf(folder);
  if (owner && owner->stopped && co_await clock.Sleep(kInstant)) {
    owner = OwnerOf(folder);
  }
  co_return owner;
}

base::Error OwnerTrouble(std::string_view what, const Owner& owner) {
  if (owner.stopped && owner.process) {
    const pid_t pid = owner.process->pid;
    return base::Error(
        ErrorKind::kBusy, "owner_stopped", fmt::format("the {} (pid {}) is stopped", what, pid),
        fmt::format("continue it with: kill -CONT {}; or end it with: kill -KILL {}", pid, pid));
  }
  const std::string who = owner.process ? fmt::format(" (pid {})", owner.process->pid) : "";
  return base::Error(
      ErrorKind::kBusy, "owner_silent", fmt::format("the {}{} does not answer", what, who),
      owner.process ? fmt::format("wait, or end it with: kill {}", owner.process->pid)
                    : std::string("wait, or end the process that holds its lock"));
}

}  // namespace service
