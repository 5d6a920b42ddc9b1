#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "odu/face/reach.h"

/// `odu serve`: who serves the checkout, in words on stderr. The results are exit codes.
namespace odu::face {

/// Ends it; `leaves_lanes` is asked afterwards.
boost::asio::awaitable<base::Result<int>> StopServing(FaceContext& context,
                                                      std::function<bool()> leaves_lanes);

/// Ends it and starts another, or starts one.
boost::asio::awaitable<base::Result<int>> RestartServing(FaceContext& context);

/// Somebody holds the lock, who may be stopped or about to end: only an answer says that it serves.
/// Where nobody does any more, one is started.
/// `holder` is whose lock it was.
boost::asio::awaitable<base::Result<int>> MakeSureOfServing(FaceContext& context,
                                                            std::string toplevel, int64_t holder);

}  // namespace odu::face
