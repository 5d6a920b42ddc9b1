#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/fd.h"
#include "os/run_program.h"
#include "provision/host_address.h"
#include "provision/host_fault.h"
#include "provision/host_process.h"
#include "provision/host_world.h"
#include "provision/ssh_command.h"

namespace provision {

/// One script to run to its end on the host.
struct ScriptCall {
  std::string body;  ///< POSIX sh; its stdin is `payload`
  std::string step;  ///< "probing": put before a failure's message
  /// A file of ours whose bytes follow once the script runs; then end of file. Empty: nothing
  /// follows, and stdin stays open until the script has ended.
  os::Fd payload;
  /// A connection of its own, compressed.
  bool copying = false;
  size_t output_limit = size_t{1} << 20;
  std::function<void(uint64_t sent)> on_sent;
  /// Whole lines of stderr and of stdout inside the frame, raw, as they come.
  std::function<void(std::string_view line)> on_line;
};

struct ScriptResult {
  int status = 0;      ///< the script's
  std::string output;  ///< its stdout
  std::string noise;   ///< what was printed before it, raw
  std::string errors;  ///< the last of stderr, raw
};

/// What stderr and a stream's noise say at their ends, safe to show, without marks and blank lines;
/// empty when they say nothing.
std::string LastWords(std::string_view errors, std::string_view noise);

/// A running shell that was asked to become something (dial.h).
struct StartedShell {
  std::unique_ptr<HostProcess> process;
  SshFiles files;  ///< to be handed to FaultOf
};

/// `sh -s` on one host, as often as asked for: over ssh's shared connection, or a new run of the
/// pipe's command each time.
class HostShell {
 public:
  HostShell(HostWorld& world, HostAddress address);
  /// Ends the shared connection, too.
  ~HostShell();
  HostShell(const HostShell&) = delete;
  HostShell& operator=(const HostShell&) = delete;

  const HostAddress& address() const { return address_; }
  HostWorld& world() { return world_; }

  /// Runs a script; a red end of it is a result. Cancelling ends it here; the far side then finds
  /// its pipes closed.
  boost::asio::awaitable<HostResult<ScriptResult>> Run(ScriptCall call);

  /// Starts `sh -s` without giving it anything yet.
  boost::asio::awaitable<HostResult<StartedShell>> Start(bool copying,
                                                         HostProcess::LineHandler on_line = {});

  /// What the end of a shell means that should have gone on. `far_side_spoke`: our script ran.
  HostFault FaultOf(const StartedShell& shell, const os::WaitStatus& status, bool far_side_spoke,
                    std::string_view noise, std::string_view step);

  /// Removes the marks of a shell that needs none any more.
  void RemoveMarks(const SshFiles& files);

  /// Ends the newest process of ours, whatever it does: its reader finds the pipes closed.
  void Interrupt();

  /// Ends ssh's shared connection, and with it whatever runs over it; the next call opens a new
  /// one. Never takes longer than two seconds.
  boost::asio::awaitable<void> Forget();

 private:
  boost::asio::awaitable<HostResult<bool>> Prepare();
  base::Result<void> MakeDirectory();
  SshFiles FilesOf(uint64_t serial) const;
  /// What ends the shared connection; nothing when there is none.
  std::optional<os::ProgramCall> ForgetCall() const;
  std::vector<std::string> Environment() const;

  HostWorld& world_;
  HostAddress address_;
  std::string directory_;  ///< where ssh runs, its files' home
  std::string stem_;       ///< of this session's file names
  uint64_t serial_ = 0;
  std::optional<SshConfig> config_;
  std::function<void()> interrupt_;
};

}  // namespace provision
