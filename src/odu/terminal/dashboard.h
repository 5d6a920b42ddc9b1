#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "odu/face/reach.h"
#include "odu/terminal/curses_screen.h"
#include "odu/terminal/log_pump.h"
#include "odu/terminal/run_lookup.h"
#include "odu/terminal/state.h"
#include "os/signals.h"

namespace odu::terminal {

/// What the dashboard asks of this machine, besides the coordinator. Any may be empty.
struct Hooks {
  RunLookup::LoadRun load_run;       ///< blocks; called on a thread of its own
  RunLookup::LoadAttempts attempts;  ///< the same
  /// How many bytes a log has now.
  LogSize log_size;
  /// A run with the caller's environment, of everything.
  std::function<model::RunStartRequest()> new_run;
  /// The command line of a shell in a node's work tree; fails where there is none.
  std::function<base::Result<std::vector<std::string>>(const std::string& run_id,
                                                       const std::string& node)>
      shell;
};

struct DashboardCall {
  Abilities abilities;
  /// The run that `odu run` started: leaving asks, and the dashboard ends when it settles. Empty:
  /// whatever is there, without an end.
  std::string owned_run;
  Hooks hooks;
};

struct DashboardEnd {
  enum class Kind {
    kSettled,      ///< the owned run has `verdict`
    kLeft,         ///< the run, if any, goes on
    kHungUp,       ///< SIGHUP, or the terminal went: the run goes on
    kInterrupted,  ///< by a signal or ^C; the owned run was cancelled
  };
  Kind kind = Kind::kLeft;
  std::optional<model::Verdict> verdict;
  face::View view;                           ///< what was live
  std::map<std::string, std::string> tails;  ///< of red nodes, for a summary
};

/// Takes the whole terminal until the run settles or a person leaves, and gives it back. `signals`
/// delivers SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT and SIGWINCH. Fails with what only a person
/// can mend, the terminal given back.
boost::asio::awaitable<base::Result<DashboardEnd>> ShowDashboard(
    face::FaceContext& context, os::SignalSource& signals, std::unique_ptr<surface::Client> client,
    DashboardCall call);

}  // namespace odu::terminal
