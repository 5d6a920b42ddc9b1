#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "async/worker.h"
#include "base/error.h"
#include "odu/face/stored_view.h"
#include "odu/terminal/state.h"

namespace odu::terminal {

/// Reads runs of the ledger for the screen, on a thread of its own.
class RunLookup {
 public:
  /// A finished run.
  using LoadRun = face::LoadRun;
  /// The attempts of a node that have ended.
  using LoadAttempts =
      std::function<std::vector<AttemptLine>(const std::string& run_id, const std::string& node)>;

  RunLookup(State& state, LoadRun load_run, LoadAttempts load_attempts)
      : state_(state), load_run_(std::move(load_run)), load_attempts_(std::move(load_attempts)) {}

  /// Shows a run of `idle.runs`; what is now, where it is that one.
  boost::asio::awaitable<void> Open(size_t index);
  /// Fills the list of a node's attempts.
  boost::asio::awaitable<void> ListAttempts(std::string node);

 private:
  State& state_;
  LoadRun load_run_;
  LoadAttempts load_attempts_;
  async::Worker worker_{1};
};

}  // namespace odu::terminal
