#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/child.h"
#include "os/fd.h"
#include "provision/host_world.h"

namespace provision {

/// A program that reaches a host, with a pipe at each of its three ends. Whoever drops it ends it,
/// with all of its group: SIGTERM, and SIGKILL when two seconds have not been enough. (Pipes and no
/// socket pair: bash takes that as stdin for a remote shell.)
class HostProcess {
 public:
  struct Spec {
    std::vector<std::string> argv;
    std::string directory;  ///< empty = here
    std::vector<std::string> environment;
  };
  /// Told each whole line of its stderr, without the newline, raw; a line over 4 KiB in parts.
  using LineHandler = std::function<void(std::string_view line)>;

  /// Failures are those of os::Spawn.
  static base::Result<std::unique_ptr<HostProcess>> Start(HostWorld& world, const Spec& spec,
                                                          LineHandler on_line = {});
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  /// The ends we write to and read from, each given away once; non-blocking.
  os::Fd TakeInput();
  os::Fd TakeOutput();

  /// Waits for its end, and (for at most a second) for the last of its stderr. Empty when the
  /// waiter was cancelled.
  boost::asio::awaitable<std::optional<os::WaitStatus>> Wait();

  /// The last 16 KiB of its stderr, raw.
  const std::string& words() const;

  /// Ends it now (SIGKILL to its group).
  void Kill();
  /// The same for later, when it may be gone.
  std::function<void()> Killer() const;

 private:
  struct State;
  explicit HostProcess(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace provision
