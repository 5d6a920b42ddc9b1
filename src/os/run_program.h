#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "os/child.h"
#include "os/reaper.h"

namespace os {

/// One program to run to its end (git, just): no shell, own process group.
struct ProgramCall {
  std::vector<std::string> argv;
  /// Empty = here.
  std::string directory;
  /// "KEY=value" strings; empty = this process's own environment.
  std::vector<std::string> environment;
  /// Added to, or replacing, the above.
  std::vector<std::string> extra_environment;
  std::string stdin_text;
  /// Read instead of `stdin_text`, from its present position on; -1 = none. The caller's.
  int stdin_fd = -1;
  async::Duration timeout = std::chrono::seconds(60);
  size_t stdout_limit = size_t{64} << 20;
  size_t stderr_limit = size_t{1} << 20;
};

struct ProgramResult {
  WaitStatus status;
  std::string stdout_text;
  std::string stderr_text;
  bool ok() const { return Succeeded(status); }
};

/// Runs it. A red exit is a result, not a failure. Failures: those of Spawn; kHost "timeout" (the
/// group was ended with TERM, then KILL after 2 s); kLimit "too_large" when it wrote more than a
/// limit; kCancelled (the group was killed). Output that a left-behind process writes later is not
/// waited for.
boost::asio::awaitable<base::Result<ProgramResult>> RunProgram(Reaper& reaper, async::Clock& clock,
                                                               ProgramCall call);

/// The same without an event loop, for one-shot commands; never in a process with a Reaper.
base::Result<ProgramResult> RunProgramBlocking(const ProgramCall& call);

/// The failure of a program that ended red: kHost, `code`, "<what>: <first line of its stderr, or
/// how it ended>".
base::Error ProgramFailure(std::string_view what, std::string code, const ProgramResult& result);

}  // namespace os
