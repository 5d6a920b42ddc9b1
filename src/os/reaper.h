#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/error.h"
#include "os/child.h"

namespace os {

/// The one place of a process that waits for its children, on SIGCHLD. Make one per process and no
/// waitpid beside it. Callbacks run on the event loop.
class Reaper {
 public:
  using ExitCallback = std::move_only_function<void(WaitStatus)>;
  using UnknownCallback = std::move_only_function<void(pid_t, WaitStatus)>;

  explicit Reaper(boost::asio::any_io_executor executor);
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  /// Calls `callback` once when that child has ended. Register in the same turn of the loop as the
  /// Spawn; one callback a pid.
  void OnExit(pid_t pid, ExitCallback callback);

  /// Forgets the callback of `pid`, whose end is then swallowed (not reported as unknown).
  void Forget(pid_t pid);

  /// Called for children that nobody registered: adopted orphans, where this process is a
  /// subreaper.
  void OnUnknownExit(UnknownCallback callback);

  /// Waits for the end of a child spawned in this turn. kCancelled when the waiter was cancelled;
  /// the child is then forgotten, not ended.
  boost::asio::awaitable<base::Result<WaitStatus>> Wait(pid_t pid);

  /// Children that are registered and have not ended.
  size_t waiting() const;

  /// Collects what has ended now, without waiting for the signal.
  void Poll();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Makes this process the one that orphaned descendants fall to (PR_SET_CHILD_SUBREAPER).
/// kHost "unsupported" where there is no such thing: under qemu-user.
base::Result<void> BecomeSubreaper();

}  // namespace os
