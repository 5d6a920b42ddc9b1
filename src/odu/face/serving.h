#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>

#include "odu/face/reach.h"

/// `odu serve`: who serves the checkout, in words on stderr. The results of the first two are exit
/// codes.
namespace odu::face {

/// Ends it; `leaves_lanes` is asked afterwards.
boost::asio::awaitable<base::Result<int>> StopServing(FaceContext& context,
                                                      std::function<bool()> leaves_lanes);

/// Ends it and starts another, or starts one.
boost::asio::awaitable<base::Result<int>> RestartServing(FaceContext& context);

/// The pid of who answers. Somebody holds the lock, who may be stopped or about to end: only an
/// answer says that it serves. Where nobody does any more, one is started.
boost::asio::awaitable<base::Result<int64_t>> WhoServes(FaceContext& context);

}  // namespace odu::face
