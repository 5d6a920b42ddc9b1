#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "async/clock.h"
#include "base/error.h"
#include "os/file_lock.h"
#include "os/process.h"

namespace service {

/// The right to be the one instance of a service: the lock `<folder>/lock`, held while this lives
/// and freed by the kernel with the process, and an epoch that is higher than that of every owner
/// before (`<folder>/epoch`, on the disk before Enter returns).
class Gate {
 public:
  /// `folder` must be ours (MakeOwnDir). kBusy "locked" when somebody owns it.
  static base::Result<Gate> Enter(const std::string& folder);

  Gate(Gate&&) noexcept = default;
  Gate& operator=(Gate&&) noexcept = default;

  uint64_t epoch() const { return epoch_; }
  /// False when the lock file was taken away from under us, or a later owner has raised the epoch:
  /// we own nothing any more.
  bool StillHeld() const;
  /// To be called in the process that goes on after a fork.
  base::Result<void> WriteHolder() { return lock_.WriteHolder(); }

 private:
  Gate(os::FileLock lock, uint64_t epoch) : lock_(std::move(lock)), epoch_(epoch) {}

  os::FileLock lock_;
  uint64_t epoch_ = 0;
};

/// Who owns a service now, as seen from outside.
struct Owner {
  bool held = false;
  /// Empty when it left no note, or the note is another's.
  std::optional<os::ProcessIdentity> process;
  bool stopped = false;  ///< by SIGSTOP or the like
};
/// Looks without taking the lock. A folder that does not exist has no owner.
base::Result<Owner> OwnerOf(const std::string& folder);

/// The same, once more after a moment if the owner is stopped: a debugger stops it for an instant
/// too.
boost::asio::awaitable<base::Result<Owner>> PatientOwnerOf(async::Clock& clock, std::string folder);

/// kBusy: a stopped owner is "owner_stopped", naming its pid and how to continue or end it; any
/// other one "owner_silent". `what` is the service's name for people.
base::Error OwnerTrouble(std::string_view what, const Owner& owner);

}  // namespace service
