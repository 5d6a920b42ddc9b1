#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "odu/face/follow.h"
#include "odu/face/lines.h"
#include "odu/face/reach.h"

namespace odu::face {

/// Shows the run with that id on a terminal, over that link, until it ends or its watcher leaves;
/// prints its summary.
using ShowRun = std::function<boost::asio::awaitable<base::Result<FollowEnd>>(
    FaceContext& context, os::SignalSource& signals, std::unique_ptr<surface::Client> client,
    std::string run_id)>;

/// `odu run`, read from its options.
struct RunCall {
  model::RunStartRequest start;  ///< with the caller's environment, cwd and umask
  /// Empty: plain lines, or the full screen where there is `show`.
  std::optional<LineFormat> format;
  ShowRun show;  ///< empty where stdout is no terminal that is fit for it
  bool detach = false;
  std::string hosts_file;  ///< the one in force, for people; empty = there is none
};

/// Starts a run, follows it to its verdict and gives the exit code. A run that was started is
/// cancelled by SIGINT and SIGTERM only; whatever else ends this face leaves it running.
boost::asio::awaitable<base::Result<int>> Run(FaceContext& context, RunCall call);

}  // namespace odu::face
