#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "odu/face/lines.h"
#include "odu/face/reach.h"

namespace odu::face {

/// `odu run`, read from its options.
struct RunCall {
  model::RunStartRequest start;  ///< with the caller's environment, cwd and umask
  /// Empty: lines in a pipe, the live view on a terminal.
  std::optional<LineFormat> format;
  bool detach = false;
  std::string hosts_file;  ///< the one in force, for people; empty = there is none
};

/// Starts a run, follows it to its verdict and gives the exit code. A run that was started is
/// cancelled by SIGINT and SIGTERM only; whatever else ends this face leaves it running.
boost::asio::awaitable<base::Result<int>> Run(FaceContext& context, RunCall call);

}  // namespace odu::face
